import { AMOUNT_LIMIT, type Amount, decimalsOf } from './money.ts'

export type Side = 'debit' | 'credit'

/** The four exact sums of a balance. None of them is ever negative. */
export type Sums = {
  readonly postedDebits: Amount
  readonly postedCredits: Amount
  readonly pendingDebits: Amount
  readonly pendingCredits: Amount
}

/** How far below zero a balance may go by its own terms. */
export type OverdraftTerms = {
  /** The balance that takes the part of a debit that the balance itself cannot cover. */
  readonly companionId: string
  /** The most that may be drawn in all; null for no limit, nothing where an overdraft ended that may still be owed. */
  readonly limit: Amount | null
}

/** How a spender draws on the lots of a balance; null when lots are not tracked. */
export type LineageStrategy = 'fifo' | 'lifo' | 'proportional'

/** What is agreed about a balance: everything that a posting reads and does not change. */
export type Terms = {
  readonly accountId: string
  readonly ledgerId: string
  /** The account's alias; unique within the ledger. */
  readonly alias: string
  readonly key: string
  readonly assetCode: string
  /** The most decimals that an amount may have here; null for no limit but the general one. */
  readonly assetScale: number | null
  readonly accountType: string
  /** The side that increases it. */
  readonly normalSide: Side
  /** Stands for the outside world, so it may carry any sign. */
  readonly external: boolean
  /** Kept by the ledger itself: callers may neither name nor change it. */
  readonly internal: boolean
  readonly maySend: boolean
  readonly mayReceive: boolean
  readonly overdraft: OverdraftTerms | null
  /** For a companion: the balance whose overdraft it carries. */
  readonly principalId: string | null
  readonly lineage: LineageStrategy | null
  /** Whether its ledger moves money under routes only. */
  readonly routed: boolean
  readonly identityId: string | null
}

/** An account's position under a key: its terms, its sums, and how it came to them. */
export type Balance = Sums & {
  readonly id: string
  readonly terms: Terms
  /** How many entries it has. */
  readonly version: number
  /** The most decimals ever posted to it. */
  readonly scale: number
}

/** What an entry does to the sums of its side. */
export type Effect =
  /** Posted at once. */
  | 'post'
  /** Set aside. */
  | 'hold'
  /** What was set aside is posted. */
  | 'settle'
  /** What was set aside is given back. */
  | 'release'
  /** The other half of a hold that is booked in two: it counts as an entry and changes no sum. */
  | 'held'
  /** The other half of a release. */
  | 'freed'

export const NO_SUMS: Sums = {
  postedDebits: 0n,
  postedCredits: 0n,
  pendingDebits: 0n,
  pendingCredits: 0n,
}

/** Posted money: positive when the normal side prevails. */
export function postedNet(balance: Balance): Amount {
  const net = balance.postedCredits - balance.postedDebits
  return balance.terms.normalSide === 'credit' ? net : -net
}

/** What may still be taken from the balance: posted money less what is set aside to leave it. */
export function available(balance: Balance): Amount {
  return balance.terms.normalSide === 'credit'
    ? balance.postedCredits - balance.postedDebits - balance.pendingDebits
    : balance.postedDebits - balance.postedCredits + balance.pendingDebits
}

/**
 * The most that may be credited: without end, except on a balance that credits lower. There it is posted money less what
 * is set aside to leave it; what is only set aside to come in does not count, because it may still be given back.
 */
export function mayBeCredited(balance: Balance): Amount {
  if (balance.terms.external || balance.terms.normalSide === 'credit') return AMOUNT_LIMIT
  return balance.postedDebits - balance.postedCredits - balance.pendingCredits
}

/** What a companion carries for its principal: what is drawn in all, and how much of that is only set aside. */
export type Carried = { readonly drawn: Amount; readonly held: Amount }

export const NOTHING_CARRIED: Carried = { drawn: 0n, held: 0n }

/** What the sums of a companion say about its principal. */
export function carriedBy({ postedDebits, postedCredits, pendingDebits }: Sums): Carried {
  return { drawn: postedDebits - postedCredits + pendingDebits, held: pendingDebits }
}

/** How often an entry's amount is added to what is set aside. */
const PENDING: Readonly<Record<Effect, bigint>> = {
  post: 0n,
  hold: 1n,
  settle: -1n,
  release: -1n,
  held: 0n,
  freed: 0n,
}

function sumsAfter(sums: Sums, side: Side, effect: Effect, amount: Amount): Sums {
  let { postedDebits, postedCredits, pendingDebits, pendingCredits } = sums
  const pending = PENDING[effect] * amount
  const posted = effect === 'post' || effect === 'settle' ? amount : 0n
  if (side === 'debit') {
    postedDebits += posted
    pendingDebits += pending
  } else {
    postedCredits += posted
    pendingCredits += pending
  }
  return { postedDebits, postedCredits, pendingDebits, pendingCredits }
}

/** The sums before an entry, from those after it. */
export function sumsBefore(
  entry: Sums & { readonly side: Side; readonly effect: Effect; readonly amount: Amount },
): Sums {
  return sumsAfter(entry, entry.side, entry.effect, -entry.amount)
}

/** The balance after one more entry. */
export function balanceAfter(
  balance: Balance,
  side: Side,
  effect: Effect,
  amount: Amount,
): Balance {
  const sums = sumsAfter(balance, side, effect, amount)
  return {
    id: balance.id,
    terms: balance.terms,
    postedDebits: sums.postedDebits,
    postedCredits: sums.postedCredits,
    pendingDebits: sums.pendingDebits,
    pendingCredits: sums.pendingCredits,
    version: balance.version + 1,
    scale: Math.max(balance.scale, decimalsOf(amount)),
  }
}
