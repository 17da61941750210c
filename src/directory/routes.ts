/** Operation routes and the transaction routes made of them. What a route refers to is looked at under the lock. */
import { accept, type Decision, refuse } from '../ledger/index.ts'
import { FIRST_PAGE } from '../reports/index.ts'
import { newRow } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import type { DirectoryReader } from './port.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { OperationRouteRow, TransactionRouteRow } from './rows.ts'

type InBook = { readonly bookId: number; readonly ledgerId: string }

/** Rows that are read at once. */
const PIECE = 1000

/** Operation routes by id; those that there are none of are left out. */
export async function findOperationRoutes(
  reader: DirectoryReader,
  bookId: number,
  ids: readonly string[],
): Promise<readonly OperationRouteRow[]> {
  const found: OperationRouteRow[] = []
  for (let start = 0; start < ids.length; start += PIECE) {
    const values = ids.slice(start, start + PIECE)
    const within = [{ field: 'id', operator: 'in', values } as const]
    found.push(
      ...(await reader.list('operation_route', bookId, { ...FIRST_PAGE, within, limit: PIECE })),
    )
  }
  return found
}

export type TransactionRouteOrder = Pick<
  TransactionRouteRow,
  'title' | 'description' | 'operationRoutes' | 'metadata'
>

export function createTransactionRoute(
  directory: Directory,
  place: InBook,
  { metadata, ...order }: TransactionRouteOrder,
  actor: Actor,
): Promise<Decision<TransactionRouteRow, DirectoryRefusal>> {
  const { bookId, ledgerId } = place
  return directory.create('transaction_route', bookId, actor, async (reader, now, id) => {
    const refusal = await refusalOfList(reader, place, order.operationRoutes)
    if (refusal !== null) return refuse(refusal)
    return accept({ ...newRow(bookId, id, now, metadata), ...order, ledgerId })
  })
}

export function updateTransactionRoute(
  directory: Directory,
  place: InBook,
  id: string,
  change: (row: TransactionRouteRow) => Partial<TransactionRouteRow>,
  actor: Actor,
): Promise<Decision<TransactionRouteRow, DirectoryRefusal>> {
  const entity = 'transaction_route'
  return directory.update(entity, place.bookId, id, actor, async (row, reader) => {
    if (row.ledgerId !== place.ledgerId) return refuse({ code: 'not_found', entity, id })
    const replaced = change(row)
    const { operationRoutes } = replaced
    const refusal =
      operationRoutes === undefined ? null : await refusalOfList(reader, place, operationRoutes)
    return refusal === null ? accept(replaced) : refuse(refusal)
  })
}

async function refusalOfList(
  reader: DirectoryReader,
  { bookId, ledgerId }: InBook,
  ids: readonly string[],
): Promise<DirectoryRefusal | null> {
  const all = await findOperationRoutes(reader, bookId, ids)
  const found = all.filter((row) => row.ledgerId === ledgerId)
  const missing = ids.find((id) => found.every((row) => row.id !== id))
  if (missing !== undefined)
    return { code: 'reference_not_found', entity: 'operation_route', id: missing }
  for (const side of ['source', 'destination'] as const) {
    const serves = (row: OperationRouteRow) =>
      row.operationType === side || row.operationType === 'bidirectional'
    if (!found.some(serves)) return { code: 'route_lacks_side', side }
  }
  return null
}

/** Deletes an operation route that no transaction route is made of. */
export function removeOperationRoute(
  directory: Directory,
  { bookId, ledgerId }: InBook,
  id: string,
  actor: Actor,
): Promise<Decision<OperationRouteRow, DirectoryRefusal>> {
  const entity = 'operation_route'
  return directory.remove(entity, bookId, id, actor, async (row, reader) => {
    if (row.ledgerId !== ledgerId) return refuse({ code: 'not_found', entity, id })
    const users = await reader.list('transaction_route', bookId, {
      ...FIRST_PAGE,
      within: [{ field: 'operationRoutes', operator: 'contains', values: [id] }],
      limit: 1,
    })
    return users.length > 0 ? refuse({ code: 'in_use', entity, id }) : accept([])
  })
}
