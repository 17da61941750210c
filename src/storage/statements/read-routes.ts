/** Routes as postings look at them. By key; a transaction route has at most a hundred operation routes. */
import type {
  AccountRule,
  JsonObject,
  OperationRoute,
  OperationRouteType,
  RouteAction,
  Rubrics,
  TransactionRoute,
} from '../../ledger/index.ts'
import { eachOne, oneOrNone } from './look-up.ts'

/** Transaction routes by id, with a row for each of their operation routes. */
export const READ_ROUTES = `
select r.id as route_id, r.ledger_id, o.id, o.operation_type, o.account, o.accounting_entries
  from unnest($2::uuid[]) as u (id)
  ${eachOne('transaction_routes', 'r', 'x.book_id = $1 and x.id = u.id and x.deleted_at is null')}
  cross join lateral jsonb_array_elements_text(r.operation_routes) as l (id)
  ${oneOrNone('operation_routes', 'o', 'x.book_id = $1 and x.id = l.id::uuid and x.deleted_at is null')}`

/** Operation routes that lead one way, by id. What was deleted led where it led. */
export const READ_ONE_WAY_ROUTES = `
select o.id
  from unnest($2::uuid[]) as u (id)
  ${eachOne('operation_routes', 'o', "x.book_id = $1 and x.id = u.id and x.operation_type <> 'bidirectional'")}`

export type RouteRow = {
  readonly route_id: string
  readonly ledger_id: string
  readonly id: string | null
  readonly operation_type: OperationRouteType
  readonly account: JsonObject | null
  readonly accounting_entries: JsonObject | null
}

export function routesOf(rows: readonly RouteRow[]): readonly TransactionRoute[] {
  return [...Map.groupBy(rows, ({ route_id }) => route_id)].map(([id, parts]) => ({
    id,
    ledgerId: parts[0]?.ledger_id ?? '',
    operationRoutes: parts.flatMap((part) => (part.id === null ? [] : [routeOf(part.id, part)])),
  }))
}

function routeOf(id: string, row: RouteRow): OperationRoute {
  return {
    id,
    type: row.operation_type,
    rule: ruleOf(row.account),
    rubrics: (row.accounting_entries ?? {}) as Partial<Record<RouteAction, Rubrics>>,
  }
}

function ruleOf(account: JsonObject | null): AccountRule | null {
  if (account === null) return null
  const { ruleType, validIf } = account
  return ruleType === 'alias'
    ? { kind: 'alias', alias: String(validIf) }
    : { kind: 'account_type', types: (validIf as readonly string[] | undefined) ?? [] }
}
