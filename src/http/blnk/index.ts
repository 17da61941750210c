/** Blnk's face: its routes, its headers, its words for what goes wrong. */
import type { FastifyInstance } from 'fastify'
import type { TObject } from 'typebox'
import { stringifyExact } from '../exact-json.ts'
import { MalformedBody } from '../malformed-body.ts'
import type { Limiter } from '../rate-limit.ts'
import type { Room } from '../room.ts'
import type { Services } from '../services.ts'
import { accountRoutes } from './accounts/routes.ts'
import { apiKeyRoutes } from './api-keys/routes.ts'
import { backupRoutes } from './backup.ts'
import { monitorRoutes } from './balance-monitors/routes.ts'
import { balanceRoutes } from './balances/routes.ts'
import { eventRoutes } from './events/routes.ts'
import { answer, type Face, type Routes } from './face.ts'
import { hookRoutes } from './hooks/routes.ts'
import { identityRoutes } from './identities/routes.ts'
import { ledgerRoutes } from './ledgers/routes.ts'
import { metadataRoutes } from './metadata/routes.ts'
import { describeRoutes } from './openapi.ts'
import { reconciliationRoutes } from './reconciliation/routes.ts'
import { searchRoutes } from './search/routes.ts'
import { transactionRoutes } from './transactions/routes.ts'
import { authenticate } from './wire/authentication.ts'
import { bindTo } from './wire/bind.ts'
import { acceptBodies } from './wire/body.ts'
import { answerError } from './wire/errors.ts'
import { addHeaders, heed } from './wire/headers.ts'
import { Indicators } from './wire/indicators.ts'
import { answerUnknownPaths } from './wire/not-found.ts'
import { Scales } from './wire/scales.ts'
import { stampBody } from './wire/stamp.ts'

export { blnkWordings, WEBHOOK_WORDING } from './events/wordings.ts'

const resources: readonly Routes[] = [
  ledgerRoutes,
  balanceRoutes,
  identityRoutes,
  transactionRoutes,
  accountRoutes,
  metadataRoutes,
  monitorRoutes,
  hookRoutes,
  eventRoutes,
  apiKeyRoutes,
  backupRoutes,
  reconciliationRoutes,
  searchRoutes,
]

export async function blnkFace(
  server: FastifyInstance,
  {
    services,
    limiter,
    room,
  }: { readonly services: Services; readonly limiter: Limiter; readonly room: Room },
): Promise<void> {
  acceptBodies(server)
  server.decorateRequest('blnkPrincipal', null)
  server.setValidatorCompiler(({ schema, httpPart }) => {
    if (httpPart !== 'body') return (value: unknown) => ({ value })
    const bind = bindTo(schema as TObject)
    return (body: unknown) => {
      try {
        return { value: bind(body) }
      } catch (error) {
        return { error: error as Error }
      }
    }
  })
  server.setSerializerCompiler(() => stringifyExact)
  server.setErrorHandler(answerError)
  server.addHook('onRequest', async (request, reply) => {
    addHeaders(request, reply)
    room.enter(reply.raw)
    if (limiter !== null) heed(await limiter(request), reply)
    await authenticate(request, services)
    // An empty last part is no id: it is a slash too many.
    if (!request.is404 && /.\/(\?|$)/.test(request.url)) {
      reply.callNotFound()
      return reply
    }
    return undefined
  })
  server.addHook('preValidation', async (request) => {
    const { schema, config } = request.routeOptions
    const isMissing = request.body === undefined && schema?.body !== undefined
    if (isMissing && config.bodyOptional !== true) throw new MalformedBody('EOF')
    stampBody(request)
  })
  answerUnknownPaths(server)
  await describeRoutes(server, services.version)
  const face: Face = {
    services,
    bookId: services.home.bookId,
    scales: new Scales(services),
    indicators: new Indicators(services),
  }
  server.get('/', { schema: { hide: true } }, (_request, reply) =>
    answer(reply, 200, '"server running..."'),
  )
  for (const add of resources) add(server, face)
}
