import { assert } from '../../../ledger/index.ts'
import type { TransactionView } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import type { Profile } from '../profile.ts'
import { timeText } from '../shown-money.ts'
import { type JournalPlace, shownTransaction, statusOf, surroundingsOf } from './read.ts'
import { transactionText } from './write.ts'

/** The first answer again: the transaction as it was when it was made, whatever became of it since. */
export async function replayed(
  services: Services,
  place: JournalPlace,
  id: string,
  profile: Profile,
): Promise<string> {
  const view = await services.transactions.load(place.bookId, id)
  assert(view !== null, 'a key was claimed together with its transaction')
  const { operations, facts } = await surroundingsOf(services, place.bookId, [view])
  const first = (operations.get(id) ?? []).filter(({ transactionId }) => transactionId === id)
  const surroundings = { operations: new Map([[id, first]]), facts }
  const shown = shownTransaction(view, surroundings, place, profile)
  return transactionText(
    { ...shown, status: firstStatus(view), updatedAt: timeText(view.recordedAt) },
    profile,
  )
}

function firstStatus(view: TransactionView): string {
  if (view.kind === 'hold') return 'PENDING'
  return view.kind === 'note' ? statusOf(view) : 'CREATED'
}
