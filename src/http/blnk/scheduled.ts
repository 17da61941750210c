import type { Services } from '../services.ts'
import { wireId } from './wire/ids.ts'

/** Something that the scheduler does to a transaction by itself. */
type Scheduled = {
  readonly bookId: number
  readonly transactionId: string
  readonly action: 'execute' | 'settle' | 'expire'
}

/** How Blnk names the end of a hold that comes by itself; null for what has a name already, or is none of Blnk's. */
export function referenceOfScheduled(
  { home, engine }: Pick<Services, 'home' | 'engine'>,
  { bookId, transactionId, action }: Scheduled,
): string | null {
  if (bookId !== home.bookId || action === 'execute') return null
  const unique = engine.freeId()
  return action === 'expire'
    ? wireId('ref', unique)
    : `${wireId('txn', transactionId)}_commit_${wireId('act', unique)}`
}
