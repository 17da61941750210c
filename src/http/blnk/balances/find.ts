import { type BalanceView, equals, FIRST_PAGE } from '../../../reports/index.ts'
import type { Face } from '../face.ts'
import { uuidIn } from '../wire/ids.ts'

/** The balance that a wire id names, with the scale of its currency known. */
export async function findBalanceView(face: Face, wire: string): Promise<BalanceView | null> {
  const id = uuidIn('bln', wire)
  const view = id === null ? null : await face.services.balances.load(face.bookId, id)
  if (view !== null) await face.scales.learn([view.terms.assetCode])
  return view
}

/** Lots of one name that are looked through: there is one for each currency, and few are named alike besides. */
const NAMED_ALIKE_MAX = 100

/** The first balance of this name, in the currency, that counts a lot or is the aggregate of some. */
export async function findLot(
  face: Face,
  name: string,
  currency: string,
): Promise<BalanceView | null> {
  const { store } = face.services.directory
  for (const [field, id] of [
    ['name', 'id'],
    ['aggregateName', 'aggregateId'],
  ] as const) {
    const lots = await store.list('lot', face.bookId, {
      ...FIRST_PAGE,
      within: [equals(field, name)],
      limit: NAMED_ALIKE_MAX,
    })
    const views = await Promise.all(
      lots.map((lot) => face.services.balances.load(face.bookId, lot[id])),
    )
    const found = views.find((view) => view?.terms.assetCode === currency)
    if (found != null) return found
  }
  return null
}
