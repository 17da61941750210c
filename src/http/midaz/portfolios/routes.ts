import type { FastifyInstance } from 'fastify'
import { newRow, type Portfolio, removeInLedger, updateInLedger } from '../../../directory/index.ts'
import { accept } from '../../../ledger/index.ts'
import type { Services } from '../../services.ts'
import { collectionRoutes, ledgerMissing } from '../collection.ts'
import {
  givenMetadata,
  givenName,
  givenStatus,
  givenText,
  patchedMetadata,
  patchedStatus,
} from '../given.ts'
import { notFound } from '../problem.ts'
import { problemOfDirectory } from '../refusals.ts'
import { bodyOf } from '../route.ts'
import { shownMetadata, shownStatus, shownTimes } from '../shown.ts'
import type { Place } from '../tenant.ts'
import {
  type PortfolioCreate,
  type PortfolioUpdate,
  portfolioCreate,
  portfolioFilters,
  portfolioShown,
  portfolioUpdate,
} from './schema.ts'

export async function portfolioRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  const { directory } = services
  collectionRoutes(face, services, {
    entity: 'portfolio',
    name: 'Portfolio',
    resource: 'portfolios',
    path: 'portfolios',
    id: 'portfolio_id',
    countMember: 'portfoliosCount',
    paging: 'page',
    schemas: { create: portfolioCreate, update: portfolioUpdate, shown: portfolioShown },
    filters: portfolioFilters,
    noneFound: { code: '0058', detail: 'No portfolio of the ledger has this metadata.' },
    missing: notFound('Portfolio'),
    ledgerMissing,
    create: ({ moneyBookId, ledgerId }, request) => {
      const body = bodyOf<PortfolioCreate>(request)
      const { principal } = request.midaz
      return directory.create('portfolio', moneyBookId, principal.id, async (_reader, now, id) =>
        accept({
          ...newRow(moneyBookId, id, now, givenMetadata(body.metadata)),
          ...givenStatus(body.status),
          ledgerId,
          name: body.name,
          entityId: body.entityId ?? null,
        }),
      )
    },
    update: ({ moneyBookId: bookId, ledgerId }, id, request) => {
      const body = bodyOf<PortfolioUpdate>(request)
      const change = (row: Portfolio): Partial<Portfolio> => ({
        ...patchedStatus(body.status),
        ...givenName(body.name),
        entityId: givenText(body.entityId) ?? row.entityId,
        metadata: patchedMetadata(row.metadata, body.metadata),
      })
      const { principal } = request.midaz
      return updateInLedger(directory, 'portfolio', { bookId, ledgerId }, id, change, principal.id)
    },
    remove: ({ moneyBookId: bookId, ledgerId }, id, request) =>
      removeInLedger(directory, 'portfolio', { bookId, ledgerId }, id, request.midaz.principal.id),
    problemOf: problemOfDirectory,
    show: shownPortfolio,
  })
}

export function shownPortfolio(row: Portfolio, { organizationId }: Place) {
  return {
    id: row.id,
    name: row.name,
    ...(row.entityId === null ? {} : { entityId: row.entityId }),
    ledgerId: row.ledgerId,
    organizationId,
    status: shownStatus(row),
    ...shownTimes(row),
    ...shownMetadata(row.metadata),
  }
}
