/** Whether the rows of the directory are what the events tell, column by column. */
import type { Json, JsonObject, Micros } from '../ledger/index.ts'
import type { Findings } from './finding.ts'
import type { BookReader, BrokenStory, EntityShape, ToldRow } from './port.ts'
import { timeText } from './time-text.ts'
import { holds } from './told.ts'

/** `missing` has the times of batches that lack leaves: an event of that time is what they lack. */
export async function checkDirectory(
  reader: BookReader,
  missing: ReadonlyMap<Micros, number>,
  findings: Findings,
): Promise<ReadonlySet<number>> {
  const explained = new Set<number>()
  for await (const story of reader.brokenStories()) tellStory(story, findings)
  for (const [entity, shape] of reader.entities) {
    for await (const told of reader.toldRows(entity)) {
      const seq = checkRow(told, shape, missing, findings)
      if (seq !== null) explained.add(seq)
    }
    for await (const { id, eventId } of reader.missingRows(entity))
      if (!findings.has('events', eventId))
        findings.add(
          shape.table,
          id,
          'id',
          { expected: 'a row', found: null },
          `event ${eventId} tells of one`,
        )
  }
  return explained
}

function tellStory(story: BrokenStory, findings: Findings): void {
  const { id, verb, previousId, previousVerb, continues } = story
  if (findings.has('events', id) || (previousId !== null && findings.has('events', previousId)))
    return
  if (!continues)
    findings.add(
      'events',
      id,
      previousId === null ? ['before', 'verb', 'entity'] : ['before', 'after'],
      { found: verb },
      previousId === null
        ? 'nothing tells of the row before it: an event is missing, or was changed'
        : `event ${previousId} (${previousVerb}) ended elsewhere: an event is missing, or was changed`,
    )
  else
    findings.add(
      'events',
      id,
      ['subject_id', 'verb', 'after', 'book_id'],
      { found: verb },
      'what it tells is of another row, or of another kind of change',
    )
}

/** Returns the batch that a missing event belongs to, if this row shows that one is missing. */
function checkRow(
  { id, row, event }: ToldRow,
  shape: EntityShape,
  missing: ReadonlyMap<Micros, number>,
  findings: Findings,
): number | null {
  if (row === null) return null
  const lacking = ['deletedAt', 'updatedAt', 'createdAt']
    .map((property) => row[property])
    .map((time) => (typeof time === 'number' ? missing.get(time) : undefined))
    .find((seq) => seq !== undefined)
  if (lacking !== undefined) {
    findings.add(
      'events',
      `of ${shape.table} ${id}`,
      'id',
      { expected: `an event in batch ${lacking}`, found: null },
      'the row was written by it, and a leaf is missing',
    )
    return lacking
  }
  if (event === null) {
    if (!findings.list.some((finding) => finding.found === id))
      findings.add(
        shape.table,
        id,
        'id',
        { expected: null, found: 'a row' },
        'no event tells of it',
      )
    return null
  }
  if (event.after !== null && !findings.has('events', event.id))
    checkColumns(id, row, event.after, shape, findings)
  return null
}

function checkColumns(
  id: string,
  row: JsonObject,
  told: JsonObject,
  shape: EntityShape,
  findings: Findings,
): void {
  for (const [property, { column, isTime }] of shape.columns) {
    const kept: Json = row[property] ?? null
    const expected: Json = told[property] ?? null
    if (holds(kept, expected, isTime)) continue
    const found = isTime && typeof kept === 'number' ? timeText(kept) : kept
    findings.add(shape.table, id, column, { expected, found }, 'its last event tells')
  }
}
