/**
 * Puts a movement under its route: asks the rule whether it may be, and writes on each leg the rubric that it is booked
 * under. Where no ledger concerned asks for routes, everything stays as it was asked for.
 */
import {
  actionOf,
  assert,
  type Balances,
  type Draft,
  type JsonObject,
  type Leg,
  type PlannedLeg,
  type Post,
  type Refusal,
  type RouteAction,
  type RoutedLeg,
  refusalOfRoute,
  routeIdOf,
  rubricOf,
  type Side,
  type Transaction,
  type TransactionRoute,
  withRubric,
} from '../ledger/index.ts'
import type { StoredHold } from './port.ts'

/** What is known of balances and of routes. */
export interface RouteBook extends Balances {
  route(id: string): TransactionRoute | undefined
}

/** A movement under its route; the route is null where none is asked for. */
type Routed<Movement> = { readonly movement: Movement; readonly route: TransactionRoute | null }

/** A posting, a hold or a note with its rubrics. */
export function routedPost(post: Post, book: RouteBook): Routed<Post> | Refusal {
  if (!isRouted([...post.sources, ...post.destinations], book))
    return { movement: post, route: null }
  const action = post.kind === 'hold' ? 'hold' : actionOf(post.terms)
  const sides = routedSides(action, post.terms, post, book)
  if ('code' in sides) return sides
  const { route, sources, destinations } = sides
  const held = action === 'hold' ? sources.map((leg) => halved(leg, route, action)) : sources
  return { movement: { ...post, sources: held, destinations }, route }
}

type Sides = { readonly sources: readonly Leg[]; readonly destinations: readonly Leg[] }

/** The two sides of a movement under the route that its terms name. */
export function routedSides<S extends Sides>(
  action: RouteAction,
  terms: JsonObject | null,
  { sources, destinations }: S,
  book: RouteBook,
): (Sides & { readonly route: TransactionRoute }) | Refusal {
  const legs = [...sidedLegs('debit', sources, book), ...sidedLegs('credit', destinations, book)]
  const route = routeFor(action, terms, legs, book)
  if ('code' in route) return route
  return {
    route,
    sources: sources.map((leg) => booked(leg, 'debit', route, action)),
    destinations: destinations.map((leg) => booked(leg, 'credit', route, action)),
  }
}

/** Legs without the rubrics of what was done with them before. */
export function unruled<L extends { readonly details: JsonObject | null }>(
  legs: readonly L[],
): readonly L[] {
  return legs.map((leg) => ({ ...leg, details: withRubric(leg.details, null) }))
}

/** A hold on its way to being posted or given back. What runs out is given back whatever the routes say. */
export function routedHold(
  action: 'commit' | 'cancel',
  stored: StoredHold,
  isAsked: boolean,
  book: RouteBook,
): Routed<StoredHold> | Refusal {
  const { hold } = stored
  const plain = { ...stored, hold: { ...hold, plan: unruled(hold.plan) } }
  if (hold.status !== 'pending' || !isAsked || !isRouted(hold.plan, book))
    return { movement: plain, route: null }
  const legs = hold.plan.flatMap((leg) => sidedLegs(leg.side, [leg], book))
  const route = routeFor(action, stored.transaction.terms, legs, book)
  if ('code' in route) return route
  const plan = plain.hold.plan.map((leg) => {
    const ruled = booked(leg, leg.side, route, action)
    return action === 'cancel' && leg.reserved && !isCompanion(leg, book)
      ? halved(ruled, route, action)
      : ruled
  })
  return { movement: { ...stored, hold: { ...hold, plan } }, route }
}

/** Books what overdrafts carry under the rubrics that routes have for it. */
export function ruleOverdrafts(
  route: TransactionRoute | null,
  draft: Draft,
  book: RouteBook,
): Refusal | null {
  if (route === null) return null
  for (const [index, entry] of draft.entries.entries()) {
    if (!isCompanion(entry, book)) continue
    const routeId = routeIdOf(entry.details)
    const given = entry.effect === 'release'
    const side = given === (entry.side === 'debit') ? 'credit' : 'debit'
    const rubric = rubricOf(route, routeId, 'overdraft', side)
    if (rubric === null) return { code: 'route_lacks_overdraft', routeId: routeId ?? '' }
    draft.entries[index] = { ...entry, details: withRubric(entry.details, rubric) }
  }
  return null
}

export function isRouted(
  legs: readonly { readonly balanceId: string }[],
  book: RouteBook,
): boolean {
  return legs.some(({ balanceId }) => book.get(balanceId)?.terms.routed === true)
}

function isCompanion({ balanceId }: { readonly balanceId: string }, book: RouteBook): boolean {
  return (book.get(balanceId)?.terms.principalId ?? null) !== null
}

/** The legs as the rule looks at them. What an overdraft carries goes with the leg of its principal. */
function sidedLegs(
  side: Side,
  legs: readonly (Leg | PlannedLeg)[],
  book: RouteBook,
): readonly RoutedLeg[] {
  return legs.flatMap((leg) => {
    const balance = book.get(leg.balanceId)
    return balance === undefined || balance.terms.principalId !== null
      ? []
      : [{ side, balance, details: leg.details }]
  })
}

function routeFor(
  action: RouteAction,
  terms: Transaction['terms'],
  legs: readonly RoutedLeg[],
  book: RouteBook,
): TransactionRoute | Refusal {
  const routeId = routeIdOf(terms)
  if (routeId === null) return { code: 'route_not_named' }
  const route = book.route(routeId)
  const isElsewhere = legs.some(
    ({ balance: { terms } }) => terms.routed && terms.ledgerId !== route?.ledgerId,
  )
  if (route === undefined || isElsewhere) return { code: 'route_not_found', routeId }
  return refusalOfRoute(action, route, legs) ?? route
}

function booked<L extends Leg | PlannedLeg>(
  leg: L,
  side: Side,
  route: TransactionRoute,
  action: RouteAction,
): L {
  const rubric = rubricOf(route, routeIdOf(leg.details), action, side)
  return { ...leg, details: withRubric(leg.details, rubric) }
}

function halved<L extends Leg | PlannedLeg>(
  leg: L,
  route: TransactionRoute,
  action: RouteAction,
): L {
  const rubric = rubricOf(route, routeIdOf(leg.details), action, 'credit')
  assert(rubric !== null, 'what is set aside under a route has rubrics for both halves')
  return { ...leg, otherHalf: withRubric(leg.details, rubric) }
}
