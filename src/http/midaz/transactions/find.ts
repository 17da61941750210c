/** Transactions by their ids. */
import type { FastifyRequest } from 'fastify'
import type { TransactionView } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { param } from '../caller.ts'
import { notFound, type Problem, refuse } from '../problem.ts'
import { findPlace, isShared } from '../tenant.ts'
import { type JournalPlace, SHOWN_KINDS, surroundingsOf } from './read.ts'

const ENTITY = 'Transaction'

/** The ledger of a transaction, with whether others have theirs in the same journal. */
export type TransactionPlace = JournalPlace & { readonly shared: boolean }

/** @throws Refused when there is no such ledger */
export async function transactionPlace(
  services: Services,
  request: FastifyRequest,
): Promise<TransactionPlace> {
  return (await journalPlace(services, request)) ?? refuse(notFound(ENTITY))
}

export async function journalPlace(
  services: Services,
  request: FastifyRequest,
): Promise<TransactionPlace | null> {
  const place = await findPlace(services, request)
  if (place === null) return null
  const { organizationId, ledgerId, moneyBookId } = place
  return { organizationId, ledgerId, bookId: moneyBookId, shared: isShared(place) }
}

/** @throws Refused when the ledger has no such transaction */
export async function findTransaction(
  services: Services,
  place: TransactionPlace,
  request: FastifyRequest,
  missing: Problem = notFound(ENTITY),
): Promise<TransactionView> {
  const id = param(request, 'transaction_id')
  const view = await services.transactions.load(place.bookId, id)
  if (view === null || !isShown(view) || !(await isOf(services, place, view))) refuse(missing)
  return view
}

function isShown({ kind }: TransactionView): boolean {
  return (SHOWN_KINDS as readonly string[]).includes(kind)
}

/** Whether a transaction has to do with the ledger; in a book of its own each one has. */
async function isOf(
  services: Services,
  place: TransactionPlace,
  view: TransactionView,
): Promise<boolean> {
  if (!place.shared) return true
  const { facts } = await surroundingsOf(services, place.bookId, [view])
  return [...facts.values()].some(({ ledgerId }) => ledgerId === place.ledgerId)
}
