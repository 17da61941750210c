/** What clients of the simulation ask for. */
import type { Command, Leg, Post, Terms } from '../../src/ledger/index.ts'
import type { Chance } from '../support/chance.ts'
import { leg, TERMS } from '../support/ledger.ts'
import type { BalanceRow } from './database.ts'

export type Order =
  | { readonly type: 'commands'; readonly tag: string; readonly commands: readonly Command[] }
  | {
      readonly type: 'edit'
      readonly tag: string
      readonly balanceId: string
      readonly edit: EditKind
    }

export type EditKind = 'freeze' | 'thaw' | 'touch' | 'refuse' | 'nothing' | 'break'

/** What clients have learned from answers so far. */
export type Known = {
  readonly holds: string[]
  readonly posted: string[]
  readonly scheduled: string[]
}

function row(id: string, terms: Partial<Terms> = {}): BalanceRow {
  return {
    id,
    terms: { ...TERMS, accountId: `account of ${id}`, ...terms },
    deleted: false,
    edits: 0,
  }
}

const DRAWN = 'o/overdraft'

export const ROWS: readonly BalanceRow[] = [
  row('a'),
  row('b'),
  row('c'),
  row('x', { external: true }),
  row('o', { overdraft: { companionId: DRAWN, limit: 100n } }),
  row(DRAWN, { normalSide: 'debit', internal: true, principalId: 'o' }),
]

const SENDERS = ['a', 'b', 'c', 'x', 'x', 'o'] as const
const TAKERS = ['a', 'b', 'c', 'o', 'x'] as const
const EDITABLE = ['a', 'b', 'c'] as const

export function makeOrder(tag: string, known: Known, chance: Chance): Order {
  if (chance.isHit(0.15)) {
    const kinds: readonly EditKind[] = [
      'freeze',
      'thaw',
      'thaw',
      'touch',
      'touch',
      'refuse',
      'nothing',
      'break',
    ]
    return { type: 'edit', tag, balanceId: chance.pick(EDITABLE), edit: chance.pick(kinds) }
  }
  const count = chance.isHit(0.15) ? chance.between(2, 3) : 1
  const commands = Array.from({ length: count }, (_, at) =>
    command(count === 1 ? tag : `${tag}.${at}`, tag, known, chance),
  )
  return { type: 'commands', tag, commands }
}

function command(reference: string, tag: string, known: Known, chance: Chance): Command {
  const follow = {
    reference: chance.isHit(0.9) ? reference : null,
    actor: tag,
    inherit: chance.isHit(0.5),
  }
  const kind = chance.below(10)
  if (kind === 0 && known.holds.length > 0)
    return {
      ...follow,
      type: 'settle',
      holdId: chance.pick(known.holds),
      amount: chance.isHit(0.5) ? null : BigInt(chance.between(1, 40)),
    }
  if (kind === 1 && known.holds.length > 0)
    return { ...follow, type: 'release', holdId: chance.pick(known.holds), status: 'voided' }
  if (kind === 2 && known.posted.length > 0)
    return {
      ...labels(reference, tag),
      type: 'reverse',
      transactionId: chance.pick([...known.posted, ...known.holds]),
      unconditional: chance.isHit(0.3),
      key: null,
      request: chance.isHit(0.3) ? { reference: `${reference}/request`, dueAt: null } : null,
    }
  if (kind === 3 && known.scheduled.length > 0)
    return { type: 'execute', requestId: chance.pick(known.scheduled) }
  return post(reference, tag, chance)
}

function labels(reference: string | null, tag: string) {
  return {
    reference,
    parentId: null,
    requestId: null,
    effectiveAt: null,
    description: null,
    metadata: null,
    terms: null,
    actor: tag,
  }
}

function post(reference: string, tag: string, chance: Chance): Post {
  const amount = BigInt(chance.between(1, 60))
  const from = chance.pick(SENDERS)
  const sources: Leg[] = [leg(from, amount)]
  const destinations: Leg[] = [leg(chance.pick(TAKERS.filter((id) => id !== from)), amount)]
  const kind = chance.isHit(0.3) ? 'hold' : 'transfer'
  const isKeyed = chance.isHit(0.3)
  const shared = chance.isHit(0.1) ? `shared ${chance.below(3)}` : null
  const isRequest = !isKeyed && chance.isHit(0.2)
  const isScheduled = isRequest && chance.isHit(0.4)
  return {
    ...labels(isKeyed ? null : (shared ?? reference), tag),
    type: 'post',
    kind,
    assetCode: null,
    amount,
    sources,
    destinations,
    reserveDestinations: chance.isHit(0.3),
    key: isKeyed
      ? {
          key: shared ?? reference,
          fingerprint: shared ?? reference,
          expiresAt: Number.MAX_SAFE_INTEGER,
        }
      : null,
    expiresAt: null,
    settlesAt: null,
    request: isRequest
      ? {
          reference: `${shared ?? reference}/request`,
          // The beginning and the end of time: due at once, or never by itself.
          dueAt: isScheduled ? Number.MAX_SAFE_INTEGER : null,
        }
      : null,
  }
}
