import type { FastifyInstance } from 'fastify'
import { newRow, removeInLedger, type Segment, updateInLedger } from '../../../directory/index.ts'
import { accept } from '../../../ledger/index.ts'
import type { Services } from '../../services.ts'
import { collectionRoutes, ledgerMissing } from '../collection.ts'
import { givenMetadata, givenStatus, patchedMetadata, patchedStatus } from '../given.ts'
import { notFound } from '../problem.ts'
import { problemOfDirectory } from '../refusals.ts'
import { bodyOf } from '../route.ts'
import { shownMetadata, shownStatus, shownTimes } from '../shown.ts'
import type { Place } from '../tenant.ts'
import {
  type SegmentCreate,
  type SegmentUpdate,
  segmentCreate,
  segmentShown,
  segmentUpdate,
} from './schema.ts'

export async function segmentRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  const { directory } = services
  collectionRoutes(face, services, {
    entity: 'segment',
    name: 'Segment',
    resource: 'segments',
    path: 'segments',
    id: 'segment_id',
    countMember: 'segmentsCount',
    paging: 'page',
    schemas: { create: segmentCreate, update: segmentUpdate, shown: segmentShown },
    filters: [],
    noneFound: { code: '0057', detail: 'No segment of the ledger has this metadata.' },
    missing: notFound('Segment'),
    ledgerMissing,
    create: ({ moneyBookId, ledgerId }, request) => {
      const body = bodyOf<SegmentCreate>(request)
      const { principal } = request.midaz
      return directory.create('segment', moneyBookId, principal.id, async (_reader, now, id) =>
        accept({
          ...newRow(moneyBookId, id, now, givenMetadata(body.metadata)),
          ...givenStatus(body.status),
          ledgerId,
          name: body.name,
          nameKey: body.name,
        }),
      )
    },
    update: ({ moneyBookId: bookId, ledgerId }, id, request) => {
      const body = bodyOf<SegmentUpdate>(request)
      const change = (row: Segment): Partial<Segment> => ({
        ...patchedStatus(body.status),
        ...(body.name === undefined || body.name === ''
          ? {}
          : { name: body.name, nameKey: body.name }),
        metadata: patchedMetadata(row.metadata, body.metadata),
      })
      const { principal } = request.midaz
      return updateInLedger(directory, 'segment', { bookId, ledgerId }, id, change, principal.id)
    },
    remove: ({ moneyBookId: bookId, ledgerId }, id, request) =>
      removeInLedger(directory, 'segment', { bookId, ledgerId }, id, request.midaz.principal.id),
    problemOf: (refusal) =>
      refusal.code === 'name_taken'
        ? { code: '0015', detail: 'Another segment of the ledger has this name.' }
        : problemOfDirectory(refusal),
    show: shownSegment,
  })
}

export function shownSegment(row: Segment, { organizationId }: Place) {
  return {
    id: row.id,
    name: row.name,
    ledgerId: row.ledgerId,
    organizationId,
    status: shownStatus(row),
    ...shownTimes(row),
    ...shownMetadata(row.metadata),
  }
}
