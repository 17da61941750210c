import type { Micros } from '../../ledger/index.ts'
import {
  type Axis,
  comparable,
  Outdated,
  type Pair,
  type Position,
  type Run,
  type RunStore,
  type Side,
  type Within,
} from '../../reconciliation/port.ts'
import type { Connections, Row } from '../connection.ts'
import { amountOf, plainArray } from '../types.ts'
import { readInPortions } from './cursor.ts'
import { groupsStatement } from './groups.ts'
import { externalsStatement, internalsStatement } from './sides.ts'

/** What the matching of runs reads and writes. Its connections are those for work that nobody waits for. */
export class PostgresRunStore implements RunStore {
  readonly #connections: Connections

  constructor(connections: Connections) {
    this.#connections = connections
  }

  async formGroups(run: Run): Promise<void> {
    const { text, values } = groupsStatement(run)
    await this.#connections.transaction(async (querier) => {
      const [row] = await querier.query<{ there: boolean }>(
        '',
        `select exists (select from reconciliation_groups where book_id = $1 and reconciliation_id = $2) as there`,
        [run.bookId, run.id],
      )
      if (row?.there !== true) await querier.query('', text, values)
    })
  }

  async *externals(run: Run, axis: Axis, portionMax: number): AsyncIterable<readonly Side[]> {
    const statement = externalsStatement(run, axis)
    for await (const rows of readInPortions<SideRow>(
      this.#connections,
      statement,
      portionMax,
      true,
    ))
      yield rows.map(sideOf)
  }

  async *internals(run: Run, within: Within, blockMax: number): AsyncIterable<readonly Side[]> {
    const statement = internalsStatement(run, within)
    for await (const rows of readInPortions<SideRow>(this.#connections, statement, blockMax, false))
      yield rows.map(sideOf)
  }

  async keep(
    run: Run,
    pairs: readonly Pair[],
    reached: Position,
    dealtWith: number,
  ): Promise<void> {
    const { bookId, id, attempt } = run
    await this.#connections.transaction(async (querier) => {
      const matched = await querier.query<{ count: number }>('', matchesText(run), [
        bookId,
        id,
        plainArray(pairs.map(({ external }) => external)),
        plainArray(pairs.map(({ internal }) => internal)),
      ])
      const current = await querier.query(
        'keep progress',
        `update reconciliation_runs
            set position = $4::jsonb, processed = processed + $5, matched = matched + $6, stalled = 0
          where book_id = $1 and id = $2::uuid and attempt = $3 returning 1`,
        [bookId, id, attempt, JSON.stringify(reached), dealtWith, matched[0]?.count ?? 0],
      )
      if (current.length === 0) throw new Outdated('Another attempt has begun')
    })
  }
}

/** Writes matches, of groups one for each member. */
function matchesText({ strategy }: Run): string {
  const source =
    strategy === 'one_to_one'
      ? `select external, internal::uuid from unnest($3::integer[], $4::text[]) as u (external, internal)`
      : strategy === 'one_to_many'
        ? `select u.external, unnest(g.transaction_ids)
             from unnest($3::integer[], $4::bigint[]) as u (external, internal)
             join reconciliation_groups g on g.book_id = $1 and g.reconciliation_id = $2 and g.number = u.internal`
        : `select unnest(g.record_numbers), u.internal::uuid
             from unnest($3::bigint[], $4::text[]) as u (external, internal)
             join reconciliation_groups g on g.book_id = $1 and g.reconciliation_id = $2 and g.number = u.external`
  return `with written as (
  insert into reconciliation_matches (book_id, reconciliation_id, record_number, transaction_id)
  select $1, $2::uuid, s.* from (${source}) s on conflict do nothing returning 1)
select count(*) as count from written`
}

type SideRow = Row & {
  readonly key: string
  readonly currency: string
  readonly amount: string
  readonly dated_at: Micros
  readonly reference: readonly (string | null)[]
  readonly description: readonly (string | null)[]
}

function sideOf(row: SideRow): Side {
  return {
    key: row.key,
    currency: row.currency,
    amount: amountOf(row.amount),
    date: row.dated_at,
    references: textsIn(row.reference),
    descriptions: textsIn(row.description),
  }
}

function textsIn(texts: readonly (string | null)[]): readonly string[] {
  const different = new Set(texts.map((text) => comparable(text ?? '')))
  different.delete('')
  return [...different]
}
