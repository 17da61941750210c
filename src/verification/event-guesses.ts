/** What the columns of an event may have been before they were changed. */
import { canonicalJson, type Hash, type JsonObject } from '../ledger/index.ts'
import type { Guess, Guesses } from './guess.ts'
import { leafOfEvent } from './leaf.ts'
import type { BookReader, EventRow } from './port.ts'
import { asTold } from './told.ts'

const VERBS = ['created', 'updated', 'deleted']

export async function eventGuesses(
  row: EventRow,
  reader: BookReader,
  hash: Hash,
): Promise<Guesses> {
  const around = await reader.neighbours(row)
  const shape = reader.entities.get(row.entity)
  const kept = shape === undefined || around.row === null ? null : asTold(around.row, shape)
  const guess = (
    property: keyof EventRow,
    column: string,
    value: EventRow[keyof EventRow],
  ): Guess => ({
    table: 'events',
    id: row.id,
    column,
    value,
    found: row[property],
    leaf: () => leafOfEvent({ ...row, [property]: value }, hash),
  })
  const subject = row.after?.['id']
  const afters = [around.nextBefore, kept].filter((value) => value !== null)
  const guesses = [
    ...[...reader.entities.keys()].map((entity) => guess('entity', 'entity', entity)),
    ...VERBS.map((verb) => guess('verb', 'verb', verb)),
    ...(typeof subject === 'string' ? [guess('subjectId', 'subject_id', subject)] : []),
    guess('actor', 'actor', null),
    guess('before', 'before', null),
    guess('before', 'before', around.previousAfter),
    ...afters.map((after) => guess('after', 'after', after)),
  ]
  const columns = ['actor', 'seal']
  if (!isSame(row.before, around.previousAfter)) columns.push('before')
  if (!afters.some((after) => isSame(row.after, after))) columns.push('after')
  if (subject !== row.subjectId) columns.push('subject_id')
  return { guesses, suspects: [{ table: 'events', id: row.id, columns }] }
}

function isSame(left: JsonObject | null, right: JsonObject | null): boolean {
  return left === null || right === null
    ? left === right
    : canonicalJson(left) === canonicalJson(right)
}
