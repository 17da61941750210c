import { assert, type Micros } from '../ledger/index.ts'

/** Ids that one batch may hand out. */
const IDS_MAX = 1 << 22

/**
 * Hands out the ids of one batch.
 *
 * They are UUIDs of version 7: 48 bits of milliseconds, 12 bits of microseconds within, a counter of 22 bits, 28
 * random bits, and 12 bits that are zero. Each batch of a book has a later time than the one before, so the order of ids
 * in a book is the order of its journal, and one index serves as key, as list by time and as event log. The last 12
 * bits are left to the entries of a transaction, so that an entry has an id without storing one.
 */
export class Mint {
  readonly #prefix: string
  readonly #randomHex: (digits: number) => string
  #count = 0

  constructor(recordedAt: Micros, randomHex: (digits: number) => string) {
    this.#prefix = prefixOf(recordedAt)
    this.#randomHex = randomHex
  }

  id(): string {
    const count = this.#count
    this.#count += 1
    assert(count < IDS_MAX, 'a batch does not run out of ids')
    const high = (0x8000 | (count >> 8)).toString(16)
    const low = (count & 0xff).toString(16).padStart(2, '0')
    return `${this.#prefix}${high}-${low}${this.#randomHex(7)}000`
  }
}

function prefixOf(recordedAt: Micros): string {
  const millis = Math.floor(recordedAt / 1000)
  const time = millis.toString(16).padStart(12, '0')
  const micros = (recordedAt - millis * 1000).toString(16).padStart(3, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${micros}-`
}

/** The id of an entry of a transaction, counted from 0. */
export function entryId(transactionId: string, leg: number): string {
  return transactionId.slice(0, -3) + (leg + 1).toString(16).padStart(3, '0')
}

/** Which entry an id names, or null when it cannot be one. */
export function entryOf(
  id: string,
): { readonly transactionId: string; readonly leg: number } | null {
  const leg = Number.parseInt(id.slice(-3), 16) - 1
  return leg < 0 || Number.isNaN(leg) ? null : { transactionId: `${id.slice(0, -3)}000`, leg }
}

/** What the ids of a batch lie between. */
export function idsOf(recordedAt: Micros): { readonly first: string; readonly last: string } {
  return {
    first: `${prefixOf(recordedAt)}8000-000000000000`,
    last: `${prefixOf(recordedAt)}bfff-ffffffffffff`,
  }
}

/** When the batch was recorded that handed out an id, or null for what no batch can have handed out. */
export function mintedAt(id: string): Micros | null {
  const millis = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
  const micros = Number.parseInt(id.slice(15, 18), 16)
  return id[14] === '7' && micros < 1000 && millis >= 0 ? millis * 1000 + micros : null
}

/** An id that belongs to no batch, for what is named before it is recorded. */
export function freeId(now: Micros, randomHex: (digits: number) => string): string {
  return new Mint(now, randomHex).id()
}
