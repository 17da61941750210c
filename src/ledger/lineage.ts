/**
 * Where money came from.
 *
 * The money of a tracked balance lies in lots, one for each provider that it came from and each holder that the balance
 * had when it came. What is tagged with a provider fills that provider's lot; what leaves the balance is drawn from the
 * lots by the balance's strategy, tagged money first. Money without a tag is in no lot.
 *
 * A lot is a balance of its own, which debits raise. What it is filled with stands, on the other side, on the aggregate of
 * its holder; so the aggregate is always the sum of its lots, and everything that holds of balances holds of lots too.
 */
import { assert } from './assert.ts'
import type { LineageStrategy, Sums } from './balance.ts'
import { type Amount, smaller, sum } from './money.ts'

export type Lot = {
  /** The balance that counts what is in it. */
  readonly id: string
  readonly aggregateId: string
  /** The balance whose money it is. */
  readonly balanceId: string
  readonly provider: string
  /** Who held that balance when the lot was opened. */
  readonly identityId: string
}

/** What is known of a tracked balance: its lots in the order in which they were opened. */
export type Lineage = {
  readonly balanceId: string
  /** The ledger that its lots are kept in. */
  readonly ledgerId: string
  /** What its holder is called in the names of lots. */
  readonly holder: string
  readonly lots: readonly Lot[]
}

/** Characters that the name of a provider may have. */
export const PROVIDER_MAX = 100

/** Lots that one balance may have: each is looked at whenever money leaves it. */
export const LOTS_MAX = 100

/** What may be drawn from a lot. What is only set aside to come in does not count: it may still be given back. */
export function unspent(lot: Sums): Amount {
  return lot.postedDebits - lot.postedCredits - lot.pendingCredits
}

/** What is drawn from one of several lots. */
export type Draw = { readonly lot: number; readonly amount: Amount }

/**
 * Draws an amount from lots that have so much each, or all that they have when that is less. FIFO begins with the lot that
 * was opened first, LIFO with the last. PROPORTIONAL gives each its share, rounded down to whole units; what rounding
 * leaves over comes from the last lot, and what that one does not have from those before it.
 */
export function drawFrom(
  lots: readonly Amount[],
  amount: Amount,
  strategy: LineageStrategy,
  unit: Amount,
): readonly Draw[] {
  assert(
    lots.every((left) => left >= 0n),
    'no lot is overdrawn',
  )
  const wanted = smaller(amount, sum(lots))
  const order = [...lots.keys()]
  const draws =
    strategy === 'proportional'
      ? drawShares(lots, wanted, unit)
      : drawInTurn(lots, strategy === 'lifo' ? order.reverse() : order, wanted)
  assert(sum(draws.map((draw) => draw.amount)) === wanted, 'draws add up to what is drawn')
  return draws
}

function drawInTurn(
  lots: readonly Amount[],
  order: readonly number[],
  wanted: Amount,
): readonly Draw[] {
  const draws: Draw[] = []
  let rest = wanted
  for (const lot of order) {
    const amount = smaller(lots[lot] ?? 0n, rest)
    if (amount > 0n) draws.push({ lot, amount })
    rest -= amount
  }
  return draws
}

function drawShares(lots: readonly Amount[], wanted: Amount, unit: Amount): readonly Draw[] {
  const total = sum(lots)
  if (total === 0n) return []
  const shares = lots.map((left) => {
    const share = (wanted * left) / total
    return share - (share % unit)
  })
  let rest = wanted - sum(shares)
  for (const lot of [...lots.keys()].reverse()) {
    const more = smaller(rest, (lots[lot] ?? 0n) - (shares[lot] ?? 0n))
    shares[lot] = (shares[lot] ?? 0n) + more
    rest -= more
  }
  return [...shares.entries()].flatMap(([lot, amount]) => (amount > 0n ? [{ lot, amount }] : []))
}

/**
 * Draws an amount to undo what had filled the lots: as far as they still have it, from those that it had filled; the rest
 * as any other money.
 */
export function drawBack(
  lots: readonly Amount[],
  filled: readonly Amount[],
  amount: Amount,
  strategy: LineageStrategy,
  unit: Amount,
): readonly Draw[] {
  const own = lots.map((left, lot) => smaller(left, filled[lot] ?? 0n))
  const first = drawFrom(own, amount, 'fifo', unit)
  const left = lots.map((had, lot) => had - (first.find((draw) => draw.lot === lot)?.amount ?? 0n))
  const rest = amount - sum(first.map((draw) => draw.amount))
  return merged([...first, ...drawFrom(left, rest, strategy, unit)])
}

function merged(draws: readonly Draw[]): readonly Draw[] {
  const amounts = new Map<number, Amount>()
  for (const { lot, amount } of draws) amounts.set(lot, (amounts.get(lot) ?? 0n) + amount)
  return [...amounts].map(([lot, amount]) => ({ lot, amount }))
}

/** Money on its way from one balance to another: of one provider, or of nobody that is known. */
export type Piece = {
  readonly provider: string | null
  /** Whose lots it was drawn from. */
  readonly balanceId: string
  readonly amount: Amount
}

/** Cuts what the sources give, in order, into what the destinations get, in order. */
export function passOn(
  given: readonly Piece[],
  amounts: readonly Amount[],
): readonly (readonly Piece[])[] {
  const queue = [...given].reverse()
  return amounts.map((amount) => {
    const pieces: Piece[] = []
    for (let wanted = amount; wanted > 0n; ) {
      const piece = queue.pop()
      assert(piece !== undefined, 'as much is given as is taken')
      const taken = smaller(piece.amount, wanted)
      pieces.push({ ...piece, amount: taken })
      if (taken < piece.amount) queue.push({ ...piece, amount: piece.amount - taken })
      wanted -= taken
    }
    return pieces
  })
}

/**
 * A step on the way of tracked money: an amount that leaves a lot or fills it, and where within the whole movement it
 * lies. A hold that is settled in parts takes its steps in this order.
 */
export type LotStep = {
  readonly type: 'release' | 'receive' | 'credit'
  readonly lot: Lot
  readonly from: Amount
  readonly amount: Amount
  /** For what leaves: how the lot was chosen. */
  readonly strategy: LineageStrategy | null
  /** For what is received: the tracked balance that it left. */
  readonly giverId: string | null
}

/** How much of a step lies in a part of the movement. */
export function partWithin(step: LotStep, start: Amount, end: Amount): Amount {
  const first = step.from > start ? step.from : start
  const last = smaller(step.from + step.amount, end)
  return last > first ? last - first : 0n
}

/** What a posted step did to a lot, as a reversal sees it. */
export type PostedStep = {
  readonly lotId: string
  readonly aggregateId: string
  readonly direction: 'in' | 'out'
  readonly amount: Amount
}

/** Characters of a holder's name in the names of lots. */
const HOLDER_MAX = 200

/** What a holder is called in the names of lots: readable, and with a part of the id because names repeat. */
export function holderName(identity: {
  readonly id: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly organizationName: string | null
}): string {
  const { id, firstName, lastName, organizationName } = identity
  const name =
    firstName || lastName
      ? [firstName, lastName].filter((part) => part).join('_')
      : (organizationName ?? '').replaceAll(' ', '_')
  if (name === '') return `idt_${id}`
  return `${name.toLowerCase().slice(0, HOLDER_MAX)}_idt_${id.slice(0, 4)}`
}

export function lotName(provider: string, holder: string): string {
  return `@${provider}_${holder}_lineage`
}

export function aggregateName(holder: string): string {
  return `@${holder}_lineage`
}
