/** Webhooks: who is told of the events of an organization, and how it goes. */
import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { SUBSCRIPTIONS_MAX, type Subscription, subscribe } from '../../../directory/index.ts'
import { accept, isoOf, refuse as turnDown } from '../../../ledger/index.ts'
import { webhookLimits } from '../../../limits.ts'
import { newSecret } from '../../../outbox/index.ts'
import { equals, FIRST_PAGE } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { param } from '../caller.ts'
import { MIDAZ_WORDING } from '../events/wordings.ts'
import { notFound, refuse } from '../problem.ts'
import { problemOfDirectory } from '../refusals.ts'
import { bodyOf, route } from '../route.ts'
import { findOrganization } from '../tenant.ts'
import { deadLetterRoutes } from './dead-letters.ts'
import {
  type SecretChange,
  secretChange,
  secretShown,
  type WebhookCreate,
  type WebhookUpdate,
  webhookCreate,
  webhookShown,
  webhookUpdate,
} from './schema.ts'
import {
  changedWebhook,
  checkChange,
  checkSecret,
  newWebhook,
  shownDelivery,
  shownWebhook,
} from './translate.ts'

const COLLECTION = '/organizations/:organization_id/webhooks'
const ITEM = `${COLLECTION}/:webhook_id`

const ENTITY = 'Webhook'
const about = { resource: 'webhooks', entity: ENTITY } as const

export async function webhookRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  const shows = { status: 200, schema: webhookShown } as const
  const made = { summary: 'Make a webhook', body: webhookCreate }
  route(
    face,
    'POST',
    COLLECTION,
    { ...about, ...made, success: { status: 201, schema: webhookShown } },
    (request, reply) => create(services, request, reply),
  )
  const listed = { summary: 'List webhooks', success: { status: 200 } }
  route(face, 'GET', COLLECTION, { ...about, ...listed }, (request) => list(services, request))
  const got = { summary: 'Get a webhook, and how it goes', success: shows }
  route(face, 'GET', ITEM, { ...about, ...got }, (request) => get(services, request))
  const changed = { summary: 'Change a webhook', body: webhookUpdate, success: shows }
  route(face, 'PATCH', ITEM, { ...about, ...changed }, (request) => change(services, request))
  const removed = { summary: 'Delete a webhook', success: { status: 204 } }
  route(face, 'DELETE', ITEM, { ...about, ...removed }, (request, reply) =>
    remove(services, request, reply),
  )
  route(
    face,
    'POST',
    `${ITEM}/secret`,
    {
      ...about,
      summary: 'Sign with another secret; the one before it signs too for a day',
      body: secretChange,
      success: { status: 200, schema: secretShown },
    },
    (request) => changeSecret(services, request),
  )
  deadLetterRoutes(face, services, { item: ITEM, find: (request) => find(services, request) })
}

async function homeOf(services: Services, request: FastifyRequest): Promise<number> {
  const organization = await findOrganization(services, request)
  return organization?.bookId ?? refuse(notFound('Organization'))
}

function isWebhook(row: Subscription | null): row is Subscription {
  return row !== null && row.wording === MIDAZ_WORDING
}

async function find(services: Services, request: FastifyRequest): Promise<Subscription> {
  const organization = await findOrganization(services, request)
  if (organization === null) refuse(notFound(ENTITY))
  const id = param(request, 'webhook_id')
  const row = await services.directory.store.get('subscription', organization.bookId, id)
  return isWebhook(row) ? row : refuse(notFound(ENTITY))
}

async function create(services: Services, request: FastifyRequest, reply: FastifyReply) {
  const { directory, outgoing } = services
  const body = bodyOf<WebhookCreate>(request)
  const order = newWebhook(body, outgoing.destinations)
  const bookId = await homeOf(services, request)
  const id = randomUUID()
  const secret = body.secret ?? newSecret()
  // The secret is there before anything can be sent.
  await outgoing.store.keepSecrets(bookId, id, { secret, previous: null, headers: {} })
  const { principal } = request.midaz
  const made = await subscribe(directory, bookId, { ...order, id }, principal.id)
  if (!made.accepted) {
    await outgoing.store.forgetSecrets(bookId, id)
    refuse(problemOfDirectory(made.refusal))
  }
  const shown = shownWebhook(made.outcome, param(request, 'organization_id'))
  return reply.code(201).send({ ...shown, secret })
}

async function list(services: Services, request: FastifyRequest) {
  const bookId = await homeOf(services, request)
  const rows = await services.directory.store.list('subscription', bookId, {
    ...FIRST_PAGE,
    within: [equals('wording', MIDAZ_WORDING)],
    limit: SUBSCRIPTIONS_MAX,
  })
  const items = rows.map((row) => shownWebhook(row, param(request, 'organization_id')))
  return { items, limit: SUBSCRIPTIONS_MAX }
}

async function get(services: Services, request: FastifyRequest) {
  const row = await find(services, request)
  return shownWith(services, request, row)
}

async function shownWith(services: Services, request: FastifyRequest, row: Subscription) {
  const lanes = await services.outgoing.store.progressOf([row.id])
  const shown = shownWebhook(row, param(request, 'organization_id'))
  return { ...shown, delivery: shownDelivery(lanes) }
}

async function change(services: Services, request: FastifyRequest) {
  const { directory, outgoing } = services
  const body = bodyOf<WebhookUpdate>(request)
  checkChange(body, outgoing.destinations)
  const { bookId, id } = await find(services, request)
  const { principal } = request.midaz
  const changed = await directory.update('subscription', bookId, id, principal.id, async (row) =>
    isWebhook(row)
      ? accept(changedWebhook(row, body))
      : turnDown({ code: 'not_found', entity: 'subscription', id }),
  )
  if (!changed.accepted) refuse(problemOfDirectory(changed.refusal))
  return shownWith(services, request, changed.outcome)
}

async function remove(services: Services, request: FastifyRequest, reply: FastifyReply) {
  const { bookId, id } = await find(services, request)
  const { principal } = request.midaz
  const removed = await services.directory.remove('subscription', bookId, id, principal.id)
  if (!removed.accepted) refuse(problemOfDirectory(removed.refusal))
  await services.outgoing.store.forgetSecrets(bookId, id)
  return reply.code(204).send()
}

async function changeSecret(services: Services, request: FastifyRequest) {
  const { secret: given } = bodyOf<SecretChange>(request)
  checkSecret(given)
  const { bookId, id } = await find(services, request)
  const secret = given ?? newSecret()
  const until = services.now() + webhookLimits.secretOverlapMs * 1000
  await services.outgoing.store.changeSecret(bookId, id, secret, until)
  return { secret, previousValidUntil: isoOf(until) }
}
