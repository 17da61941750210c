/** Accounting entries: under which rubrics a leg is booked, by what is done. */
import type { JsonObject, OperationRouteType } from '../../../ledger/index.ts'
import { missingFields, refuse } from '../problem.ts'
import {
  ACTIONS,
  type GivenAccountingEntries,
  type GivenRubric,
  type GivenRubrics,
} from './schema.ts'

type Action = (typeof ACTIONS)[number]

type Rubrics = { readonly debit: GivenRubric | null; readonly credit: GivenRubric | null }

type Entries = Readonly<Partial<Record<Action, Rubrics>>>

/** Which sides must have a rubric; an action that has no line may not be booked at all. */
const NEEDED: Readonly<
  Record<OperationRouteType, Readonly<Partial<Record<Action, readonly ('debit' | 'credit')[]>>>>
> = {
  source: {
    direct: ['debit'],
    hold: ['debit', 'credit'],
    commit: ['debit'],
    cancel: ['debit', 'credit'],
    overdraft: ['debit', 'credit'],
    block: ['debit'],
    unblock: ['debit'],
  },
  destination: {
    direct: ['credit'],
    commit: ['credit'],
    overdraft: ['debit', 'credit'],
    block: ['credit'],
    unblock: ['credit'],
  },
  bidirectional: {
    direct: ['debit', 'credit'],
    hold: ['debit', 'credit'],
    commit: ['debit', 'credit'],
    cancel: ['debit', 'credit'],
    revert: ['debit', 'credit'],
    overdraft: ['debit', 'credit'],
    block: ['debit', 'credit'],
    unblock: ['debit', 'credit'],
  },
}

/**
 * The entries after a patch, or as they are given at first: an action that is null is taken away. Null where there never
 * were any.
 *
 * @throws Refused when they are not whole, or not for a route of this type
 */
export function accountingEntries(
  type: OperationRouteType,
  kept: JsonObject | null,
  given: GivenAccountingEntries | null | undefined,
): JsonObject | null {
  if (given === null || given === undefined) return kept
  const entries: Entries = Object.fromEntries(
    ACTIONS.flatMap((action) => {
      const rubrics = Object.hasOwn(given, action)
        ? wholeRubrics(action, given[action] ?? null)
        : ((kept?.[action] ?? null) as Rubrics | null)
      return rubrics === null ? [] : [[action, rubrics]]
    }),
  )
  checkEntries(type, entries)
  return entries
}

function wholeRubrics(action: Action, given: GivenRubrics | null): Rubrics | null {
  if (given === null) return null
  const rubrics = { debit: given.debit ?? null, credit: given.credit ?? null }
  if (rubrics.debit === null && rubrics.credit === null)
    refuse(
      missingFields([
        { path: `accountingEntries.${action}`, message: 'must have a debit or a credit' },
      ]),
    )
  return rubrics
}

function checkEntries(type: OperationRouteType, entries: Entries): void {
  const actions = ACTIONS.filter((action) => entries[action] !== undefined)
  if (actions.length === 0) return
  for (const action of actions)
    if (NEEDED[type][action] === undefined)
      refuse({
        code: action === 'revert' ? '0165' : '0162',
        detail: `A ${type} has no accounting entry for ${action}.`,
      })
  const group = type === 'destination' ? [] : (['hold', 'commit', 'cancel'] as const)
  const given = group.filter((action) => entries[action] !== undefined)
  if (given.length > 0 && given.length < group.length)
    refuse({
      code: '0163',
      detail: 'Accounting entries for hold, commit and cancel go together.',
    })
  if (entries.direct === undefined)
    refuse({ code: '0164', detail: 'Accounting entries need one for direct.' })
  for (const action of actions)
    for (const side of NEEDED[type][action] ?? [])
      if (entries[action]?.[side] === null)
        refuse({
          code: '0166',
          detail: `The accounting entry for ${action} of a ${type} needs a ${side}.`,
        })
}
