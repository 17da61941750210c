/** What the facts of a book mean in Blnk's words. */
import type { Account, BalanceTerms, Identity, Ledger } from '../../../directory/index.ts'
import { SHARED_LEDGER_ID } from '../../../directory/index.ts'
import { microsOf, NO_SUMS } from '../../../ledger/index.ts'
import { firings, type Watch, type WatchHistory } from '../../../monitors/index.ts'
import type { ChangeFact, EventLog, Fact, Message, TransactionFact } from '../../../outbox/index.ts'
import type { BalanceView } from '../../../reports/index.ts'
import { monitorText } from '../balance-monitors/translate.ts'
import { balanceText } from '../balances/translate.ts'
import { identityText } from '../identities/translate.ts'
import { ledgerText } from '../ledgers/translate.ts'
import { wireId } from '../wire/ids.ts'
import type { Scales } from '../wire/scales.ts'
import { timeText } from '../wire/time.ts'
import { beforeText, eventText, isTold, transactionEvent } from './transaction.ts'

export type Teller = {
  readonly log: EventLog
  readonly watches: WatchHistory
  readonly scales: Scales
}

/** What is told of facts: the events that they are, and the monitors that fire at them. */
export async function tellEvents(
  teller: Teller,
  bookId: number,
  facts: readonly Fact[],
): Promise<readonly Message[]> {
  const moved = facts.filter((fact) => fact.type === 'transaction')
  const [accounts, fired] = await Promise.all([
    accountsOf(teller, bookId, facts),
    firings(teller.watches, bookId, moved),
    teller.scales.learn(moved.map(({ transaction }) => transaction.assetCode)),
  ])
  return facts.flatMap((fact) => {
    const own =
      fact.type === 'transaction' ? ofTransaction(fact, teller) : ofChange(fact, teller, accounts)
    const told = own === null ? [] : [own]
    const monitors = (fired.get(fact.id) ?? []).map(ofMonitor)
    return [...told, ...monitors].map(({ event, data }, part) => ({
      recordId: fact.id,
      part,
      at: fact.at,
      event,
      text: `{"event":${JSON.stringify(event)},"data":${data}}`,
    }))
  })
}

export type HookType = 'PRE_TRANSACTION' | 'POST_TRANSACTION'

/** What a hook is told of facts: the transactions as they were before they were carried out, or after. */
export async function tellHook(
  teller: Teller,
  type: HookType,
  facts: readonly Fact[],
): Promise<readonly Message[]> {
  const moved = facts.filter(
    (fact): fact is TransactionFact =>
      fact.type === 'transaction' &&
      isTold(fact.transaction) &&
      (type === 'PRE_TRANSACTION' || fact.transaction.kind !== 'rejection'),
  )
  await teller.scales.learn(moved.map(({ transaction }) => transaction.assetCode))
  const words = type === 'PRE_TRANSACTION' ? beforeText : eventText
  return moved.map(({ id, at, transaction }) => ({
    recordId: id,
    part: 0,
    at,
    event: type,
    text:
      `{"transaction_id":"${wireId('txn', id)}","hook_type":"${type}",` +
      `"timestamp":"${timeText(at)}","data":${words(transaction, teller.scales)}}`,
  }))
}

/** An event and its data as JSON. */
type Own = { readonly event: string; readonly data: string }

function ofTransaction({ transaction }: TransactionFact, { scales }: Teller): Own | null {
  if (!isTold(transaction)) return null
  return { event: transactionEvent(transaction), data: eventText(transaction, scales) }
}

function ofMonitor(watch: Watch): Own {
  return { event: 'balance.monitor', data: monitorText(watch) }
}

function ofChange(
  fact: ChangeFact,
  { scales }: Teller,
  accounts: ReadonlyMap<string, Account>,
): Own | null {
  const { entity, verb, before, after } = fact
  if (after === null || verb === 'deleted') return null
  switch (entity) {
    case 'ledger': {
      const ledger = after as unknown as Ledger
      const isNews = verb === 'created' || before?.['name'] !== ledger.name
      if (ledger.id === SHARED_LEDGER_ID || !isNews) return null
      return { event: 'ledger.created', data: ledgerText(ledger) }
    }
    case 'identity':
      if (verb !== 'created') return null
      return { event: 'identity.created', data: identityText(after as unknown as Identity) }
    case 'balance': {
      const terms = after as unknown as BalanceTerms
      const account = accounts.get(terms.accountId)
      if (verb !== 'created' || terms.internal || account === undefined) return null
      return { event: 'balance.created', data: newBalanceText(account, terms, scales) }
    }
    case 'notice':
      return { event: String(after['event']), data: JSON.stringify(after['data']) }
    default:
      return null
  }
}

/** The accounts of new balances, as they were then. */
async function accountsOf(
  { log }: Teller,
  bookId: number,
  facts: readonly Fact[],
): Promise<ReadonlyMap<string, Account>> {
  const made = facts.filter(
    (fact) => fact.type === 'change' && fact.entity === 'balance' && fact.verb === 'created',
  ) as readonly ChangeFact[]
  const last = made.at(-1)
  if (last === undefined) return new Map()
  const ids = made.map(({ after }) => String(after?.['accountId']))
  const told = await log.changesOf(bookId, [...new Set(ids)], last.id)
  return new Map(told.map(({ subjectId, after }) => [subjectId, after as unknown as Account]))
}

/** A balance that has just been made. What stands for an indicator shows no strategy. */
function newBalanceText(account: Account, terms: BalanceTerms, scales: Scales): string {
  const view: BalanceView = {
    ...NO_SUMS,
    id: terms.id,
    version: 0,
    scale: 0,
    terms: {
      ...terms,
      alias: account.alias,
      assetScale: null,
      accountType: account.type,
      external: account.external,
      overdraft: null,
      routed: false,
      identityId: account.identityId,
    },
    bookId: terms.bookId,
    indicator: account.indicator,
    accountMetadata: account.metadata,
    metadata: terms.metadata,
    settings: terms.settings,
    carried: null,
    createdAt: microsOf(terms.createdAt) ?? 0,
    updatedAt: microsOf(terms.updatedAt) ?? 0,
    deletedAt: null,
  }
  if (account.indicator !== null) return balanceText(view, scales, { in: 'list' })
  return balanceText(view, scales, { in: 'answer', version: 0 })
}
