/** Operations as text: an entry of the journal, in the words of the generation that is asked for. */
import { entryId } from '../../../engine/index.ts'
import {
  type Amount,
  decimalsOf,
  type Effect,
  type Entry,
  type JsonObject,
  NO_SUMS,
  type PlannedLeg,
  rubricIn,
  type Side,
  type Sums,
  sumsBefore,
} from '../../../ledger/index.ts'
import type { BalanceFacts, Operation } from '../../../reports/index.ts'
import type { Profile } from '../profile.ts'
import {
  decimal,
  decimalsOfStanding,
  digits,
  type Standing,
  scaleFor,
  timeText,
} from '../shown-money.ts'
import { directionOf, standingsOf, typeOf } from './halves.ts'

/** What an operation shows of the transaction that it belongs to. */
export type OperationContext = {
  /** The transaction that a caller knows it by. */
  readonly transactionId: string
  /** The description of an entry that has none of its own. */
  readonly description: string
  /** What the transaction was asked for as, when that is something special: block or unblock. */
  readonly action: string | null
  readonly createdAt: string
  readonly updatedAt: string
  readonly organizationId: string
  readonly profile: Profile
}

type Facts = Pick<
  BalanceFacts,
  | 'accountId'
  | 'ledgerId'
  | 'alias'
  | 'key'
  | 'assetCode'
  | 'normalSide'
  | 'external'
  | 'principalId'
>

/** What was written into an operation, at first or since. */
type Note = { readonly description: string | null; readonly metadata: JsonObject | null }

export function entryText(
  id: string,
  entry: Entry,
  facts: Facts,
  carried: Operation['carried'],
  context: OperationContext,
): string {
  const note = noteOf(entry.details)
  return text(id, entry, note, facts, context, {
    before: sumsBefore(entry),
    after: entry,
    carried,
    versionBefore: entry.version - 1,
    version: entry.version,
    affected: true,
  })
}

/** An operation that was read from the journal. */
export function operationText(
  operation: Operation,
  organizationId: string,
  profile: Profile,
): string {
  const id = entryId(operation.transactionId, operation.leg)
  const createdAt = timeText(operation.effectiveAt ?? operation.recordedAt)
  const { amendment } = operation
  const context: OperationContext = {
    transactionId: operation.shownId,
    description: operation.transactionDescription ?? '',
    action: actionOf(operation.terms),
    createdAt,
    updatedAt: timeText(amendment?.at ?? operation.recordedAt),
    organizationId,
    profile,
  }
  return text(id, operation, amendment ?? noteOf(operation.details), operation, context, {
    before: sumsBefore(operation),
    after: operation,
    carried: operation.carried,
    versionBefore: operation.version - 1,
    version: operation.version,
    affected: true,
  })
}

/** A leg of what was only noted: nothing has moved. */
export function notedText(
  id: string,
  leg: PlannedLeg,
  facts: Facts,
  context: OperationContext,
): string {
  const entry = { ...leg, effect: 'post', amount: 0n } as const
  return text(id, entry, noteOf(leg.details), facts, context, {
    before: NO_SUMS,
    after: NO_SUMS,
    carried: null,
    versionBefore: 0,
    version: 0,
    affected: false,
  })
}

export function actionOf(terms: JsonObject | null): string | null {
  const action = terms?.['action']
  return typeof action === 'string' ? action : null
}

function noteOf(details: JsonObject | null): Note {
  const description = details?.['description']
  const metadata = details?.['metadata']
  return {
    description: typeof description === 'string' && description !== '' ? description : null,
    metadata: typeof metadata === 'object' ? (metadata as JsonObject | null) : null,
  }
}

type Course = {
  readonly before: Sums
  readonly after: Sums
  readonly carried: Operation['carried']
  readonly versionBefore: number
  readonly version: number
  readonly affected: boolean
}

type Moved = {
  readonly balanceId: string
  readonly side: Side
  readonly effect: Effect
  readonly amount: Amount
  readonly details: JsonObject | null
}

function text(
  id: string,
  moved: Moved,
  note: Note,
  facts: Facts,
  context: OperationContext,
  course: Course,
): string {
  const { profile } = context
  const { balanceId, amount, details } = moved
  const { before, after } = standingsOf(moved, course, facts, profile)
  const money =
    profile === 'seed'
      ? inUnits(amount, before, after, facts.assetCode, course)
      : inDecimals(amount, before, after, course)
  return `{"id":"${id}","transactionId":"${context.transactionId}","description":${JSON.stringify(
    note.description ?? context.description,
  )},"type":"${typeOf(moved, facts.principalId, context.action)}","assetCode":${JSON.stringify(
    facts.assetCode,
  )},"chartOfAccounts":${textOf(details, 'chartOfAccounts')},${money},"status":{"code":"","description":null},"accountId":"${
    facts.accountId
  }","accountAlias":${JSON.stringify(facts.alias)},"balanceKey":${JSON.stringify(
    facts.key,
  )},"balanceId":"${balanceId}","organizationId":"${context.organizationId}","ledgerId":"${
    facts.ledgerId
  }","route":${textOf(details, 'route')},"balanceAffected":${course.affected},"direction":"${directionOf(moved, facts.principalId)}"${routeText(details)},"createdAt":"${
    context.createdAt
  }","updatedAt":"${context.updatedAt}","deletedAt":null,"metadata":${JSON.stringify(note.metadata)}}`
}

/** The operation route that was followed, and the rubric that it was booked under. */
function routeText(details: JsonObject | null): string {
  const routeId = details?.['routeId']
  const rubric = rubricIn(details)
  return `${typeof routeId === 'string' ? `,"routeId":${JSON.stringify(routeId)}` : ''}${
    rubric === null
      ? ''
      : `,"routeCode":${JSON.stringify(rubric.code)},"routeDescription":${JSON.stringify(rubric.description)}`
  }`
}

function textOf(details: JsonObject | null, name: string): string {
  const value = details?.[name]
  return typeof value === 'string' ? JSON.stringify(value) : '""'
}

function inDecimals(amount: Amount, before: Standing, after: Standing, course: Course): string {
  const shown = ({ available, onHold, overdraftUsed }: Standing, version: number) =>
    `{"available":${decimal(available)},"onHold":${decimal(onHold)},"version":${version},"overdraftUsed":${decimal(
      overdraftUsed,
    )}}`
  return `"amount":{"value":${decimal(amount)}},"balance":${shown(before, course.versionBefore)},"balanceAfter":${shown(
    after,
    course.version,
  )}`
}

/** Whole numbers, each with a scale that is enough for it. */
function inUnits(
  amount: Amount,
  before: Standing,
  after: Standing,
  assetCode: string,
  course: Course,
): string {
  const amountScale = scaleFor(assetCode, decimalsOf(amount))
  const scale = scaleFor(assetCode, Math.max(decimalsOfStanding(before), decimalsOfStanding(after)))
  const shown = ({ available, onHold }: Standing, version: number) =>
    `{"available":${digits(available, scale)},"onHold":${digits(onHold, scale)},"scale":${scale},"version":${version}}`
  return `"amount":{"value":${digits(amount, amountScale)},"scale":${amountScale}},"balance":${shown(
    before,
    course.versionBefore,
  )},"balanceAfter":${shown(after, course.version)}`
}
