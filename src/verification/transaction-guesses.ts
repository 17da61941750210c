/** What the columns of a transaction and its entries may have been before they were changed. */
import { formatDecimal, type Hash } from '../ledger/index.ts'
import type { Guess, Guesses } from './guess.ts'
import { leafOfTransaction } from './leaf.ts'
import type { BookReader, Leg, Place, TransactionRow } from './port.ts'
import { entryName, KIND_NAMES, STATUS_NAMES, total } from './posting.ts'
import {
  amountOf,
  changeOf,
  meaningOf,
  minus,
  plus,
  SUM_COLUMNS,
  type Sums,
  sumsOf,
} from './sums.ts'
import { timeText } from './time-text.ts'

/** Columns that hold null as often as not, by the names of the program. */
const NULLABLE = {
  effectiveAt: 'effective_at',
  parentId: 'parent_id',
  requestId: 'request_id',
  reversesId: 'reverses_id',
  reference: 'reference',
  sourceId: 'source_id',
  destinationId: 'destination_id',
  description: 'description',
  metadata: 'metadata',
  terms: 'terms',
  plan: 'plan',
  actor: 'actor',
} as const satisfies Partial<Record<keyof TransactionRow, string>>

/** Columns that nothing but the chain bears witness to. */
const WITHOUT_WITNESS = [
  'effective_at',
  'parent_id',
  'request_id',
  'reverses_id',
  'reference',
  'description',
  'metadata',
  'terms',
  'plan',
  'actor',
  'seal',
]

/** Legs whose balances are guessed; a transaction of more is told of as a whole. */
const LEGS_MAX = 16

type Balances = Awaited<ReturnType<BookReader['balances']>>

export async function transactionGuesses(
  row: TransactionRow,
  legs: readonly Leg[],
  reader: BookReader,
  hash: Hash,
): Promise<Guesses> {
  const balances = await reader.balances(legs.slice(0, LEGS_MAX).map((leg) => leg.balanceId))
  const guess = (
    property: keyof TransactionRow,
    column: string,
    value: TransactionRow[keyof TransactionRow],
  ): Guess => ({
    table: 'transactions',
    id: row.id,
    column,
    value: property === 'effectiveAt' ? timeOf(value) : value,
    found: property === 'effectiveAt' ? timeOf(row[property]) : row[property],
    leaf: () => leafOfTransaction({ ...row, [property]: value }, legs, hash),
  })
  const parties = partiesOf(legs, balances)
  const assets = new Set([...balances.values()].map((balance) => balance.assetCode))
  const guesses = [
    ...KIND_NAMES.map((kind) => guess('kind', 'kind', kind)),
    ...STATUS_NAMES.map((status) => guess('status', 'status', status)),
    ...Object.entries(NULLABLE).map(([property, column]) =>
      guess(property as keyof TransactionRow, column, null),
    ),
    ...[row.id, row.parentId].map((id) => guess('requestId', 'request_id', id)),
    guess('parentId', 'parent_id', row.requestId),
    ...parties.debit.map((id) => guess('sourceId', 'source_id', id)),
    ...parties.credit.map((id) => guess('destinationId', 'destination_id', id)),
    ...[...assets].map((code) => guess('assetCode', 'asset_code', code)),
    ...['debit', 'credit'].map((side) =>
      guess('amount', 'amount', formatDecimal(total(legs, side))),
    ),
    ...legGuesses(row, legs, await standingsOf(legs, reader), hash),
  ]
  return { guesses, suspects: suspectsOf(row, legs, parties, assets) }
}

function timeOf(value: unknown): unknown {
  return typeof value === 'number' ? timeText(value) : value
}

type Parties = { readonly debit: readonly string[]; readonly credit: readonly string[] }

/** The balances on each side, and those whose overdrafts they carry. */
function partiesOf(legs: readonly Leg[], balances: Balances): Parties {
  const on = (side: string) =>
    legs
      .slice(0, LEGS_MAX)
      .filter((leg) => leg.side === side)
      .flatMap(({ balanceId }) => [balanceId, balances.get(balanceId)?.principalId ?? balanceId])
  return { debit: [...new Set(on('debit'))], credit: [...new Set(on('credit'))] }
}

/** What the balances came to before entries, by their places. */
async function standingsOf(
  legs: readonly Leg[],
  reader: BookReader,
): Promise<ReadonlyMap<string, Sums>> {
  const standings = await reader.standings(legs.slice(0, LEGS_MAX))
  return new Map(standings.map((standing) => [placeOf(standing), sumsOf(standing)]))
}

function placeOf({ balanceId, version }: Place): string {
  return `${balanceId} ${version}`
}

function legGuesses(
  row: TransactionRow,
  legs: readonly Leg[],
  standings: ReadonlyMap<string, Sums>,
  hash: Hash,
): readonly Guess[] {
  const guesses: Guess[] = []
  for (const [index, leg] of legs.slice(0, LEGS_MAX).entries()) {
    const add = (column: string, property: keyof Leg, value: Leg[keyof Leg]) => {
      const changed = legs.with(index, { ...leg, [property]: value })
      guesses.push({
        table: 'entries',
        id: entryName(row, leg.leg),
        column,
        value,
        found: leg[property],
        leaf: () => leafOfTransaction(row, changed, hash),
      })
    }
    for (const id of [row.sourceId, row.destinationId])
      if (id !== null) add('balance_id', 'balanceId', id)
    add('leg', 'leg', index)
    const before = standings.get(placeOf(leg))
    if (before === undefined) continue
    const change = changeOf(leg.side, leg.effect, amountOf(leg.amount))
    const after = change === null ? before : plus(before, change)
    for (const [place, [property, column]] of SUM_COLUMNS.entries())
      add(column, property, formatDecimal(after[place] ?? 0n))
    const meant = meaningOf(minus(sumsOf(leg), before))
    if (meant === null) continue
    add('side', 'side', meant.side)
    add('effect', 'effect', meant.effect)
    add('amount', 'amount', formatDecimal(meant.amount))
  }
  if (row.details !== null)
    guesses.push({
      table: 'entries',
      id: `of transaction ${row.id}`,
      column: 'details',
      value: null,
      found: row.details.find((details) => details !== null),
      leaf: () => leafOfTransaction({ ...row, details: null }, legs, hash),
    })
  return guesses
}

function suspectsOf(
  row: TransactionRow,
  legs: readonly Leg[],
  parties: Parties,
  assets: ReadonlySet<string>,
): Guesses['suspects'] {
  const columns = [...WITHOUT_WITNESS]
  if (legs.length === 0) columns.push('amount')
  if (!assets.has(row.assetCode)) columns.push('asset_code')
  if (row.sourceId === null || !parties.debit.includes(row.sourceId)) columns.push('source_id')
  if (row.destinationId === null || !parties.credit.includes(row.destinationId))
    columns.push('destination_id')
  const ofRow = { table: 'transactions', id: row.id, columns }
  if (legs.length === 0) return [ofRow]
  return [ofRow, { table: 'entries', id: `of transaction ${row.id}`, columns: ['details'] }]
}
