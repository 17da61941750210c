import { assert } from './assert.ts'
import {
  available,
  type Balance,
  balanceAfter,
  type Effect,
  mayBeCredited,
  postedNet,
  type Side,
} from './balance.ts'
import type { Entry } from './entry.ts'
import type { JsonObject } from './json.ts'
import { AMOUNT_LIMIT, type Amount, isWholeAt, smaller } from './money.ts'
import type { Refusal } from './refusal.ts'

/** How far a caller lets one debit go below zero, whatever the balance's own terms say. */
export type OverdraftPermit =
  | { readonly kind: 'none' }
  | { readonly kind: 'unlimited' }
  /** The balance may end at -limit. */
  | { readonly kind: 'limited'; readonly limit: Amount }

export const NO_OVERDRAFT: OverdraftPermit = { kind: 'none' }

/** One balance's part in a transaction. */
export type Leg = {
  readonly balanceId: string
  readonly amount: Amount
  readonly overdraft: OverdraftPermit
  readonly details: JsonObject | null
  /** The details of the other half, where what is set aside is booked in two halves. */
  readonly otherHalf?: JsonObject | null
}

/** What a decision about money reads and how it remembers what it has changed so far. */
export interface Balances {
  /** The balance as it stands now, or undefined when there is none that may be used. */
  get(id: string): Balance | undefined
}

/**
 * The most entries of one transaction: each has the id of the transaction with its last 12 bits counted up from 1.
 */
export const ENTRIES_MAX = 4095

/** The most legs of one order, on both sides together: each may need a second entry, for what an overdraft carries. */
export const LEGS_MAX = 2000

/** The most sources of a hold that is booked in two halves: each may need a third entry, for what an overdraft carries. */
const HALVED_LEGS_MAX = 1000

/** Changed balances up to which a list is searched faster than a map. */
const FEW = 8

/** Collects the entries of one transaction, each on top of the one before. */
export class Draft implements Balances {
  readonly entries: Entry[] = []
  /** The balances that the entries changed, as they stand after them. */
  readonly changed: Balance[] = []
  #places: Map<string, number> | null = null
  readonly #balances: Balances
  readonly transactionId: string

  constructor(balances: Balances, transactionId: string) {
    this.#balances = balances
    this.transactionId = transactionId
  }

  get(id: string): Balance | undefined {
    return this.changed[this.#placeOf(id)] ?? this.#balances.get(id)
  }

  add(
    balance: Balance,
    side: Side,
    effect: Effect,
    amount: Amount,
    details: JsonObject | null,
  ): void {
    assert(amount > 0n, 'an entry moves something')
    assert(this.entries.length < ENTRIES_MAX, 'every entry has an id')
    const after = balanceAfter(balance, side, effect, amount)
    assert(after.pendingDebits >= 0n && after.pendingCredits >= 0n, 'nothing is released twice')
    this.#change(after)
    this.entries.push({
      transactionId: this.transactionId,
      leg: this.entries.length,
      balanceId: balance.id,
      version: after.version,
      scale: after.scale,
      side,
      effect,
      amount,
      postedDebits: after.postedDebits,
      postedCredits: after.postedCredits,
      pendingDebits: after.pendingDebits,
      pendingCredits: after.pendingCredits,
      details,
    })
  }

  /** The other half of the entry before it, on the same balance. */
  addHalf(
    balanceId: string,
    side: Side,
    effect: 'held' | 'freed',
    amount: Amount,
    details: JsonObject | null,
  ): void {
    const balance = this.get(balanceId)
    assert(balance !== undefined, 'the first half was on the balance')
    this.add(balance, side, effect, amount, details)
  }

  /** Stops everything unless the entries post as much to debit as to credit. */
  assertBalanced(): void {
    let net = 0n
    for (const { side, effect, amount } of this.entries)
      if (effect === 'post' || effect === 'settle') net += side === 'debit' ? amount : -amount
    assert(net === 0n, 'debits equal credits')
  }

  #change(after: Balance): void {
    const place = this.#placeOf(after.id)
    if (place !== -1) {
      this.changed[place] = after
      return
    }
    this.changed.push(after)
    if (this.changed.length <= FEW) return
    this.#places ??= new Map(this.changed.map((balance, index) => [balance.id, index]))
    this.#places.set(after.id, this.changed.length - 1)
  }

  #placeOf(id: string): number {
    if (this.#places !== null) return this.#places.get(id) ?? -1
    for (let index = 0; index < this.changed.length; index += 1)
      if (this.changed[index]?.id === id) return index
    return -1
  }
}

/** Money to move at once, or to set aside. */
export type PostingOrder = {
  readonly effect: 'post' | 'hold'
  /** The asset that every balance must have; null when it is enough that all have the same. */
  readonly assetCode: string | null
  readonly amount: Amount
  readonly sources: readonly Leg[]
  readonly destinations: readonly Leg[]
  /** Whether a hold announces itself on the destinations too. */
  readonly reserveDestinations: boolean
  /** Whether switched-off sending and receiving is respected. */
  readonly respectFlags: boolean
}

/**
 * Decides one movement of money and drafts its entries: first the sources, then the destinations, each in the
 * order given. A refusal leaves the draft unusable.
 */
export function draftPosting(order: PostingOrder, draft: Draft): Refusal | null {
  return refusalOfOrder(order, draft) ?? draftEntries(order, draft)
}

/** Why an order could not be carried out whatever the balances hold; for what is only noted, all there is to check. */
export function refusalOfOrder(order: PostingOrder, balances: Balances): Refusal | null {
  return refusalOfAmounts(order) ?? refusalOfLegs(order, balances)
}

function refusalOfAmounts(order: PostingOrder): Refusal | null {
  if (order.amount <= 0n) return { code: 'amount_not_positive' }
  if (order.amount >= AMOUNT_LIMIT) return { code: 'amount_too_large' }
  if (order.sources.length + order.destinations.length > LEGS_MAX)
    return { code: 'too_many_legs', max: LEGS_MAX }
  if (order.sources.length > HALVED_LEGS_MAX && order.sources[0]?.otherHalf !== undefined)
    return { code: 'too_many_legs', max: HALVED_LEGS_MAX }
  for (const legs of [order.sources, order.destinations]) {
    let total = 0n
    for (const leg of legs) {
      if (leg.amount <= 0n) return { code: 'legs_unequal', amount: order.amount }
      total += leg.amount
    }
    if (total !== order.amount) return { code: 'legs_unequal', amount: order.amount }
  }
  return null
}

function refusalOfLegs(order: PostingOrder, balances: Balances): Refusal | null {
  const sources: Balance[] = []
  const destinations: Balance[] = []
  for (const [legs, found] of [
    [order.sources, sources],
    [order.destinations, destinations],
  ] as const) {
    for (const { balanceId } of legs) {
      const balance = balances.get(balanceId)
      if (balance === undefined) return { code: 'balance_not_found', balanceId }
      found.push(balance)
    }
  }
  const balanceId = onBothSides(order.sources, order.destinations)
  if (balanceId !== null) return { code: 'balance_on_both_sides', balanceId }
  const assetCode = order.assetCode ?? sources[0]?.terms.assetCode ?? null
  for (const [index, balance] of sources.entries()) {
    const amount = order.sources[index]?.amount ?? 0n
    const refusal = refusalOfLeg(order, balance, amount, assetCode, 'debit')
    if (refusal !== null) return refusal
  }
  for (const [index, balance] of destinations.entries()) {
    const amount = order.destinations[index]?.amount ?? 0n
    const refusal = refusalOfLeg(order, balance, amount, assetCode, 'credit')
    if (refusal !== null) return refusal
  }
  return null
}

function onBothSides(sources: readonly Leg[], destinations: readonly Leg[]): string | null {
  if (sources.length === 1 && destinations.length === 1) {
    const id = sources[0]?.balanceId ?? null
    return id === destinations[0]?.balanceId ? id : null
  }
  const giving = new Set(sources.map((leg) => leg.balanceId))
  return destinations.find((leg) => giving.has(leg.balanceId))?.balanceId ?? null
}

function refusalOfLeg(
  order: PostingOrder,
  balance: Balance,
  amount: Amount,
  assetCode: string | null,
  side: Side,
): Refusal | null {
  const balanceId = balance.id
  if (balance.terms.internal) return { code: 'balance_internal', balanceId }
  if (balance.terms.assetCode !== assetCode)
    return { code: 'asset_mismatch', balanceId, assetCode: balance.terms.assetCode }
  if (balance.terms.assetScale !== null && !isWholeAt(amount, balance.terms.assetScale))
    return { code: 'amount_too_precise', balanceId, scale: balance.terms.assetScale }
  if (order.respectFlags) {
    if (side === 'debit' && !balance.terms.maySend)
      return { code: 'sending_not_allowed', balanceId }
    if (side === 'credit' && !balance.terms.mayReceive)
      return { code: 'receiving_not_allowed', balanceId }
  }
  if (order.effect === 'hold' && side === 'debit' && balance.terms.external)
    return { code: 'hold_on_external', balanceId }
  return null
}

function draftEntries(order: PostingOrder, draft: Draft): Refusal | null {
  for (const leg of order.sources) {
    const refusal = draftDebit(order, leg, draft)
    if (refusal !== null) return refusal
  }
  if (order.effect === 'hold' && !order.reserveDestinations) return null
  for (const leg of order.destinations) {
    const refusal = draftCredit(order, leg, draft)
    if (refusal !== null) return refusal
  }
  draft.assertBalanced()
  return null
}

function draftDebit(order: PostingOrder, leg: Leg, draft: Draft): Refusal | null {
  const balance = draft.get(leg.balanceId)
  assert(balance !== undefined, 'the balance was found before')
  const balanceId = balance.id
  const deficit = leg.amount - available(balance)
  const covered =
    balance.terms.external ||
    balance.terms.normalSide === 'debit' ||
    deficit <= 0n ||
    leg.overdraft.kind === 'unlimited'
  if (covered || (leg.overdraft.kind === 'limited' && deficit <= leg.overdraft.limit)) {
    draftTaken(order, leg, balance, leg.amount, draft)
    return null
  }
  if (leg.overdraft.kind === 'limited') return { code: 'overdraft_limit_exceeded', balanceId }
  const limit = balance.terms.overdraft === null ? 0n : balance.terms.overdraft.limit
  if (limit === 0n) return { code: 'insufficient_funds', balanceId }

  const companion = companionOf(balance, draft)
  if (limit !== null && available(companion) + deficit > limit)
    return { code: 'overdraft_limit_exceeded', balanceId }
  // A balance that is below zero already is short of more than this debit, but draws no more than this debit.
  const drawn = smaller(deficit, leg.amount)
  if (drawn < leg.amount) draftTaken(order, leg, balance, leg.amount - drawn, draft)
  draft.add(companion, 'debit', order.effect, drawn, leg.details)
  return null
}

/** What a source gives of its own. A hold under a route is booked as two halves: it leaves, and it is held. */
function draftTaken(
  { effect }: PostingOrder,
  { details, otherHalf }: Leg,
  balance: Balance,
  amount: Amount,
  draft: Draft,
): void {
  draft.add(balance, 'debit', effect, amount, details)
  if (effect === 'hold' && otherHalf !== undefined)
    draft.addHalf(balance.id, 'credit', 'held', amount, otherHalf)
}

function companionOf(balance: Balance, draft: Draft): Balance {
  const companion = draft.get(balance.terms.overdraft?.companionId ?? '')
  assert(companion !== undefined, 'an overdraft has its companion')
  return companion
}

function draftCredit(order: PostingOrder, leg: Leg, draft: Draft): Refusal | null {
  const balance = draft.get(leg.balanceId)
  assert(balance !== undefined, 'the balance was found before')
  if (order.effect === 'post') return draftPostedCredit(balance, leg.amount, leg.details, draft)
  if (leg.amount > mayBeCredited(balance))
    return { code: 'insufficient_funds', balanceId: balance.id }
  draft.add(balance, 'credit', order.effect, leg.amount, leg.details)
  return null
}

/**
 * Posts a credit, first to what the balance's overdraft has drawn. What an overdraft has only set aside is no debt yet:
 * it may still be given back.
 */
export function draftPostedCredit(
  balance: Balance,
  amount: Amount,
  details: JsonObject | null,
  draft: Draft,
): Refusal | null {
  if (amount > mayBeCredited(balance)) return { code: 'insufficient_funds', balanceId: balance.id }
  let repaid = 0n
  if (balance.terms.overdraft !== null) {
    const companion = companionOf(balance, draft)
    const debt = postedNet(companion)
    if (debt > 0n) repaid = smaller(debt, amount)
  }
  if (repaid < amount) draft.add(balance, 'credit', 'post', amount - repaid, details)
  if (repaid > 0n) draft.add(companionOf(balance, draft), 'credit', 'post', repaid, details)
  return null
}
