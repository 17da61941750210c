/** Whether a transaction says of itself what its entries say: kind, state, amount, who gave and who took. */
import {
  type Amount,
  decodePlan,
  formatDecimal,
  type JsonObject,
  type Plan,
} from '../ledger/index.ts'
import type { Findings } from './finding.ts'
import { isErased } from './leaf.ts'
import type { Leg, TransactionRow } from './port.ts'
import { amountOf, HALVES } from './sums.ts'

type Expectation = {
  readonly statuses: readonly string[]
  /** What its entries may do; none for what moves nothing. */
  readonly effects: readonly string[]
  /** Whether all that is taken is given. */
  readonly isBalanced: boolean
}

/** What a transaction of each kind is like. */
const KINDS: Readonly<Record<string, Expectation>> = {
  transfer: { statuses: ['posted'], effects: ['post'], isBalanced: true },
  reversal: { statuses: ['posted'], effects: ['post'], isBalanced: true },
  hold: { statuses: ['pending'], effects: ['hold', 'held'], isBalanced: false },
  settlement: { statuses: ['posted'], effects: ['settle', 'post'], isBalanced: true },
  release: { statuses: ['voided', 'expired'], effects: ['release', 'freed'], isBalanced: false },
  request: { statuses: ['queued', 'scheduled'], effects: [], isBalanced: true },
  rejection: { statuses: ['rejected'], effects: [], isBalanced: true },
  note: { statuses: ['noted'], effects: [], isBalanced: true },
  lineage: {
    statuses: ['posted', 'pending', 'voided', 'expired'],
    effects: ['post', 'hold', 'settle', 'release'],
    isBalanced: true,
  },
}

export const KIND_NAMES = Object.keys(KINDS)
export const STATUS_NAMES = [...new Set(Object.values(KINDS).flatMap((kind) => kind.statuses))]

/** What may do something to lots. */
const MOVEMENTS: ReadonlySet<string> = new Set([
  'transfer',
  'hold',
  'settlement',
  'release',
  'reversal',
])

/** Checks one transaction with its entries; what is wrong becomes a finding. */
export function checkPosting(row: TransactionRow, legs: readonly Leg[], findings: Findings): void {
  checkAlone(row, legs, findings)
  if (Object.hasOwn(KINDS, row.kind)) checkCompanions(row, findings)
}

/** Checks what a transaction says of itself, whatever other rows there are. */
export function checkAlone(row: TransactionRow, legs: readonly Leg[], findings: Findings): void {
  const of = KINDS[row.kind]
  if (of === undefined) {
    findings.add(
      'transactions',
      row.id,
      'kind',
      { expected: KIND_NAMES, found: row.kind },
      'there is no such kind',
    )
    return
  }
  if (!of.statuses.includes(row.status))
    findings.add(
      'transactions',
      row.id,
      ['status', 'kind'],
      { expected: of.statuses, found: row.status },
      `a ${row.kind} has another state`,
    )
  checkLegs(row, legs, of, findings)
  if ((row.kind === 'reversal') !== (row.reversesId !== null))
    findings.add(
      'transactions',
      row.id,
      ['reverses_id', 'kind'],
      { found: row.reversesId },
      'reversals, and they alone, reverse something',
    )
  checkTexts(row, findings)
  if (row.kind === 'hold' && row.plan !== null) checkPlan(row, legs, findings)
}

function checkLegs(
  row: TransactionRow,
  legs: readonly Leg[],
  of: Expectation,
  findings: Findings,
): void {
  for (const [index, { leg }] of legs.entries())
    if (leg !== index)
      findings.add(
        'entries',
        entryName(row, leg),
        'leg',
        { expected: index, found: leg },
        'legs are counted from 0',
      )
  const strange = legs.find((leg) => !of.effects.includes(leg.effect))
  if (strange !== undefined && !findings.has('entries', entryName(row, strange.leg)))
    findings.add(
      'entries',
      entryName(row, strange.leg),
      ['effect', 'transaction_id'],
      { expected: of.effects, found: strange.effect },
      `a ${row.kind} has no such entry`,
    )
  checkHalves(row, legs, findings)
  if (of.effects.length === 0) return
  // Most transactions are of two legs with the amount on both: no arithmetic is needed to see that they are right.
  if (
    legs.length === 2 &&
    legs.every((leg) => leg.amount === row.amount) &&
    legs[0]?.side !== legs[1]?.side
  )
    return
  checkTotals(row, legs, of, findings)
}

/** What is booked as the other half of an entry follows it, on the same balance and of the same amount. */
function checkHalves(row: TransactionRow, legs: readonly Leg[], findings: Findings): void {
  for (const [index, half] of legs.entries()) {
    const { effect, side, balanceId, amount, leg } = half
    if (!(effect in HALVES)) continue
    const first = legs[index - 1]
    const fits =
      first?.effect === HALVES[effect] &&
      first?.balanceId === balanceId &&
      first?.amount === amount &&
      side === 'credit'
    if (fits || findings.has('entries', entryName(row, leg))) continue
    findings.add(
      'entries',
      entryName(row, leg),
      ['amount', 'balance_id', 'effect', 'side'],
      { expected: `the other half of ${first?.amount ?? 'nothing'}`, found: amount },
      'it is not the other half of the entry before it',
    )
  }
}

function checkTotals(
  row: TransactionRow,
  legs: readonly Leg[],
  of: Expectation,
  findings: Findings,
): void {
  const amount = amountOf(row.amount)
  const debits = total(legs, 'debit')
  const credits = total(legs, 'credit')
  const givesAll = credits === debits || (!of.isBalanced && credits === 0n)
  if (debits === amount && givesAll) return
  const explained = legs.some((leg) => findings.has('entries', entryName(row, leg.leg)))
  if (explained) return
  if (givesAll && debits > 0n)
    findings.add(
      'transactions',
      row.id,
      'amount',
      { expected: formatDecimal(debits), found: row.amount },
      'its entries come to another amount',
    )
  else
    findings.add(
      'entries',
      `of transaction ${row.id}`,
      legs.length === 0 ? 'transaction_id' : ['amount', 'side', 'transaction_id'],
      {
        expected: `${row.amount} debited and credited`,
        found: `${formatDecimal(debits)} and ${formatDecimal(credits)}`,
      },
      'debits and credits are not equal',
    )
}

function checkCompanions(row: TransactionRow, findings: Findings): void {
  const ends = row.kind === 'settlement' || row.kind === 'release'
  if (ends && row.parentKind !== 'hold')
    findings.add(
      'transactions',
      row.id,
      ['parent_id', 'kind'],
      { expected: 'a hold', found: row.parentKind ?? row.parentId },
      `a ${row.kind} has a hold as its parent`,
    )
  if (row.kind === 'lineage' && !MOVEMENTS.has(row.parentKind ?? ''))
    findings.add(
      'transactions',
      row.id,
      ['parent_id', 'kind'],
      { expected: 'a movement', found: row.parentKind ?? row.parentId },
      'lots are filled and drawn on by what moves money',
    )
  if (!row.hasCompanion)
    findings.add(
      row.kind === 'hold' ? 'holds' : 'due',
      row.id,
      'transaction_id',
      { expected: 'a row', found: null },
      `the ${row.kind} needs one`,
    )
}

const TEXTS = ['description', 'metadata', 'terms', 'plan']

/** Texts are committed to by a seal: there are none without one, none once they are erased, and no seal for nothing. */
function checkTexts(row: TransactionRow, findings: Findings): void {
  const { id, description, metadata, terms, plan, details, seal } = row
  const isBare =
    (description ?? metadata ?? terms ?? plan) === null && details === null && seal === null
  // Most rows are in order, and there are many of them: what follows is for those that may not be.
  if (isBare || (seal !== null && !isErased(row) && (description ?? metadata) !== null)) return
  const present = Object.entries({ description, metadata, terms, plan }).filter(
    ([, value]) => value !== null,
  )
  const hasTexts = present.length > 0 || details !== null
  if (seal !== null && !isErased(row)) {
    if (hasTexts) return
    const reason = 'it seals texts that are not there'
    findings.add('transactions', id, ['seal', ...TEXTS], { found: seal }, reason)
    if (row.legs.length > 0)
      findings.add('entries', `of transaction ${id}`, 'details', { found: null }, reason)
    return
  }
  if (!hasTexts) return
  const reason = seal === null ? 'it has texts without a seal' : 'its texts were erased'
  const columns = [...present.map(([column]) => column), 'seal']
  findings.add('transactions', id, columns, { found: present[0]?.[1] }, reason)
  if (details !== null)
    findings.add('entries', `of transaction ${id}`, 'details', { found: details }, reason)
}

/** What a hold set aside is what its plan says. */
function checkPlan(row: TransactionRow, legs: readonly Leg[], findings: Findings): void {
  const plan = planOf(row.plan ?? '')
  const reserved = plan?.kind === 'legs' ? plan.legs.filter((leg) => leg.reserved) : []
  const held = legs.filter(({ effect }) => !(effect in HALVES))
  const agrees =
    reserved.length === held.length &&
    reserved.every(
      (leg, index) =>
        leg.balanceId === held[index]?.balanceId &&
        leg.side === held[index]?.side &&
        leg.amount === amountOf(held[index]?.amount ?? ''),
    )
  if (agrees || legs.some((leg) => findings.has('entries', entryName(row, leg.leg)))) return
  findings.add(
    'transactions',
    row.id,
    'plan',
    { found: row.plan },
    'its entries set aside something else',
  )
}

function planOf(text: string): Plan | null {
  try {
    return decodePlan(JSON.parse(text) as JsonObject)
  } catch {
    return null
  }
}

/** An entry is named after its transaction and its leg. */
export function entryName(row: { readonly id: string }, leg: number): string {
  return `${row.id}/${leg}`
}

export function total(legs: readonly Leg[], side: string): Amount {
  let amount = 0n
  for (const leg of legs)
    if (leg.side === side && !(leg.effect in HALVES)) amount += amountOf(leg.amount)
  return amount
}
