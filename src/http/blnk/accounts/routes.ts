/** Accounts: numbers at banks that lead to balances. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { type BankAccount, openBankAccount } from '../../../directory/index.ts'
import { FIRST_PAGE, type ListQuery } from '../../../reports/index.ts'
import { openBalance } from '../balances/create.ts'
import { answer, type Face, inPath } from '../face.ts'
import { answerFilter, answerListed, type Source } from '../filters/answer.ts'
import { accountFields } from '../filters/fields.ts'
import {
  conditionsOf,
  type FilterBody,
  FilterRequest,
  filtersIn,
  matchIn,
  pageIn,
  type Query,
} from '../filters/request.ts'
import { MetaData } from '../ledgers/schema.ts'
import { actorOf } from '../wire/authentication.ts'
import { freeForm } from '../wire/bind.ts'
import { uuidIn } from '../wire/ids.ts'
import { notFound, Problem } from '../wire/problem.ts'
import { directoryProblem } from '../wire/refusals.ts'
import { type Faults, refuseFaults } from '../wire/validation.ts'
import { accountText } from './translate.ts'

const tags = ['accounts']

export const CreateAccount = Type.Object(
  {
    bank_name: Type.Optional(Type.String()),
    number: Type.Optional(Type.String()),
    currency: Type.Optional(Type.String()),
    identity_id: Type.Optional(Type.String()),
    ledger_id: Type.Optional(Type.String()),
    balance_id: Type.Optional(Type.String()),
    meta_data: Type.Optional(MetaData),
  },
  { title: 'CreateAccount' },
)

type CreateAccountBody = Static<typeof CreateAccount>

/** Blnk lists all of them at once; a list without a limit is as long as this. */
const PAGE_WITHOUT_LIMIT = 1000

export function accountRoutes(server: FastifyInstance, face: Face): void {
  server.post(
    '/accounts',
    { schema: { tags, summary: 'Create an account', body: CreateAccount } },
    (request, reply) => create(face, request, reply),
  )
  server.get('/accounts', { schema: { tags, summary: 'List accounts' } }, (request, reply) =>
    answerListed(reply, sourceOf(face), listIn(request.query as Query)),
  )
  server.get('/accounts/:id', { schema: { tags, summary: 'Read an account' } }, (request, reply) =>
    read(face, request, reply),
  )
  server.post(
    '/accounts/filter',
    {
      schema: { tags, summary: 'Filter accounts', body: FilterRequest },
      config: { malformed: { code: 'GEN_VALIDATION_ERROR' } },
    },
    (request, reply) => answerFilter(reply, sourceOf(face), request.body as FilterBody),
  )
  server.get(
    '/mocked-account',
    { schema: { tags, summary: 'A made-up account number' } },
    (_request, reply) =>
      answer(reply, 200, { bank_name: 'Blnk Bank', account_number: madeUpNumber(face) }),
  )
}

function madeUpNumber({ services }: Face): string {
  const chance = BigInt(`0x${services.engine.freeId().replaceAll('-', '')}`)
  return String((chance >> 12n) % 1_000_000_000_000n).padStart(12, '1')
}

function sourceOf({ services, bookId }: Face): Source<BankAccount> {
  const { store } = services.directory
  return {
    collection: accountFields,
    list: (query) => store.list('bank_account', bookId, query),
    count: (query) => store.count('bank_account', bookId, query),
    text: (row) => accountText(row, {}),
  }
}

function listIn(query: Query): ListQuery {
  const conditions = conditionsOf(filtersIn(query), accountFields)
  const page = conditions.length === 0 ? PAGE_WITHOUT_LIMIT : 20
  return {
    ...FIRST_PAGE,
    conditions,
    match: matchIn(query),
    order: 'desc',
    ...pageIn(query, { page, pageMax: PAGE_WITHOUT_LIMIT, beyondMax: page, faults: null }),
  }
}

function faultsIn(body: CreateAccountBody): Faults {
  const has = (name: 'currency' | 'identity_id' | 'ledger_id' | 'balance_id') =>
    (body[name] ?? '') !== ''
  const faults: Faults = {}
  if (has('balance_id')) {
    if (has('ledger_id'))
      faults['ledger_id'] = 'either LedgerId or BalanceId must be provided, not both'
    if (has('currency'))
      faults['currency'] = 'either Currency or BalanceId must be provided, not both'
    return faults
  }
  if (!has('ledger_id'))
    faults['ledger_id'] = 'Ledger ID is required when Balance ID is not provided'
  if (!has('identity_id'))
    faults['identity_id'] = 'Identity ID is required when Balance ID is not provided'
  if (!has('currency')) faults['currency'] = 'currency is required when Balance ID is not provided'
  return faults
}

async function create(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const body = request.body as CreateAccountBody
  refuseFaults(faultsIn(body))
  const { identity_id = '', balance_id = '' } = body
  const opened = balance_id === '' ? await openBalance(face, body, actorOf(request)) : null
  const wireBalance = opened?.wire ?? balance_id
  const balanceId = opened?.id ?? uuidIn('bln', balance_id)
  if (balanceId === null) throw missing('Balance', wireBalance)
  const identityId = identity_id === '' ? null : uuidIn('idt', identity_id)
  if (identity_id !== '' && identityId === null) throw missing('Identity', identity_id)
  const decision = await openBankAccount(
    face.services.directory,
    face.bookId,
    {
      number: body.number ?? '',
      bankName: body.bank_name ?? '',
      balanceId,
      identityId,
      metadata: freeForm(body.meta_data),
    },
    actorOf(request),
  )
  if (decision.accepted) return answer(reply, 201, accountText(decision.outcome, {}))
  const { refusal } = decision
  if (refusal.code === 'name_taken')
    throw new Problem('ACC_DUPLICATE', `account with number '${body.number}' already exists`)
  if (refusal.code !== 'reference_not_found') throw directoryProblem(refusal)
  throw refusal.entity === 'balance'
    ? missing('Balance', wireBalance)
    : missing('Identity', identity_id)
}

function missing(what: string, wire: string): Problem {
  return notFound('GEN_NOT_FOUND', `${what} with ID '${wire}' not found`)
}

async function read(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const id = uuidIn('acc', wire)
  const { directory, balances } = face.services
  const account = id === null ? null : await directory.store.get('bank_account', face.bookId, id)
  if (account === null) throw new Problem('ACC_NOT_FOUND', `account with ID '${wire}' not found`)
  const include = [(request.query as Query)['include'] ?? []].flat()
  const { bookId, scales } = face
  const balance = include.includes('balance')
    ? await balances.load(bookId, account.balanceId)
    : null
  if (balance !== null) await scales.learn([balance.terms.assetCode])
  return answer(
    reply,
    200,
    accountText(account, {
      scales,
      balance,
      ledger: include.includes('ledger')
        ? await directory.store.get('ledger', bookId, account.ledgerId)
        : null,
      identity: include.includes('identity')
        ? await directory.store.get('identity', bookId, account.identityId)
        : null,
    }),
  )
}
