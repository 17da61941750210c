/** Transactions as text, in the words of the generation that is asked for. */
import { type Amount, decimalsOf, type JsonObject } from '../../../ledger/index.ts'
import type { Profile } from '../profile.ts'
import { decimal, digits, scaleFor } from '../shown-money.ts'

export type ShownTransaction = {
  readonly id: string
  readonly parentId: string | null
  readonly description: string
  readonly status: string
  readonly amount: Amount
  readonly assetCode: string
  readonly terms: JsonObject | null
  readonly metadata: JsonObject | null
  readonly source: readonly string[] | null
  readonly destination: readonly string[] | null
  readonly organizationId: string
  readonly ledgerId: string
  readonly createdAt: string
  readonly updatedAt: string
  /** Each as text; null where they are not shown. */
  readonly operations: readonly string[] | null
}

export function transactionText(shown: ShownTransaction, profile: Profile): string {
  const terms = shown.terms ?? {}
  const routeId = terms['routeId']
  const { metadata } = shown
  return `{"id":"${shown.id}",${
    shown.parentId === null ? '' : `"parentTransactionId":"${shown.parentId}",`
  }"description":${JSON.stringify(shown.description)},"status":{"code":"${shown.status}","description":"${
    shown.status
  }"},${amountText(shown, profile)},"assetCode":${JSON.stringify(
    shown.assetCode,
  )},"chartOfAccountsGroupName":${textOf(terms, 'group')},"source":${JSON.stringify(
    shown.source,
  )},"destination":${JSON.stringify(shown.destination)},"ledgerId":"${shown.ledgerId}","organizationId":"${
    shown.organizationId
  }","route":${textOf(terms, 'route')}${typeof routeId === 'string' ? `,"routeId":"${routeId}"` : ''}${
    profile === 'v4' ? ',"feesSkipped":false,"tracerSkipped":false' : ''
  },"createdAt":"${shown.createdAt}","updatedAt":"${shown.updatedAt}","deletedAt":null${
    metadata === null || Object.keys(metadata).length === 0
      ? ''
      : `,"metadata":${JSON.stringify(metadata)}`
  },"operations":${shown.operations === null ? 'null' : `[${shown.operations.join(',')}]`}}`
}

function amountText({ amount, assetCode }: ShownTransaction, profile: Profile): string {
  if (profile !== 'seed') return `"amount":${decimal(amount)}`
  const scale = scaleFor(assetCode, decimalsOf(amount))
  return `"amount":${digits(amount, scale)},"amountScale":${scale}`
}

function textOf(terms: JsonObject, name: string): string {
  const value = terms[name]
  return typeof value === 'string' ? JSON.stringify(value) : '""'
}
