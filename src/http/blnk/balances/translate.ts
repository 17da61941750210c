/** Balances in Blnk's words. */
import type { Identity, Ledger } from '../../../directory/index.ts'
import { type Amount, type Sums, toUnits } from '../../../ledger/index.ts'
import type { BalanceView } from '../../../reports/index.ts'
import { embeddedIdentityText } from '../identities/translate.ts'
import { embeddedLedgerText } from '../ledgers/translate.ts'
import { ledgerIdOf, wireId } from '../wire/ids.ts'
import type { Scales } from '../wire/scales.ts'
import { timeText, ZERO_TIME } from '../wire/time.ts'

/** What a balance is shown with. */
export type Shown = {
  /** In a list Blnk shows neither the version nor how lineage is tracked. */
  readonly in: 'list' | 'answer'
  /** The version, where it is not the balance's own. */
  readonly version?: number
  readonly queued?: boolean
  readonly identity?: Identity | null
  readonly ledger?: Ledger | null
}

/** Under this key a balance remembers a strategy that it does not follow, because its lots are not tracked. */
export const STRATEGY = 'allocation_strategy'

/** The scale in which a balance is counted; what has never been used has no digits to show. */
export function scaleOf(view: BalanceView, scales: Scales): number {
  return scales.known(view.terms.assetCode) ?? view.terms.assetScale ?? view.scale
}

export function units(amount: Amount, scale: number): string {
  return toUnits(amount, scale).toString()
}

/** The six numbers of a balance, each as Blnk names it. */
export function sumsText(sums: Sums, scale: number, version: number): string {
  const { postedCredits, postedDebits, pendingCredits, pendingDebits } = sums
  return (
    `"balance":${units(postedCredits - postedDebits, scale)},"version":${version},` +
    `"inflight_balance":${units(pendingCredits - pendingDebits, scale)},` +
    `"credit_balance":${units(postedCredits, scale)},` +
    `"inflight_credit_balance":${units(pendingCredits, scale)},` +
    `"debit_balance":${units(postedDebits, scale)},` +
    `"inflight_debit_balance":${units(pendingDebits, scale)}`
  )
}

export function balanceText(view: BalanceView, scales: Scales, shown: Shown): string {
  const { terms } = view
  const listed = shown.in === 'list'
  // A balance of Blnk starts with version 1; ours counts its entries.
  const version = shown.version ?? (listed ? 0 : view.version + 1)
  const strategy = strategyOf(view)
  return (
    `{${sumsText(view, scaleOf(view, scales), version)}` +
    (shown.queued === true ? ',"queued_debit_balance":0,"queued_credit_balance":0' : '') +
    `,"ledger_id":"${ledgerIdOf(terms.ledgerId)}"` +
    `,"identity_id":"${terms.identityId === null ? '' : wireId('idt', terms.identityId)}"` +
    `,"balance_id":"${wireId('bln', view.id)}"` +
    (view.indicator === null ? '' : `,"indicator":${JSON.stringify(view.indicator)}`) +
    `,"currency":${JSON.stringify(terms.assetCode)}` +
    (shown.identity ? `,"identity":${embeddedIdentityText(shown.identity)}` : '') +
    (shown.ledger ? `,"ledger":${embeddedLedgerText(shown.ledger)}` : '') +
    `,"created_at":"${timeText(view.createdAt)}","inflight_expires_at":"${ZERO_TIME}"` +
    `,"meta_data":${JSON.stringify(view.accountMetadata)}` +
    `,"track_fund_lineage":${!listed && terms.lineage !== null}` +
    `${listed ? '' : `,"allocation_strategy":"${strategy}"`}}`
  )
}

function strategyOf({ terms, metadata }: BalanceView): string {
  const kept = terms.lineage?.toUpperCase() ?? metadata?.[STRATEGY]
  return kept === 'LIFO' || kept === 'PROPORTIONAL' ? kept : 'FIFO'
}
