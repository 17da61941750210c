import type { BalanceView } from '../../../reports/index.ts'
import type { Face } from '../face.ts'
import { uuidIn } from '../wire/ids.ts'

/** The balance that a wire id names, with the scale of its currency known. */
export async function findBalanceView(face: Face, wire: string): Promise<BalanceView | null> {
  const id = uuidIn('bln', wire)
  const view = id === null ? null : await face.services.balances.load(face.bookId, id)
  if (view !== null) await face.scales.learn([view.terms.assetCode])
  return view
}
