/** Bank accounts in Blnk's words. */
import type { BankAccount, Identity, Ledger } from '../../../directory/index.ts'
import type { BalanceView } from '../../../reports/index.ts'
import { balanceText } from '../balances/translate.ts'
import { embeddedIdentityText } from '../identities/translate.ts'
import { embeddedLedgerText } from '../ledgers/translate.ts'
import { ledgerIdOf, wireId } from '../wire/ids.ts'
import type { Scales } from '../wire/scales.ts'
import { timeOfRow } from '../wire/time.ts'

/** What an account is shown with. */
export type Included = {
  readonly scales?: Scales
  readonly balance?: BalanceView | null
  readonly ledger?: Ledger | null
  readonly identity?: Identity | null
}

export function accountText(account: BankAccount, included: Included): string {
  const { ledger, identity } = included
  return (
    `{"account_id":"${wireId('acc', account.id)}","name":${JSON.stringify(account.name)},` +
    `"number":${JSON.stringify(account.number)},"bank_name":${JSON.stringify(account.bankName)},` +
    `"currency":${JSON.stringify(account.assetCode)},` +
    `"balance_id":"${wireId('bln', account.balanceId)}",` +
    `"identity_id":"${wireId('idt', account.identityId)}",` +
    `"ledger_id":"${ledgerIdOf(account.ledgerId)}",` +
    `"ledger":${ledger ? embeddedLedgerText(ledger) : 'null'},` +
    `"balance":${embeddedBalanceText(included)},` +
    `"identity":${identity ? embeddedIdentityText(identity) : 'null'},` +
    `"created_at":"${timeOfRow(account.createdAt)}","meta_data":${JSON.stringify(account.metadata)}}`
  )
}

/** Inside of an account Blnk shows a balance without its holds. */
function embeddedBalanceText({ balance, scales }: Included): string {
  if (!balance || scales === undefined) return 'null'
  return balanceText(balance, scales, { in: 'list' }).replace(
    /("inflight_(?:balance|credit_balance|debit_balance)"):-?\d+/g,
    '$1:null',
  )
}
