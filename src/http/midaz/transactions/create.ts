/** Making transactions: the way that most requests go, so nothing on it asks the database but the commit itself. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Done, entryId, type GroupDecision } from '../../../engine/index.ts'
import type { Post, Refusal } from '../../../ledger/index.ts'
import type { BalanceFacts, BalanceName } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { param } from '../caller.ts'
import { entryText, notedText, type OperationContext, operationText } from '../operations/write.ts'
import { notFound, refuse } from '../problem.ts'
import { problemOfRefusal } from '../refusals.ts'
import { bodyOf } from '../route.ts'
import { timeText } from '../shown-money.ts'
import { moneyBookOf } from '../tenant.ts'
import { keyOf, type RequestKey } from './idempotency.ts'
import type { BalanceNames } from './names.ts'
import { headerOf, ineligible, type Kind, legsOf, type Order, orderOf, type Part } from './order.ts'
import { replayed } from './replay.ts'
import type { GivenTransaction } from './schema.ts'
import { transactionText } from './write.ts'

export const REPLAYED_HEADER = 'x-idempotency-replayed'

const JSON_TYPE = 'application/json; charset=utf-8'

/** Where a transaction is to be made. Whether the ledger still lives is for the engine to say. */
export type PostingPlace = {
  readonly organizationId: string
  readonly ledgerId: string
  readonly bookId: number
}

export async function createTransaction(
  services: Services,
  names: BalanceNames,
  kind: Kind,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const asked = { body: bodyOf<GivenTransaction>(request), kind, route: kind }
  return createAsked(services, names, asked, request, reply)
}

/** What is asked for, and the route on which an idempotency key stands for it. */
export type Asked = {
  readonly body: GivenTransaction
  readonly kind: Kind
  readonly route: string
}

export async function createAsked(
  services: Services,
  names: BalanceNames,
  { body, kind, route }: Asked,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const header = headerOf(body, kind, services.now())
  reply.header(REPLAYED_HEADER, 'false')
  const place = await postingPlace(services, request)
  const order = orderOf(body, kind, header)
  const key = keyOf(services, request, route, place.ledgerId, body)
  const made = await post(services, names, place, order, key, request.midaz.principal.id)
  reply.code(201).type(JSON_TYPE)
  if (made.done === null) {
    reply.header(REPLAYED_HEADER, 'true')
    return reply.send(await replayed(services, place, made.transactionId, request.midaz.profile))
  }
  return reply.send(await createdText(services, made.done, order, made.facts, place, request))
}

export async function postingPlace(
  services: Services,
  request: FastifyRequest,
): Promise<PostingPlace> {
  const bookId = (await moneyBookOf(services, request)) ?? refuse(notFound('Ledger'))
  return {
    organizationId: param(request, 'organization_id'),
    ledgerId: param(request, 'ledger_id'),
    bookId,
  }
}

/** The balances of the two sides, in the order of the parts. */
type Sides = {
  readonly sources: readonly BalanceFacts[]
  readonly destinations: readonly BalanceFacts[]
}

type Made =
  | { readonly done: Done; readonly facts: Sides }
  | { readonly done: null; readonly transactionId: string }

/**
 * Posts an order. Names that are remembered wrongly are found out by the engine, which knows no such balance; then they
 * are looked up again, once.
 */
async function post(
  services: Services,
  names: BalanceNames,
  place: PostingPlace,
  order: Order,
  key: RequestKey | null,
  actor: string | null,
): Promise<Made> {
  let facts = recall(names, place, order)
  for (let attempt = 0; ; attempt += 1) {
    if (facts === null) {
      await names.learn(place.bookId, place.ledgerId, namesOf(order))
      facts = recall(names, place, order) ?? refuse(ineligible)
    }
    const command = commandOf(order, facts, key, actor)
    const decision = await services.engine.submit(place.bookId, [command])
    if (decision.accepted) return madeOf(decision, facts)
    const { refusal } = decision.refusal
    if (refusal.code !== 'balance_not_found' || attempt > 0) refuse(problemOf(refusal))
    facts = null
  }
}

function problemOf(refusal: Refusal) {
  return refusal.code === 'book_closed' ? notFound('Ledger') : problemOfRefusal(refusal)
}

function madeOf(decision: GroupDecision & { readonly accepted: true }, facts: Sides): Made {
  const [outcome] = decision.outcome
  if (outcome === undefined) throw new Error('a posting has one outcome')
  return outcome.type === 'done'
    ? { done: outcome, facts }
    : { done: null, transactionId: outcome.transactionId }
}

function recall(names: BalanceNames, place: PostingPlace, order: Order): Sides | null {
  const sources = recallSide(names, place, order.sources)
  const destinations = sources === null ? null : recallSide(names, place, order.destinations)
  return sources === null || destinations === null ? null : { sources, destinations }
}

function recallSide(
  names: BalanceNames,
  { bookId, ledgerId }: PostingPlace,
  parts: readonly Part[],
): readonly BalanceFacts[] | null {
  const facts: BalanceFacts[] = []
  for (const { alias, key } of parts) {
    const known = names.recall(bookId, ledgerId, alias, key)
    if (known === undefined) return null
    facts.push(known)
  }
  return facts
}

function namesOf(order: Order): readonly BalanceName[] {
  const names = new Map<string, BalanceName>()
  for (const { alias, key } of [...order.sources, ...order.destinations])
    names.set(`${alias}\0${key}`, { alias, key })
  return [...names.values()]
}

function commandOf(order: Order, facts: Sides, key: RequestKey | null, actor: string | null): Post {
  const kind = order.kind === 'annotation' ? 'note' : order.pending ? 'hold' : 'transfer'
  return {
    type: 'post',
    kind,
    assetCode: order.assetCode,
    amount: order.amount,
    sources: legsOf(order.sources, facts.sources),
    destinations: legsOf(order.destinations, facts.destinations),
    reserveDestinations: false,
    key,
    expiresAt: null,
    settlesAt: null,
    request: null,
    reference: null,
    parentId: null,
    requestId: null,
    effectiveAt: order.effectiveAt,
    description: order.description,
    metadata: order.metadata,
    terms: order.terms,
    actor,
  }
}

const CREATED = 'CREATED'

function statusOf({ transaction }: Done): string {
  if (transaction.kind === 'note') return 'NOTED'
  return transaction.kind === 'hold' ? 'PENDING' : CREATED
}

/**
 * The reply to what was just made: from what the engine answered, without reading anything, unless an overdraft took part,
 * whose standing is not in the entries.
 */
async function createdText(
  services: Services,
  done: Done,
  order: Order,
  sides: Sides,
  { organizationId, ledgerId, bookId }: PostingPlace,
  request: FastifyRequest,
): Promise<string> {
  const { transaction } = done
  const { profile } = request.midaz
  const updatedAt = timeText(transaction.recordedAt)
  const createdAt = transaction.effectiveAt === null ? updatedAt : timeText(transaction.effectiveAt)
  const context: OperationContext = {
    transactionId: transaction.id,
    description: order.description ?? '',
    action: order.kind === 'block' || order.kind === 'unblock' ? order.kind : null,
    createdAt,
    updatedAt,
    organizationId,
    profile,
  }
  const operations = done.touchesOverdraft
    ? (await services.journal.operationsOf(bookId, [transaction.id])).map((operation) =>
        operationText(operation, organizationId, profile),
      )
    : operationTexts(done, sides, context)
  return transactionText(
    {
      id: transaction.id,
      parentId: null,
      description: context.description,
      status: statusOf(done),
      amount: order.amount,
      assetCode: order.assetCode,
      terms: order.terms,
      metadata: order.metadata,
      source: order.sources.map(({ alias }) => alias),
      destination: order.destinations.map(({ alias }) => alias),
      organizationId,
      ledgerId,
      createdAt,
      updatedAt,
      operations,
    },
    profile,
  )
}

function operationTexts(done: Done, sides: Sides, context: OperationContext): readonly string[] {
  const all = [...sides.sources, ...sides.destinations]
  const factsOf = (balanceId: string) => {
    const facts = all.find(({ id }) => id === balanceId)
    if (facts === undefined) throw new Error('an entry is on a balance that was named')
    return facts
  }
  const { id, plan } = done.transaction
  if (done.transaction.kind === 'note' && plan?.kind === 'legs')
    return plan.legs.map((leg, index) =>
      notedText(entryId(id, index), leg, factsOf(leg.balanceId), context),
    )
  return done.entries.map((entry) =>
    entryText(entryId(id, entry.leg), entry, factsOf(entry.balanceId), null, context),
  )
}
