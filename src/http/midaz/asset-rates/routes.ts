import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type AssetRate, type AssetRateOrder, putAssetRate } from '../../../directory/index.ts'
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
import { findPlace, type Place } from '../tenant.ts'
import { assetRatePut, assetRateShown, rateOfAssetPut, rateOfAssetShown } from './schema.ts'
import { rateOfAssetOrder, rateOrder, shownAssetRate, shownRateOfAsset } from './translate.ts'

const ENTITY = 'AssetRate'
const ALL = `${LEDGER}/asset-rates`
const OF_ASSET = `${LEDGER}/assets/:asset_code/rates`
const OF_ASSET_MAX = 1000
const CODES_MAX = 100

const codes = { name: 'to', describe: 'The codes of the other assets, with commas between them.' }

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
  route(
    face,
    'PUT',
    ALL,
    { ...about, summary, body: assetRatePut, success },
    async (request, reply) => {
      const { row, place } = await put(services, request, rateOrder(bodyOf(request)))
      return reply.code(201).send(shownAssetRate(row, place))
    },
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
  ofAssetRoutes(face, services)
}

/** The same rates as the client for TypeScript puts them and asks for them. */
function ofAssetRoutes(face: FastifyInstance, services: Services): void {
  const summary = 'Say what the asset is worth in another, and for how long'
  const success = { status: 201, schema: rateOfAssetShown }
  const facts = { ...about, summary, body: rateOfAssetPut, success }
  route(face, 'PUT', OF_ASSET, facts, async (request, reply) => {
    const order = rateOfAssetOrder(param(request, 'asset_code'), bodyOf(request))
    const { row } = await put(services, request, order)
    return reply.code(201).send(shownRateOfAsset(row))
  })
  route(
    face,
    'GET',
    OF_ASSET,
    {
      ...about,
      summary: `List what the asset is worth in others: the first ${OF_ASSET_MAX}, without pages`,
      query: [codes],
      success: { status: 200, schema: Type.Array(rateOfAssetShown) },
    },
    (request) => listOfAsset(services, request),
  )
}

async function put(
  services: Services,
  request: FastifyRequest,
  order: AssetRateOrder,
): Promise<{ readonly row: AssetRate; readonly place: Place }> {
  const place = (await findPlace(services, request)) ?? refuse(ledgerMissing)
  const decision = await putAssetRate(
    services.directory,
    { bookId: place.moneyBookId, ledgerId: place.ledgerId },
    order,
    request.midaz.principal.id,
  )
  if (decision.accepted) return { row: decision.outcome, place }
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

async function listOfAsset(services: Services, request: FastifyRequest): Promise<object> {
  const code = param(request, 'asset_code')
  checkCode(code)
  const others = codesOf(parameter(request.query as Parameters, 'to'))
  const place = await findPlace(services, request)
  if (place === null) return []
  const rows = await services.directory.store.list('asset_rate', place.moneyBookId, {
    ...FIRST_PAGE,
    within: [equals('ledgerId', place.ledgerId), equals('fromCode', code), ...others],
    limit: OF_ASSET_MAX,
  })
  return rows.map(shownRateOfAsset)
}

/** @throws Refused when one of them is no code, or there are too many */
function codesOf(text: string | null): readonly Condition[] {
  if (text === null) return []
  const codes = text.split(',').map((code) => code.trim())
  if (codes.length > CODES_MAX) refuse(invalidQuery('to', `has at most ${CODES_MAX} codes`))
  for (const code of codes) checkCode(code)
  return [{ field: 'toCode', operator: 'in', values: codes }]
}
