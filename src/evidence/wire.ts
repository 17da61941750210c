/**
 * Items of a book as they stand in receipts and exports, and back again.
 *
 * What is read is checked letter by letter before it is hashed: the text that a leaf is made of has no other reading then
 * than the one that is shown.
 */
import {
  type Checkpoint,
  commitment,
  type Hash,
  isoOf,
  type JsonObject,
  type Micros,
  microsOf,
  type PathStep,
  textsOfChange,
  textsOfTransaction,
} from '../ledger/index.ts'
import { isErased } from '../verification/index.ts'
import type { BatchRow, EventRow, Leg, TransactionRow } from '../verification/port.ts'

/** What somebody handed over is not what it should be. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const DIGEST = /^[0-9a-f]{64}$/
const SEAL = /^([0-9a-f]{32}|[0-9a-f]{64})$/
const DECIMAL = /^(0|[1-9]\d*)(\.\d*[1-9])?$/
const WORD = /^[a-z_]+$/
const BASE64 = /^[\w-]+$/

/** An object that was read, asked for its parts. */
export class Given {
  readonly #object: JsonObject

  constructor(value: unknown) {
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      throw new Unreadable('there should be an object')
    this.#object = value as JsonObject
  }

  part(name: string): Given {
    return new Given(this.#object[name])
  }

  has(name: string): boolean {
    return (this.#object[name] ?? null) !== null
  }

  text(name: string, pattern?: RegExp): string {
    const value = this.#object[name]
    if (typeof value === 'string' && (pattern === undefined || pattern.test(value))) return value
    throw new Unreadable(`${name} is not what it should be`)
  }

  optional(name: string, pattern?: RegExp): string | null {
    return this.has(name) ? this.text(name, pattern) : null
  }

  integer(name: string): number {
    const value = this.#object[name]
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
    throw new Unreadable(`${name} is not a whole number`)
  }

  time(name: string): Micros {
    const text = this.text(name)
    const micros = microsOf(text)
    if (micros === null || isoOf(micros) !== text) throw new Unreadable(`${name} is not a time`)
    return micros
  }

  object(name: string): JsonObject | null {
    const value = this.#object[name] ?? null
    if (value === null || (typeof value === 'object' && !Array.isArray(value)))
      return value as JsonObject | null
    throw new Unreadable(`${name} is not an object`)
  }

  list(name: string): readonly unknown[] {
    const value = this.#object[name]
    if (Array.isArray(value)) return value
    throw new Unreadable(`${name} is not a list`)
  }

  digest(name: string): string {
    return this.text(name, DIGEST)
  }
}

/** A transaction with its texts taken out, so that only the commitment to them is left. */
export function withheld(row: TransactionRow, hash: Hash): TransactionRow {
  if (row.seal === null || isErased(row)) return row
  const details = row.details ?? row.legs.map(() => null)
  const texts = textsOfTransaction(row, row.terms, row.plan, details)
  const seal = texts === null ? row.seal : commitment(row.seal, texts, hash)
  return { ...row, seal, description: null, metadata: null, terms: null, plan: null, details: null }
}

/** An event with its texts taken out. */
export function withheldEvent(row: EventRow, hash: Hash): EventRow {
  const { before, after } = row
  if (isErased(row) || after === null) return row
  const seal = commitment(row.seal, textsOfChange({ before, after }), hash)
  return { ...row, seal, before: null, after: null }
}

/** Whether a transaction shows texts while its seal commits to none, or to others that are gone. */
export function hasLooseTexts(row: TransactionRow): boolean {
  const { description, metadata, terms, plan, details, seal } = row
  const isSealed = seal !== null && !isErased(row)
  return !isSealed && [description, metadata, terms, plan, details].some((text) => text !== null)
}

/** As above, of an event. */
export function isLoose(row: EventRow): boolean {
  return isErased(row) && (row.before !== null || row.after !== null)
}

export function shownTransaction(row: TransactionRow): JsonObject {
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    recordedAt: isoOf(row.recordedAt),
    effectiveAt: row.effectiveAt === null ? null : isoOf(row.effectiveAt),
    parentId: row.parentId,
    requestId: row.requestId,
    reversesId: row.reversesId,
    reference: row.reference,
    assetCode: row.assetCode,
    amount: row.amount,
    sourceId: row.sourceId,
    destinationId: row.destinationId,
    actor: row.actor,
    entries: row.legs.map(({ scale: _, ...leg }) => leg),
    seal: row.seal,
    description: row.description,
    metadata: row.metadata,
    terms: row.terms,
    plan: row.plan,
    details: row.details === null ? null : [...row.details],
  }
}

export function readTransaction(given: Given): TransactionRow {
  return {
    id: given.text('id', UUID),
    seq: 0,
    kind: given.text('kind', WORD),
    status: given.text('status', WORD),
    recordedAt: given.time('recordedAt'),
    effectiveAt: given.has('effectiveAt') ? given.time('effectiveAt') : null,
    parentId: given.optional('parentId', UUID),
    requestId: given.optional('requestId', UUID),
    reversesId: given.optional('reversesId', UUID),
    reference: given.optional('reference'),
    assetCode: given.text('assetCode'),
    amount: given.text('amount', DECIMAL),
    sourceId: given.optional('sourceId', UUID),
    destinationId: given.optional('destinationId', UUID),
    description: given.optional('description'),
    metadata: given.object('metadata'),
    terms: given.optional('terms'),
    plan: given.optional('plan'),
    actor: given.optional('actor'),
    seal: given.optional('seal', SEAL),
    legs: given.list('entries').map((entry) => readLeg(new Given(entry))),
    details: given.has('details') ? given.list('details').map(detailOf) : null,
    batchRecordedAt: null,
    parentKind: null,
    hasCompanion: true,
  }
}

function detailOf(value: unknown): string | null {
  if (value === null || typeof value === 'string') return value
  throw new Unreadable('details are texts')
}

function readLeg(given: Given): Leg {
  return {
    leg: given.integer('leg'),
    balanceId: given.text('balanceId', UUID),
    version: given.integer('version'),
    side: given.text('side', WORD),
    effect: given.text('effect', WORD),
    amount: given.text('amount', DECIMAL),
    postedDebits: given.text('postedDebits', DECIMAL),
    postedCredits: given.text('postedCredits', DECIMAL),
    pendingDebits: given.text('pendingDebits', DECIMAL),
    pendingCredits: given.text('pendingCredits', DECIMAL),
    // Not exported: it follows from the amounts.
    scale: 0,
  }
}

export function shownEvent(row: EventRow): JsonObject {
  const { id, entity, verb, subjectId, actor, seal, before, after } = row
  return { id, entity, verb, subjectId, actor, seal, before, after }
}

export function readEvent(given: Given): EventRow {
  return {
    id: given.text('id', UUID),
    seq: 0,
    entity: given.text('entity', WORD),
    verb: given.text('verb', WORD),
    subjectId: given.text('subjectId', UUID),
    before: given.object('before'),
    after: given.object('after'),
    actor: given.optional('actor'),
    seal: given.text('seal', SEAL),
    batchRecordedAt: null,
  }
}

export function shownBatch(batch: BatchRow): JsonObject {
  const { seq, recordedAt, leafCount, root, head } = batch
  return { seq, recordedAt: isoOf(recordedAt), leafCount, root, head }
}

export function readBatch(given: Given): BatchRow {
  return {
    seq: given.integer('seq'),
    recordedAt: given.time('recordedAt'),
    leafCount: given.integer('leafCount'),
    root: given.digest('root'),
    head: given.digest('head'),
  }
}

export function shownCheckpoint(checkpoint: Checkpoint): JsonObject {
  return { ...checkpoint, signedAt: isoOf(checkpoint.signedAt) }
}

export function readCheckpoint(given: Given): Checkpoint {
  return {
    bookId: given.integer('bookId'),
    fromSeq: given.integer('fromSeq'),
    seq: given.integer('seq'),
    head: given.digest('head'),
    root: given.digest('root'),
    signedAt: given.time('signedAt'),
    publicKey: given.text('publicKey', BASE64),
    signature: given.text('signature', BASE64),
  }
}

export function shownPath(path: readonly PathStep[]): JsonObject[] {
  return path.map(({ position, siblings }) => ({ position, siblings: [...siblings] }))
}

export function readPath(given: readonly unknown[]): readonly PathStep[] {
  return given.map((value) => {
    const step = new Given(value)
    const siblings = step.list('siblings').map((digest) => {
      if (typeof digest === 'string' && DIGEST.test(digest)) return digest
      throw new Unreadable('siblings are hashes')
    })
    const position = step.integer('position')
    if (position > siblings.length) throw new Unreadable('position is beyond the siblings')
    return { position, siblings }
  })
}
