/** Who is told what happens in the books of an organization. */
import { accept, type Decision, refuse } from '../ledger/index.ts'
import { equals, FIRST_PAGE } from '../reports/index.ts'
import { newRow } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Subscription } from './rows.ts'

/** Subscriptions of one wording that an organization may have. */
export const SUBSCRIPTIONS_MAX = 100

export type NewSubscription = Omit<
  Subscription,
  'bookId' | 'id' | 'createdAt' | 'updatedAt' | 'deletedAt' | 'metadata'
> & { readonly metadata?: Subscription['metadata'] }

/** Makes a subscription: it is told of everything that is committed after it. The id may be chosen before. */
export function subscribe(
  directory: Directory,
  bookId: number,
  order: NewSubscription & { readonly id?: string },
  actor: Actor,
): Promise<Decision<Subscription, DirectoryRefusal>> {
  const { id: chosen, ...fields } = order
  return directory.create('subscription', bookId, actor, async (reader, now, minted) => {
    const within = [equals('wording', order.wording)]
    const count = await reader.count('subscription', bookId, { ...FIRST_PAGE, within })
    if (count >= SUBSCRIPTIONS_MAX)
      return refuse({ code: 'too_many', entity: 'subscription', most: SUBSCRIPTIONS_MAX })
    return accept({ ...newRow(bookId, chosen ?? minted, now, null), ...fields })
  })
}
