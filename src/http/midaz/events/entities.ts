/** Changes of the directory as events: each shows the entity as it was after the change. */
import type {
  Account,
  AccountType,
  AssetRate,
  AssetRow,
  BalanceTerms,
  Ledger,
  OperationRouteRow,
  Organization,
  Portfolio,
  Segment,
  TransactionRouteRow,
} from '../../../directory/index.ts'
import type { JsonObject } from '../../../ledger/index.ts'
import type { ChangeFact } from '../../../outbox/index.ts'
import { shownAccountType } from '../account-types/routes.ts'
import { shownAccount } from '../accounts/translate.ts'
import { shownAssetRate } from '../asset-rates/translate.ts'
import { shownAsset } from '../assets/translate.ts'
import { shownLedger } from '../ledgers/routes.ts'
import { shownOperationRoute } from '../operation-routes/routes.ts'
import { shownOrganization } from '../organizations/translate.ts'
import { shownPortfolio } from '../portfolios/routes.ts'
import { shownSegment } from '../segments/routes.ts'
import { shownMetadata, shownTimes } from '../shown.ts'
import type { Place } from '../tenant.ts'
import { shownTransactionRoute } from '../transaction-routes/routes.ts'
import type { Own } from './message.ts'
import type { Changed } from './names.ts'

/** What a change means, or null when it is nobody's business. */
export function ofChange(
  fact: ChangeFact,
  placeOf: (ledgerId: string) => Place,
  accounts: ReadonlyMap<string, Account>,
): Own | null {
  const { after, verb } = fact
  if (after === null) return null
  const own = (resource: Changed, data: object, ledgerId: string | null = null): Own => ({
    event: `${resource}.${verb}`,
    subject: fact.subjectId,
    ledgerId,
    data: JSON.stringify(data),
  })
  const ledgerId = String(after['ledgerId'] ?? '')
  switch (fact.entity) {
    case 'organization':
      return own('organization', shownOrganization(rowOf<Organization>(after)))
    case 'ledger':
      return own('ledger', shownLedger(rowOf<Ledger>(after)), fact.subjectId)
    case 'asset':
      return own('asset', shownAsset(rowOf<AssetRow>(after), placeOf(ledgerId)), ledgerId)
    case 'asset_rate': {
      const shown = shownAssetRate(rowOf<AssetRate>(after), placeOf(ledgerId))
      return own('asset-rate', shown, ledgerId)
    }
    case 'portfolio':
      return own('portfolio', shownPortfolio(rowOf<Portfolio>(after), placeOf(ledgerId)), ledgerId)
    case 'segment':
      return own('segment', shownSegment(rowOf<Segment>(after), placeOf(ledgerId)), ledgerId)
    case 'account_type': {
      const shown = shownAccountType(rowOf<AccountType>(after), placeOf(ledgerId))
      return own('account-type', shown, ledgerId)
    }
    case 'operation_route': {
      const shown = shownOperationRoute(rowOf<OperationRouteRow>(after), placeOf(ledgerId))
      return own('operation-route', shown, ledgerId)
    }
    case 'transaction_route': {
      const row = rowOf<TransactionRouteRow>(after)
      const shown = shownTransactionRoute(row, placeOf(ledgerId), [])
      return own('transaction-route', { ...shown, operationRoutes: row.operationRoutes }, ledgerId)
    }
    case 'account': {
      const shown = shownAccount(rowOf<Account>(after), placeOf(ledgerId), 'v4')
      return own('account', shown, ledgerId)
    }
    case 'balance':
      return ofBalance(fact, rowOf<BalanceTerms>(after), placeOf(ledgerId), accounts)
    default:
      return null
  }
}

function rowOf<Row>(after: JsonObject): Row {
  return after as unknown as Row
}

const BALANCE_VERBS = {
  created: 'balance.created',
  updated: 'balance.config-changed',
  deleted: 'balance.deleted',
} as const

/** What is agreed about a balance; how it stands is told by its transactions. */
function ofBalance(
  { verb }: ChangeFact,
  terms: BalanceTerms,
  { organizationId }: Place,
  accounts: ReadonlyMap<string, Account>,
): Own | null {
  const account = accounts.get(terms.accountId)
  if (terms.internal || account === undefined) return null
  const data = {
    id: terms.id,
    organizationId,
    ledgerId: terms.ledgerId,
    accountId: terms.accountId,
    alias: account.alias,
    key: terms.key,
    assetCode: terms.assetCode,
    accountType: account.type,
    allowSending: terms.maySend,
    allowReceiving: terms.mayReceive,
    direction: terms.normalSide,
    ...(terms.settings === null ? {} : { settings: terms.settings }),
    ...shownTimes(terms),
    ...shownMetadata(terms.metadata),
  }
  return {
    event: BALANCE_VERBS[verb],
    subject: terms.id,
    ledgerId: terms.ledgerId,
    data: JSON.stringify(data),
  }
}
