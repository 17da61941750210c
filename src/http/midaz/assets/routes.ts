import type { FastifyInstance } from 'fastify'
import {
  type AssetRow,
  createAsset,
  deleteAsset,
  SHARED_LEDGER_ID,
  updateAsset,
} from '../../../directory/index.ts'
import type { Services } from '../../services.ts'
import { collectionRoutes, ledgerMissing } from '../collection.ts'
import { givenName, patchedMetadata, patchedStatus } from '../given.ts'
import { notFound } from '../problem.ts'
import { problemOfDirectory } from '../refusals.ts'
import { bodyOf } from '../route.ts'
import { isShared, ledgerBook } from '../tenant.ts'
import {
  type AssetCreate,
  type AssetUpdate,
  assetCreate,
  assetShown,
  assetUpdate,
} from './schema.ts'
import { newAsset, shownAsset } from './translate.ts'

export async function assetRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  const { directory } = services
  collectionRoutes(face, services, {
    entity: 'asset',
    name: 'Asset',
    resource: 'assets',
    path: 'assets',
    id: 'asset_id',
    countMember: 'assetsCount',
    paging: 'page',
    schemas: { create: assetCreate, update: assetUpdate, shown: assetShown },
    filters: [],
    // Ledgers that share a book share the assets of its first ledger.
    ledgers: (place) => (isShared(place) ? [place.ledgerId, SHARED_LEDGER_ID] : [place.ledgerId]),
    noneFound: { code: '0056', detail: 'No asset of the ledger has this metadata.' },
    missing: notFound('Asset'),
    ledgerMissing,
    create: (place, request) => {
      const order = newAsset(bodyOf<AssetCreate>(request), request.midaz.profile)
      return createAsset(directory, ledgerBook(place), order, request.midaz.principal.id)
    },
    update: (place, id, request) => {
      const body = bodyOf<AssetUpdate>(request)
      const change = (row: AssetRow): Partial<AssetRow> => ({
        ...patchedStatus(body.status),
        ...givenName(body.name),
        metadata: patchedMetadata(row.metadata, body.metadata),
      })
      return updateAsset(directory, ledgerBook(place), id, change, request.midaz.principal.id)
    },
    remove: (place, id, request) =>
      deleteAsset(directory, ledgerBook(place), id, request.midaz.principal.id),
    problemOf: (refusal) =>
      refusal.code === 'name_taken'
        ? { code: '0003', detail: 'Another asset of the ledger has this name or this code.' }
        : problemOfDirectory(refusal),
    show: shownAsset,
  })
}
