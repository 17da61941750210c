import type { FastifyInstance, FastifyRequest } from 'fastify'
import {
  type Account,
  closeAccount,
  type DirectoryRefusal,
  externalAlias,
  openLedgerAccount,
  updateLedgerAccount,
} from '../../../directory/index.ts'
import { type Decision, refuse as turnDown } from '../../../ledger/index.ts'
import type { Services } from '../../services.ts'
import { param } from '../caller.ts'
import { collectionRoutes, LEDGER } from '../collection.ts'
import { settingsOf } from '../ledgers/settings.ts'
import { notFound, type Problem, refuse } from '../problem.ts'
import { problemOfDirectory } from '../refusals.ts'
import { bodyOf, route } from '../route.ts'
import { findLedger, findPlace, ledgerBook, type Place } from '../tenant.ts'
import { accountByAlias } from './find.ts'
import {
  type AccountCreate,
  type AccountUpdate,
  accountCreate,
  accountFilters,
  accountShown,
  accountUpdate,
} from './schema.ts'
import { changedAccount, newAccount, shownAccount } from './translate.ts'

const ENTITY = 'Account'

export async function accountRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  byNameRoutes(face, services)
  collectionRoutes(face, services, {
    entity: 'account',
    name: ENTITY,
    resource: 'accounts',
    path: 'accounts',
    id: 'account_id',
    countMember: 'accountsCount',
    paging: 'page',
    schemas: { create: accountCreate, update: accountUpdate, shown: accountShown },
    filters: accountFilters,
    noneFound: { code: '0064', detail: 'No account of the ledger has this metadata.' },
    missing: notFound(ENTITY),
    ledgerMissing: notFound('Ledger'),
    create: (place, request) => create(services, place, request),
    update: (place, id, request) => {
      const body = bodyOf<AccountUpdate>(request)
      const change = (row: Account) => changedAccount(row, body)
      const { id: actor } = request.midaz.principal
      return updateLedgerAccount(services.directory, ledgerBook(place), id, change, actor)
    },
    remove: (place, id, request) => close(services, place, id, request.midaz.principal.id),
    problemOf: problemOfAccount,
    show: shownAccount,
  })
}

async function create(
  services: Services,
  place: Place,
  request: FastifyRequest,
): Promise<Decision<Account, DirectoryRefusal>> {
  const account = newAccount(bodyOf<AccountCreate>(request))
  const ledger = (await findLedger(services, request)) ?? refuse(notFound('Ledger'))
  const typeIsRegistered = settingsOf(ledger.settings).accounting.validateAccountType
  const opened = await openLedgerAccount(
    services.directory,
    ledgerBook(place),
    { account, typeIsRegistered },
    request.midaz.principal.id,
  )
  return opened.accepted ? { accepted: true, outcome: opened.outcome.account } : opened
}

async function close(
  services: Services,
  { moneyBookId, ledgerId }: Place,
  id: string,
  actor: string | null,
): Promise<Decision<Account, DirectoryRefusal>> {
  const { directory } = services
  const account = await directory.store.get('account', moneyBookId, id)
  if (account?.ledgerId !== ledgerId)
    return turnDown({ code: 'not_found', entity: 'account', id } as const)
  return closeAccount(directory, moneyBookId, id, actor)
}

/** What is said of something that an account refers to and that is not there. */
const REFERENCES: Readonly<Record<string, Problem>> = {
  asset: { code: '0034', detail: 'The ledger has no asset with this code.' },
  portfolio: { code: '0035', detail: 'The ledger has no such portfolio.' },
  segment: { code: '0036', detail: 'The ledger has no such segment.' },
  account: { code: '0029', detail: 'The ledger has no account with the id of parentAccountId.' },
}

function problemOfAccount(
  refusal: DirectoryRefusal,
  verb: 'create' | 'update' | 'remove',
): Problem {
  switch (refusal.code) {
    case 'name_taken':
      return { code: '0020', detail: 'Another account of the ledger has this alias.' }
    case 'not_empty':
      return { code: '0012', detail: 'There is money on the account, or set aside on it.' }
    case 'reference_not_found':
      if (refusal.entity === 'portfolio' && verb === 'create') return notFound('Portfolio')
      return REFERENCES[refusal.entity] ?? problemOfDirectory(refusal)
    default:
      return problemOfDirectory(refusal)
  }
}

/** Accounts by the names that transactions know them by. */
function byNameRoutes(face: FastifyInstance, services: Services): void {
  const facts = {
    resource: 'accounts',
    entity: ENTITY,
    success: { status: 200, schema: accountShown },
  } as const
  const get = async (request: FastifyRequest, alias: string) => {
    const place = await findPlace(services, request)
    const account = place === null ? null : await accountByAlias(services, place, alias)
    if (place === null || account === null)
      refuse({ code: '0085', detail: 'The ledger has no account with this alias.' })
    return shownAccount(account, place, request.midaz.profile)
  }
  route(
    face,
    'GET',
    `${LEDGER}/accounts/alias/:alias`,
    { ...facts, summary: 'Get an account by its alias' },
    (request) => get(request, param(request, 'alias')),
  )
  route(
    face,
    'GET',
    `${LEDGER}/accounts/external/:code`,
    { ...facts, summary: 'Get the account of the outside world of an asset' },
    (request) => get(request, externalAlias(param(request, 'code'))),
  )
}
