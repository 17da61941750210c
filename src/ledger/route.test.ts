import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { balance } from '../../test/support/ledger.ts'
import {
  type OperationRoute,
  type RouteAction,
  type RoutedLeg,
  type Rubrics,
  refusalOfRoute,
  rubricIn,
  rubricOf,
  type TransactionRoute,
  withRubric,
} from './route.ts'

const id = (digit: string) => `00000000-0000-7000-8000-00000000000${digit}`
const [SOURCE, DESTINATION, BOTH] = [id('1'), id('2'), id('3')]

const rubrics = (name: string): Rubrics => ({
  debit: { code: `${name}-D`, description: `${name} debit` },
  credit: { code: `${name}-C`, description: `${name} credit` },
})

function operationRoute(
  routeId: string,
  type: OperationRoute['type'],
  actions: readonly RouteAction[],
  rule: OperationRoute['rule'] = null,
): OperationRoute {
  const lines = actions.map((action) => [action, rubrics(action)])
  return { id: routeId, type, rule, rubrics: Object.fromEntries(lines) }
}

function route(...operationRoutes: readonly OperationRoute[]): TransactionRoute {
  return { id: id('9'), ledgerId: 'l', operationRoutes }
}

function leg(side: 'debit' | 'credit', routeId: string | null, alias = `@${side}`): RoutedLeg {
  const details = routeId === null ? null : { routeId }
  return { side, balance: balance(alias, { alias }), details }
}

const there = route(
  operationRoute(SOURCE, 'source', ['direct', 'hold', 'commit', 'cancel']),
  operationRoute(DESTINATION, 'destination', ['direct', 'commit']),
)
const around = route(operationRoute(BOTH, 'bidirectional', ['direct', 'revert']))

const codeOf = (action: RouteAction, of: TransactionRoute, legs: readonly RoutedLeg[]) =>
  refusalOfRoute(action, of, legs)?.code ?? null

describe('a route', () => {
  test('lets money move from its source to its destination, for each action that it has', () => {
    const legs = [leg('debit', SOURCE), leg('credit', DESTINATION)]
    for (const action of ['direct', 'hold', 'commit'] as const)
      expect(codeOf(action, there, legs)).toBeNull()
    expect(codeOf('cancel', there, [leg('debit', SOURCE)])).toBeNull()
    expect(codeOf('revert', there, legs)).toBe('route_lacks_action')
    expect(codeOf('hold', around, [leg('debit', BOTH), leg('credit', BOTH)])).toBe(
      'route_lacks_action',
    )
  })

  test('blocks and unblocks by its rubrics for what is direct, where it has none of their own', () => {
    const legs = [leg('debit', SOURCE), leg('credit', DESTINATION)]
    expect(codeOf('block', there, legs)).toBeNull()
    expect(rubricOf(there, SOURCE, 'unblock', 'debit')?.code).toBe('direct-D')
    expect(rubricOf(there, SOURCE, 'revert', 'debit')).toBeNull()
  })

  test('without any rubric is for what is direct alone', () => {
    const bare = route(
      operationRoute(SOURCE, 'source', []),
      operationRoute(DESTINATION, 'destination', []),
    )
    const legs = [leg('debit', SOURCE), leg('credit', DESTINATION)]
    expect(codeOf('direct', bare, legs)).toBeNull()
    expect(codeOf('hold', bare, legs)).toBe('route_lacks_action')
  })

  test('is followed as a whole: as many operation routes on each side as it has', () => {
    const two = route(
      operationRoute(SOURCE, 'source', ['direct']),
      operationRoute(id('4'), 'source', ['direct']),
      operationRoute(DESTINATION, 'destination', ['direct']),
    )
    const legs = [leg('debit', SOURCE, '@a'), leg('credit', DESTINATION)]
    expect(codeOf('direct', two, legs)).toBe('route_count_differs')
    expect(codeOf('direct', two, [...legs, leg('debit', id('4'), '@b')])).toBeNull()
    expect(codeOf('direct', there, [leg('debit', null), leg('credit', DESTINATION)])).toBe(
      'route_count_differs',
    )
  })

  test('is followed by every leg, each on its own side', () => {
    const swapped = [leg('debit', DESTINATION), leg('credit', SOURCE)]
    expect(codeOf('direct', there, swapped)).toBe('leg_route_not_found')
    const legs = [leg('debit', SOURCE), leg('credit', DESTINATION)]
    expect(codeOf('direct', there, [...legs, leg('credit', null, '@c')])).toBe(
      'leg_route_not_found',
    )
    expect(codeOf('direct', there, [leg('debit', id('7')), leg('credit', DESTINATION)])).toBe(
      'leg_route_not_found',
    )
  })

  test('that goes both ways is used both ways', () => {
    expect(codeOf('direct', around, [leg('debit', BOTH), leg('credit', BOTH)])).toBeNull()
    const mixed = route(
      operationRoute(SOURCE, 'source', ['direct']),
      operationRoute(BOTH, 'bidirectional', ['direct']),
    )
    expect(codeOf('direct', mixed, [leg('debit', SOURCE), leg('credit', BOTH)])).toBe(
      'route_one_sided',
    )
  })

  test('says which accounts it is for, by alias or by type', () => {
    const [source, destination] = there.operationRoutes
    if (source === undefined || destination === undefined) throw new Error('it has two')
    const legs = [leg('debit', SOURCE, '@a'), leg('credit', DESTINATION)]
    const only = (rule: OperationRoute['rule']) => route({ ...source, rule }, destination)
    expect(codeOf('direct', only({ kind: 'alias', alias: '@a' }), legs)).toBeNull()
    expect(codeOf('direct', only({ kind: 'alias', alias: '@b' }), legs)).toBe('route_alias_differs')
    const types = (...names: readonly string[]) => only({ kind: 'account_type', types: names })
    expect(codeOf('direct', types('savings', 'deposit'), legs)).toBeNull()
    expect(codeOf('direct', types('savings'), legs)).toBe('route_account_type_differs')
  })
})

test('details have one rubric at most, and keep everything else', () => {
  const details = fc.option(fc.dictionary(fc.string(), fc.string()))
  const rubric = fc.option(fc.record({ code: fc.string(), description: fc.string() }))
  fc.assert(
    fc.property(details, rubric, rubric, (given, first, second) => {
      const once = withRubric(given, first)
      const { routeCode: _code, routeDescription: _description, ...others } = given ?? {}
      expect(withRubric(once, second) ?? {}).toEqual(withRubric(given, second) ?? {})
      if (first !== null) expect(rubricIn(once)).toEqual(first)
      expect(once ?? {}).toMatchObject(others)
    }),
  )
})
