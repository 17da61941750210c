/** Connections that remember what was asked, and how the database went about it. */
import pg from 'pg'
import type { Row } from '../../src/storage/connection.ts'
import { type ConnectionLimits, Connections } from '../../src/storage/index.ts'

export type Step = {
  readonly node: string
  readonly table: string | null
  readonly index: string | null
  /** Rows that it looked at, over all of its loops: those that it gave, and those that it left out. */
  readonly rows: number
  readonly depth: number
}

type Statement = { readonly text: string; readonly values: readonly unknown[] }

export class Explaining extends Connections {
  readonly asked: Statement[] = []

  override query<R extends Row>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<readonly R[]> {
    this.asked.push({ text, values })
    return super.query(name, text, values)
  }

  /** How the statements since the last time were carried out, each planned as it is in service. */
  async plans(): Promise<readonly (readonly Step[])[]> {
    const plans: (readonly Step[])[] = []
    for (const { text, values } of this.asked.splice(0)) {
      const given = values.map(literal).join(', ')
      await super.query('', `prepare explained as ${text}`, [])
      const [row] = await super.query<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(
        '',
        `explain (analyze, timing off, format json) execute explained${given === '' ? '' : `(${given})`}`,
        [],
      )
      await super.query('', 'deallocate explained', [])
      const plan = row?.['QUERY PLAN'][0]?.Plan
      if (plan !== undefined) plans.push(stepsOf(plan, 0))
    }
    return plans
  }
}

/** One connection, so that what is prepared is there for the next statement. */
export function explaining(url: string, limits: Omit<ConnectionLimits, 'role'>): Explaining {
  return new Explaining(url, { ...limits, readersMax: 1, role: null, statementMs: 60_000 })
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  return pg.escapeLiteral(String(value))
}

type PlanNode = {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly Plans?: readonly PlanNode[]
}

function stepsOf(node: PlanNode, depth: number): readonly Step[] {
  const each =
    node['Actual Rows'] +
    (node['Rows Removed by Filter'] ?? 0) +
    (node['Rows Removed by Index Recheck'] ?? 0)
  return [
    {
      node: node['Node Type'],
      table: node['Relation Name'] ?? null,
      index: node['Index Name'] ?? null,
      rows: Math.round(each * node['Actual Loops']),
      depth,
    },
    ...(node.Plans ?? []).flatMap((inner) => stepsOf(inner, depth + 1)),
  ]
}

/** A plan as text, one step a line. */
export function planText(steps: readonly Step[]): string {
  return steps
    .map(
      ({ node, table, index, rows, depth }) =>
        `${'  '.repeat(depth)}${[node, index ?? table].filter(Boolean).join(' ')} ${rows}`,
    )
    .join('\n')
}
