/** Whose the request is about: organizations and ledgers by the ids in the path. */
import type { FastifyRequest } from 'fastify'
import type { Ledger, LedgerBook, Organization } from '../../directory/index.ts'
import type { Services } from '../services.ts'
import { param, sees } from './caller.ts'
import { notFound, refuse } from './problem.ts'

/** A ledger that lives, with the book of its organization and the book of its money. */
export type Place = {
  readonly organizationId: string
  readonly ledgerId: string
  readonly bookId: number
  readonly moneyBookId: number
}

/** Ledgers of the home organization share one book, and the assets of its first ledger. */
export function isShared(place: Place): boolean {
  return place.bookId === place.moneyBookId
}

/**
 * The book of the organization in the path, or null when there is none that the caller may know of. A book that was
 * seen once is remembered, so its organization may have been deleted since.
 */
export async function bookOf(services: Services, request: FastifyRequest): Promise<number | null> {
  const id = param(request, 'organization_id')
  return sees(request.midaz, id) ? services.tenancy.bookOf(id) : null
}

/** The book that the money of the ledger in the path is in, or null when there is none that the caller may know of. */
export async function moneyBookOf(
  services: Services,
  request: FastifyRequest,
): Promise<number | null> {
  const organizationId = param(request, 'organization_id')
  if (!sees(request.midaz, organizationId)) return null
  return services.tenancy.moneyBookOf(organizationId, param(request, 'ledger_id'))
}

/** The organization in the path, as it is now. */
export async function findOrganization(
  services: Services,
  request: FastifyRequest,
): Promise<Organization | null> {
  const bookId = await bookOf(services, request)
  if (bookId === null) return null
  return services.directory.store.get('organization', bookId, param(request, 'organization_id'))
}

/** The ledger in the path, as it is now. */
export async function findLedger(
  services: Services,
  request: FastifyRequest,
): Promise<Ledger | null> {
  const bookId = await bookOf(services, request)
  if (bookId === null) return null
  return services.ledgers.load(bookId, param(request, 'ledger_id'))
}

/** Where the ledger in the path is kept, or null when there is none that lives. */
export async function findPlace(
  services: Services,
  request: FastifyRequest,
): Promise<Place | null> {
  const ledger = await findLedger(services, request)
  return ledger === null
    ? null
    : {
        organizationId: ledger.organizationId,
        ledgerId: ledger.id,
        bookId: ledger.bookId,
        moneyBookId: ledger.moneyBookId,
      }
}

/** @throws Refused when there is no such ledger: what is asked for below it does not exist */
export async function placeOf(
  services: Services,
  request: FastifyRequest,
  entity: string,
): Promise<Place> {
  return (await findPlace(services, request)) ?? refuse(notFound(entity))
}

/** The ledger as the directory asks for it. */
export function ledgerBook(place: Place): LedgerBook {
  return { bookId: place.moneyBookId, ledgerId: place.ledgerId, shared: isShared(place) }
}
