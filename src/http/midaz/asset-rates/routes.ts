import type { FastifyInstance, FastifyRequest } from 'fastify'
import { putAssetRate } from '../../../directory/index.ts'
import { type Condition, equals, FIRST_PAGE } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { checkCode } from '../assets/translate.ts'
import { param } from '../caller.ts'
import { LEDGER, ledgerMissing } from '../collection.ts'
import { aroundSlice, sliceOf, sliceQuery } from '../lists/envelope.ts'
import { cursorParameters } from '../lists/parameters.ts'
import { type Parameters, pageQuery, parameter, within } from '../lists/query.ts'
import { invalidQuery, refuse } from '../problem.ts'
import { problemOfDirectory } from '../refusals.ts'
import { bodyOf, route } from '../route.ts'
import { findPlace } from '../tenant.ts'
import { type AssetRatePut, assetRatePut, assetRateShown } from './schema.ts'
import { rateOrder, shownAssetRate } from './translate.ts'

const ENTITY = 'AssetRate'
const ALL = `${LEDGER}/asset-rates`
const CODES_MAX = 100

const about = { resource: 'asset-rates', entity: ENTITY } as const

const missing = {
  code: '0007',
  detail: 'There is no asset rate with this external id here.',
} as const

export async function assetRateRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  const summary = 'Say what an asset is worth in another'
  const success = { status: 201, schema: assetRateShown }
  route(face, 'PUT', ALL, { ...about, summary, body: assetRatePut, success }, (request, reply) =>
    put(services, request).then((shown) => reply.code(201).send(shown)),
  )
  route(
    face,
    'GET',
    `${ALL}/:external_id`,
    {
      ...about,
      summary: 'Get an asset rate by its external id',
      success: { status: 200, schema: assetRateShown },
    },
    (request) => get(services, request),
  )
  const codes = { name: 'to', describe: 'The codes of the other assets, with commas between them.' }
  route(
    face,
    'GET',
    `${ALL}/from/:asset_code`,
    {
      ...about,
      summary: 'List what an asset is worth in others',
      query: [...cursorParameters([]), codes],
      success: { status: 200 },
    },
    (request) => list(services, request),
  )
}

async function put(services: Services, request: FastifyRequest): Promise<object> {
  const order = rateOrder(bodyOf<AssetRatePut>(request))
  const place = (await findPlace(services, request)) ?? refuse(ledgerMissing)
  const decision = await putAssetRate(
    services.directory,
    { bookId: place.moneyBookId, ledgerId: place.ledgerId },
    order,
    request.midaz.principal.id,
  )
  if (decision.accepted) return shownAssetRate(decision.outcome, place)
  const { refusal } = decision
  return refuse(
    refusal.code === 'name_taken'
      ? { code: '0028', detail: 'Another pair of assets of the ledger has this externalId.' }
      : problemOfDirectory(refusal),
  )
}

async function get(services: Services, request: FastifyRequest): Promise<object> {
  const place = (await findPlace(services, request)) ?? refuse(missing)
  const [row] = await services.directory.store.list('asset_rate', place.moneyBookId, {
    ...FIRST_PAGE,
    within: [
      equals('ledgerId', place.ledgerId),
      equals('externalId', param(request, 'external_id')),
    ],
    limit: 1,
  })
  return shownAssetRate(row ?? refuse(missing), place)
}

async function list(services: Services, request: FastifyRequest): Promise<object> {
  const parameters = request.query as Parameters
  const query = pageQuery(parameters)
  const code = param(request, 'asset_code')
  checkCode(code)
  const others = codesOf(parameter(parameters, 'to'))
  const place = await findPlace(services, request)
  if (place === null)
    return { items: [], ...aroundSlice(query, { rows: [], next: null, prev: null }) }
  const rows = await services.directory.store.list('asset_rate', place.moneyBookId, {
    ...FIRST_PAGE,
    within: [
      equals('ledgerId', place.ledgerId),
      equals('fromCode', code),
      ...others,
      ...within(query.span),
      ...query.metadata,
    ],
    ...sliceQuery(query),
  })
  const slice = sliceOf(rows, query, ({ id }) => id)
  return {
    items: slice.rows.map((row) => shownAssetRate(row, place)),
    ...aroundSlice(query, slice),
  }
}

/** @throws Refused when one of them is no code, or there are too many */
function codesOf(text: string | null): readonly Condition[] {
  if (text === null) return []
  const codes = text.split(',').map((code) => code.trim())
  if (codes.length > CODES_MAX) refuse(invalidQuery('to', `has at most ${CODES_MAX} codes`))
  for (const code of codes) checkCode(code)
  return [{ field: 'toCode', operator: 'in', values: codes }]
}
