/**
 * Routes: which accounts may give and take in which kind of movement, and under which rubric of the chart of accounts
 * each side of it is booked. An operation route speaks of one leg, a transaction route is a set of them.
 *
 * The route that a transaction follows stands in its terms, that of a leg in its details, together with the rubric: both
 * are shown with them and sealed with them.
 */
import type { Balance, Side } from './balance.ts'
import type { JsonObject } from './json.ts'
import type { Refusal } from './refusal.ts'

export type OperationRouteType = 'source' | 'destination' | 'bidirectional'

/** What is done with money under a route. */
export type RouteAction =
  | 'direct'
  | 'hold'
  | 'commit'
  | 'cancel'
  | 'revert'
  | 'block'
  | 'unblock'
  | 'overdraft'

/** A line of the chart of accounts. */
export type Rubric = { readonly code: string; readonly description: string }

export type Rubrics = { readonly debit: Rubric | null; readonly credit: Rubric | null }

/** Which accounts a leg may be on. */
export type AccountRule =
  | { readonly kind: 'alias'; readonly alias: string }
  | { readonly kind: 'account_type'; readonly types: readonly string[] }

export type OperationRoute = {
  readonly id: string
  readonly type: OperationRouteType
  /** Null for any account. */
  readonly rule: AccountRule | null
  readonly rubrics: Readonly<Partial<Record<RouteAction, Rubrics>>>
}

export type TransactionRoute = {
  readonly id: string
  readonly ledgerId: string
  readonly operationRoutes: readonly OperationRoute[]
}

/** One side of a movement, as a route looks at it. */
export type RoutedLeg = {
  readonly side: Side
  readonly balance: Balance
  readonly details: JsonObject | null
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The route that the terms of a transaction or the details of a leg name. */
export function routeIdOf(facts: JsonObject | null): string | null {
  const id = facts?.['routeId']
  return typeof id === 'string' && UUID.test(id) ? id : null
}

/** What a posting that is no hold is done as: money can be moved to and from where it is blocked. */
export function actionOf(terms: JsonObject | null): 'direct' | 'block' | 'unblock' {
  const action = terms?.['action']
  return action === 'block' || action === 'unblock' ? action : 'direct'
}

/** The rubric that a leg was booked under, or null where none was asked for. */
export function rubricIn(details: JsonObject | null): Rubric | null {
  const { routeCode, routeDescription } = details ?? {}
  return typeof routeCode === 'string' && typeof routeDescription === 'string'
    ? { code: routeCode, description: routeDescription }
    : null
}

/** The details of a leg that is booked under this rubric instead of any other. */
export function withRubric(details: JsonObject | null, rubric: Rubric | null): JsonObject | null {
  if (rubric === null && rubricIn(details) === null) return details
  const { routeCode: _code, routeDescription: _description, ...others } = details ?? {}
  if (rubric !== null)
    return { ...others, routeCode: rubric.code, routeDescription: rubric.description }
  return Object.keys(others).length === 0 ? null : others
}

/** The rubric of a side of a leg under its operation route, or null where the route has none for it. */
export function rubricOf(
  route: TransactionRoute,
  operationRouteId: string | null,
  action: RouteAction,
  side: Side,
): Rubric | null {
  const found = route.operationRoutes.find(({ id }) => id === operationRouteId)
  const rubrics = found?.rubrics[action] ?? (isBlocking(action) ? found?.rubrics.direct : undefined)
  return rubrics?.[side] ?? null
}

/**
 * Why money may not move under a route.
 *
 * As many operation routes must be used on each side as the transaction route has for the action, where one that goes
 * both ways counts for either side, and must be used on both. Then each leg must be on an account that its operation
 * route allows.
 */
export function refusalOfRoute(
  action: RouteAction,
  route: TransactionRoute,
  legs: readonly RoutedLeg[],
): Refusal | null {
  const sources = routesFor(action, 'debit', route)
  // What a hold will credit is looked at as its commit will; what is given back has no destination.
  const destinations = action === 'cancel' ? [] : routesFor(creditedAs(action), 'credit', route)
  if (
    sources.length === 0 ||
    (destinations.length === 0 && action !== 'cancel' && action !== 'hold')
  )
    return { code: 'route_lacks_action', routeId: route.id, action }
  const taking = legs.filter(({ side }) => side === 'debit')
  const giving = action === 'cancel' ? [] : legs.filter(({ side }) => side === 'credit')
  return (
    refusalOfCounts(taking, sources, giving, destinations) ??
    refusalOfLegs(taking, sources) ??
    refusalOfLegs(giving, destinations) ??
    refusalOfHalves(taking, giving, route)
  )
}

function creditedAs(action: RouteAction): RouteAction {
  return action === 'hold' ? 'commit' : action
}

function isBlocking(action: RouteAction): boolean {
  return action === 'block' || action === 'unblock'
}

/** The operation routes that a side may follow. Those without any rubric are for what is posted at once. */
function routesFor(
  action: RouteAction,
  side: Side,
  { operationRoutes }: TransactionRoute,
): readonly OperationRoute[] {
  const oneWay = side === 'debit' ? 'source' : 'destination'
  return operationRoutes.filter(({ type, rubrics }) => {
    if (type !== oneWay && type !== 'bidirectional') return false
    if (rubrics[action] !== undefined) return true
    if (action !== 'direct' && !isBlocking(action)) return false
    return rubrics.direct !== undefined || Object.keys(rubrics).length === 0
  })
}

function refusalOfCounts(
  taking: readonly RoutedLeg[],
  sources: readonly OperationRoute[],
  giving: readonly RoutedLeg[],
  destinations: readonly OperationRoute[],
): Refusal | null {
  const from = routesUsed(taking).size
  const to = routesUsed(giving).size
  return isWithin(from, sources) && isWithin(to, destinations)
    ? null
    : { code: 'route_count_differs', sources: from, destinations: to }
}

function routesUsed(legs: readonly RoutedLeg[]): ReadonlySet<string> {
  return new Set(legs.map(({ details }) => routeIdOf(details)).filter((id) => id !== null))
}

function isWithin(count: number, routes: readonly OperationRoute[]): boolean {
  const oneWay = routes.filter(({ type }) => type !== 'bidirectional').length
  return count >= oneWay && count <= routes.length
}

function refusalOfLegs(
  legs: readonly RoutedLeg[],
  routes: readonly OperationRoute[],
): Refusal | null {
  for (const { balance, details } of legs) {
    const routeId = routeIdOf(details)
    const route = routes.find(({ id }) => id === routeId)
    if (route === undefined)
      return { code: 'leg_route_not_found', routeId: routeId ?? '', alias: balance.terms.alias }
    const refusal = refusalOfAccount(balance, route.rule)
    if (refusal !== null) return refusal
  }
  return null
}

function refusalOfAccount({ terms }: Balance, rule: AccountRule | null): Refusal | null {
  switch (rule?.kind) {
    case undefined:
      return null
    case 'alias':
      return rule.alias === terms.alias
        ? null
        : { code: 'route_alias_differs', alias: terms.alias, expected: rule.alias }
    case 'account_type':
      return rule.types.includes(terms.accountType)
        ? null
        : {
            code: 'route_account_type_differs',
            accountType: terms.accountType,
            expected: rule.types.join(', '),
          }
  }
}

/** What goes both ways is used both ways, except where only one side is looked at. */
function refusalOfHalves(
  taking: readonly RoutedLeg[],
  giving: readonly RoutedLeg[],
  route: TransactionRoute,
): Refusal | null {
  if (giving.length === 0) return null
  const from = routesUsed(taking)
  const to = routesUsed(giving)
  for (const { id, type } of route.operationRoutes)
    if (type === 'bidirectional' && from.has(id) !== to.has(id))
      return { code: 'route_one_sided', routeId: id }
  return null
}
