/** Balances and orders for tests of the rules about money. */
import {
  type Balance,
  type Balances,
  type Draft,
  type Leg,
  NO_OVERDRAFT,
  NO_SUMS,
  type OverdraftPermit,
  type PostingOrder,
  type Sums,
  type Terms,
} from '../../src/ledger/index.ts'

export const TERMS: Terms = {
  accountId: 'account',
  ledgerId: 'ledger',
  alias: 'alias',
  key: 'default',
  assetCode: 'USD',
  assetScale: null,
  accountType: 'deposit',
  normalSide: 'credit',
  external: false,
  internal: false,
  maySend: true,
  mayReceive: true,
  overdraft: null,
  principalId: null,
  lineage: null,
  routed: false,
  identityId: null,
}

export function balance(id: string, terms: Partial<Terms> = {}, sums: Partial<Sums> = {}): Balance {
  return { id, terms: { ...TERMS, ...terms }, ...NO_SUMS, ...sums, version: 0, scale: 0 }
}

/** A balance that may go below zero by its own terms, and the companion that carries what it draws. */
export function withOverdraft(
  id: string,
  limit: bigint | null,
  sums: Partial<Sums> = {},
): readonly [Balance, Balance] {
  const companionId = `${id}/overdraft`
  return [
    balance(id, { overdraft: { companionId, limit } }, sums),
    balance(companionId, { normalSide: 'debit', internal: true, principalId: id }),
  ]
}

/** Balances that remember what drafts have changed. */
export class Shelf implements Balances {
  readonly #balances: Map<string, Balance>

  constructor(balances: readonly Balance[]) {
    this.#balances = new Map(balances.map((one) => [one.id, one]))
  }

  get(id: string): Balance | undefined {
    return this.#balances.get(id)
  }

  keep(draft: Draft): void {
    for (const changed of draft.changed) this.#balances.set(changed.id, changed)
  }

  all(): readonly Balance[] {
    return [...this.#balances.values()]
  }
}

export function leg(
  balanceId: string,
  amount: bigint,
  overdraft: OverdraftPermit = NO_OVERDRAFT,
): Leg {
  return { balanceId, amount, overdraft, details: null }
}

export function order(
  sources: readonly Leg[],
  destinations: readonly Leg[],
  more: Partial<PostingOrder> = {},
): PostingOrder {
  return {
    effect: 'post',
    assetCode: null,
    amount: sources.reduce((total, one) => total + one.amount, 0n),
    sources,
    destinations,
    reserveDestinations: false,
    respectFlags: true,
    ...more,
  }
}
