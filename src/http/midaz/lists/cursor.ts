/** Where a page of a list begins or ends. Cursors of other servers of the same kind are understood, too. */
import { uuidOf } from '../body/uuid.ts'

export type Cursor = {
  readonly id: string
  /** Whether the page follows the row with this id in the order of the list, or comes before it. */
  readonly direction: 'next' | 'prev'
}

const TEXT_MAX = 512
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

export function writeCursor({ id, direction }: Cursor): string {
  return Buffer.from(JSON.stringify({ id, direction })).toString('base64')
}

/** Null for what is no cursor. Older ones say `points_next` instead of a direction. */
export function readCursor(text: string): Cursor | null {
  if (text.length > TEXT_MAX || !BASE64.test(text)) return null
  let content: unknown
  try {
    content = JSON.parse(Buffer.from(text, 'base64').toString('utf8'))
  } catch {
    return null
  }
  if (typeof content !== 'object' || content === null) return null
  const { id, direction, points_next: pointsNext } = content as Record<string, unknown>
  const uuid = typeof id === 'string' ? uuidOf(id) : null
  if (uuid === null) return null
  if (direction === 'next' || direction === 'prev') return { id: uuid, direction }
  return typeof pointsNext === 'boolean'
    ? { id: uuid, direction: pointsNext ? 'next' : 'prev' }
    : null
}
