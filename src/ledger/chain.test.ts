import { hash as sha } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  canonicalJson,
  changeLeaf,
  commitment,
  GENESIS,
  headAfter,
  rootOf,
  textsOfChange,
  textsOfTransaction,
  transactionLeaf,
  writtenEntry,
} from './chain.ts'
import type { Entry } from './entry.ts'
import type { Json, JsonObject } from './json.ts'
import type { Transaction } from './transaction.ts'

const hash = (text: string) => sha('sha256', text, 'hex')
/** The text itself instead of its hash, to see whether two different things have the same one. */
const seen = (text: string) => text

/** Texts full of what the encoding uses itself. */
const text = fc.string({ unit: fc.constantFrom('|', ':', '-', '1', '2', 'a', '"', '\\', 'é') })
const json = fc.jsonValue() as fc.Arbitrary<Json>
const object = fc.dictionary(text, json) as fc.Arbitrary<JsonObject>
const id = fc.uuid()
const amount = fc.bigInt({ min: 0n, max: 10n ** 20n })

const transaction: fc.Arbitrary<Transaction> = fc.record({
  id,
  kind: fc.constantFrom('transfer', 'hold', 'settlement', 'reversal', 'note'),
  status: fc.constantFrom('posted', 'pending', 'queued'),
  recordedAt: fc.maxSafeNat(),
  effectiveAt: fc.option(fc.maxSafeNat()),
  parentId: fc.option(id),
  requestId: fc.option(id),
  reference: fc.option(text),
  assetCode: text,
  amount,
  sourceId: fc.option(id),
  destinationId: fc.option(id),
  description: fc.option(text),
  metadata: fc.option(object),
  terms: fc.option(object),
  plan: fc.constant(null),
  reversesId: fc.option(id),
  actor: fc.option(text),
})

const entry: fc.Arbitrary<Entry> = fc.record({
  transactionId: fc.constant('t'),
  leg: fc.nat(20),
  balanceId: id,
  version: fc.nat(1000),
  // Not in the leaf: it follows from the amounts.
  scale: fc.constant(0),
  side: fc.constantFrom('debit', 'credit'),
  effect: fc.constantFrom('post', 'hold', 'settle', 'release'),
  amount,
  postedDebits: amount,
  postedCredits: amount,
  pendingDebits: amount,
  pendingCredits: amount,
  details: fc.option(object),
})

/** Whether two values are the same in everything, written in a way that has nothing to do with the encoding. */
function same(left: unknown, right: unknown): boolean {
  const plain = (value: unknown) =>
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'bigint' ? `bigint ${inner}` : inner,
    )
  return plain(left) === plain(right)
}

/** One that differs from the other in one field at most: the nearest that two things can be. */
function neighbours<T extends object>(of: fc.Arbitrary<T>): fc.Arbitrary<readonly [T, T]> {
  return fc.tuple(of, of, fc.nat()).map(([one, other, at]) => {
    const names = Object.keys(one) as (keyof T)[]
    const name = names[at % names.length]
    return [one, name === undefined ? one : { ...one, [name]: other[name] }]
  })
}

describe('a leaf', () => {
  test('of a transaction changes with every field of it', () => {
    const covered = fc.tuple(neighbours(transaction), fc.array(entry, { maxLength: 2 }))
    fc.assert(
      fc.property(covered, ([[one, other], entries]) => {
        const leaf = (of: Transaction) => {
          const texts = textsOfTransaction(of, JSON.stringify(of.terms), null, [])
          return transactionLeaf(of, entries.map(writtenEntry), texts, seen)
        }
        const { metadata, ...rest } = one
        const { metadata: otherMetadata, ...otherRest } = other
        const equal = same(rest, otherRest) && sameJson(metadata as Json, otherMetadata as Json)
        expect(leaf(one) === leaf(other)).toBe(equal)
      }),
      { numRuns: 3000 },
    )
  })

  test('of a transaction changes with every field of its entries', () => {
    fc.assert(
      fc.property(
        transaction,
        fc.array(entry, { maxLength: 3 }),
        neighbours(entry),
        (of, before, [one, other]) => {
          const leaf = (last: Entry) => {
            const entries = [...before, last]
            const details = entries.map((e) =>
              e.details === null ? null : JSON.stringify(e.details),
            )
            const texts = textsOfTransaction(of, null, null, details)
            return transactionLeaf(of, entries.map(writtenEntry), texts, seen)
          }
          expect(leaf(one) === leaf(other)).toBe(same(one, other))
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('does not confuse texts that run into one another', () => {
    const texts = fc.tuple(fc.option(text), fc.option(text), fc.array(fc.option(text)))
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const of = ([description, terms, details]: typeof one) =>
          textsOfTransaction({ description, metadata: null }, terms, null, details) ?? ''
        const padded = ([description, terms, details]: typeof one) =>
          details.some((detail) => detail !== null)
            ? [description, terms, details]
            : [description, terms]
        expect(of(one) === of(other)).toBe(same(padded(one), padded(other)))
      }),
      { numRuns: 3000 },
    )
  })

  test('of a change tells who changed what', () => {
    const change = fc.record({
      eventId: id,
      entity: fc.constantFrom('account' as const, 'balance' as const),
      verb: fc.constantFrom('created' as const, 'updated' as const),
      id,
      actor: fc.option(text),
      before: fc.option(object),
      after: object,
    })
    fc.assert(
      fc.property(neighbours(change), ([one, other]) => {
        const leaf = (of: typeof one) => changeLeaf(of, textsOfChange(of), seen)
        const { before, after, ...rest } = one
        const { before: otherBefore, after: otherAfter, ...otherRest } = other
        const equal =
          same(rest, otherRest) && sameJson(before, otherBefore) && sameJson(after, otherAfter)
        expect(leaf(one) === leaf(other)).toBe(equal)
      }),
      { numRuns: 2000 },
    )
  })
})

function sameJson(left: Json, right: Json): boolean {
  return canonicalJson(left) === canonicalJson(right)
}

describe('canonical JSON', () => {
  test('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(object, (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse())
        expect(canonicalJson(turned)).toBe(canonicalJson(value))
      }),
    )
  })

  test('is JSON of the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        const back = JSON.parse(canonicalJson(value)) as Json
        expect(back).toEqual(JSON.parse(JSON.stringify(value)))
        expect(canonicalJson(back)).toBe(canonicalJson(value))
      }),
    )
  })
})

describe('a root', () => {
  const leaves = fc.array(text, { maxLength: 40 })

  test('is a tree of sixteens', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `leaf ${index}`)
    const node = (below: readonly string[]) => hash(`n|${below.join('|')}`)
    expect(rootOf([], hash)).toBe(hash('n|'))
    expect(rootOf(many(1), hash)).toBe(node(many(1)))
    expect(rootOf(many(16), hash)).toBe(node(many(16)))
    expect(rootOf(many(17), hash)).toBe(node([node(many(16)), node(['leaf 16'])]))
    const level = Array.from({ length: 17 }, (_, at) =>
      node(many(257).slice(at * 16, at * 16 + 16)),
    )
    expect(rootOf(many(257), hash)).toBe(node([node(level.slice(0, 16)), node(level.slice(16))]))
  })

  test('together with the number of leaves is of these leaves in this order alone', () => {
    fc.assert(
      fc.property(leaves, leaves, (one, other) => {
        const marked = (all: readonly string[]) => all.map((leaf) => hash(leaf))
        const head = (all: readonly string[]) =>
          headAfter(
            GENESIS,
            { bookId: 1, seq: 1, recordedAt: 1, leafCount: all.length, root: rootOf(all, hash) },
            hash,
          )
        expect(head(marked(one)) === head(marked(other))).toBe(same(one, other))
      }),
    )
  })
})

describe('a head', () => {
  test('changes with everything that led to it', () => {
    const step = fc.record({
      bookId: fc.nat(),
      seq: fc.nat(),
      recordedAt: fc.maxSafeNat(),
      leafCount: fc.nat(),
      root: fc.constantFrom('r1', 'r2'),
    })
    fc.assert(
      fc.property(neighbours(step), fc.constantFrom('h1', 'h2'), ([one, other], head) => {
        expect(headAfter('h1', one, seen) === headAfter(head, other, seen)).toBe(
          head === 'h1' && same(one, other),
        )
      }),
    )
  })

  test('does not tell a text without its salt', () => {
    expect(commitment('salt', 'text', hash)).not.toBe(commitment('tlas', 'text', hash))
  })
})
