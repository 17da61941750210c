/** What operation routes look like on the wire. */
import { type Static, Type } from 'typebox'
import {
  closedObject,
  metadata,
  metadataPatch,
  optional,
  optionalNotNull,
  shownOf,
  text,
} from '../body/schema.ts'

const TITLE_MAX = 255
const DESCRIPTION_MAX = 250
const CODE_MAX = 100
const RUBRIC_CODE_MAX = 50
const WORD_MAX = 256

const rubric = closedObject({ code: text(RUBRIC_CODE_MAX), description: text(DESCRIPTION_MAX) })
const rubrics = closedObject({ debit: optional(rubric), credit: optional(rubric) })

/** The actions that have accounting entries, in the order in which they are shown. */
export const ACTIONS = [
  'direct',
  'hold',
  'commit',
  'cancel',
  'revert',
  'overdraft',
  'block',
  'unblock',
] as const

const entries = closedObject({
  direct: optional(rubrics),
  hold: optional(rubrics),
  commit: optional(rubrics),
  cancel: optional(rubrics),
  revert: optional(rubrics),
  overdraft: optional(rubrics),
  block: optional(rubrics),
  unblock: optional(rubrics),
} satisfies Record<(typeof ACTIONS)[number], unknown>)

const account = closedObject({
  ruleType: optional(text(WORD_MAX)),
  validIf: optional(
    Type.Unsafe<unknown>({
      description: 'For the rule alias an alias; for the rule account_type a list of types.',
    }),
  ),
})

export const operationRouteCreate = closedObject({
  title: text(TITLE_MAX),
  description: optional(text(DESCRIPTION_MAX)),
  code: optional(text(CODE_MAX)),
  operationType: text(WORD_MAX),
  account: optional(account),
  accountingEntries: optional(entries),
  metadata: optional(metadata),
})

export const operationRouteUpdate = closedObject({
  title: optionalNotNull(text(TITLE_MAX)),
  description: optional(text(DESCRIPTION_MAX)),
  code: optional(text(CODE_MAX)),
  account: optional(account),
  accountingEntries: optional(entries),
  metadata: optional(metadataPatch),
})

export type GivenRubric = { readonly code: string; readonly description: string }

export type GivenRubrics = {
  readonly debit?: GivenRubric | null
  readonly credit?: GivenRubric | null
}

export type GivenAccountingEntries = Readonly<Record<string, GivenRubrics | null>>

export type GivenAccountRule = {
  readonly ruleType?: string | null
  readonly validIf?: unknown
}

export type OperationRouteCreate = Static<typeof operationRouteCreate>
export type OperationRouteUpdate = Static<typeof operationRouteUpdate>

export const operationRouteShown = shownOf({
  organizationId: Type.String(),
  ledgerId: Type.String(),
  title: Type.String(),
  description: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
  operationType: Type.String(),
  account: Type.Optional(Type.Object({})),
  accountingEntries: Type.Optional(Type.Object({})),
})
