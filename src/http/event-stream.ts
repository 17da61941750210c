/** Server-sent events: what happens in a book, as it happens, from wherever a client stopped listening. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { BEGINNING, isPlace, type Listener, type Message, type Told } from '../outbox/index.ts'
import type { Services } from './services.ts'

/** How long a stream waits, in milliseconds. */
type Waits = {
  readonly heartbeatMs: number
  readonly stuckMs: number
  readonly retryMs: number
}

/** What a client listens to. */
export type Listening = {
  readonly bookId: number
  readonly wording: string
  /** Where it begins: behind this place; null for what happens from now on. */
  readonly after: string | null
  readonly wants: (message: Message) => boolean
  /** Whether it may still listen. */
  readonly isAllowed: () => Promise<boolean>
}

/**
 * Where a client stopped listening: what it says in `Last-Event-ID`, or in the query where it cannot set headers. The word
 * `beginning` is the beginning of the book. Undefined for what is no place.
 */
export function placeIn(
  request: FastifyRequest,
  inQuery: string | undefined,
): string | null | undefined {
  const given = request.headers['last-event-id'] ?? inQuery
  if (given === undefined || given === '') return null
  if (given === 'beginning') return BEGINNING
  const [place = ''] = String(given).split('.', 1)
  return isPlace(place.toLowerCase()) ? place.toLowerCase() : undefined
}

/** Answers with events until the client goes, the server stops, or the client may not listen any more. */
export async function streamEvents(
  { outgoing }: Services,
  reply: FastifyReply,
  listening: Listening,
  limits: Waits,
): Promise<FastifyReply> {
  const listener = await outgoing.streams.listen(listening.bookId, listening.wording)
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  raw.on('close', () => listener.leave())
  try {
    await pump(raw, listener, listening, limits)
  } catch (error) {
    reply.log.warn({ err: error }, 'a stream of events broke off')
  } finally {
    listener.leave()
    raw.end()
  }
  return reply
}

async function pump(
  raw: ServerResponse,
  listener: Listener,
  listening: Listening,
  limits: Waits,
): Promise<void> {
  let place = listening.after ?? listener.end
  let aliveAt = performance.now()
  await write(raw, `retry: ${limits.retryMs}\nid: ${place}\n\n`, limits.stuckMs)
  while (!raw.destroyed && !listener.isOver) {
    const told = await listener.next(place, limits.heartbeatMs)
    place = told.at(-1)?.id ?? place
    const frames = told.map((one) => framesOf(one, listening.wants)).join('')
    const isDue = performance.now() - aliveAt >= limits.heartbeatMs
    if (isDue && !(await listening.isAllowed())) return
    if (isDue) aliveAt = performance.now()
    // A frame without data is no event, but it moves the place from which a client goes on.
    const beat = isDue ? `: listening\nid: ${place}\n\n` : ''
    if (frames !== '' || beat !== '') await write(raw, frames + beat, limits.stuckMs)
  }
}

/** The last event of a fact has its id, so that a client never goes on in the middle of what a fact means. */
function framesOf({ id, messages }: Told, wants: Listening['wants']): string {
  const wanted = messages.filter(wants)
  return wanted
    .map(({ event, text }, index) => {
      const place = index === wanted.length - 1 ? `id: ${id}\n` : ''
      return `${place}event: ${event}\ndata: ${text}\n\n`
    })
    .join('')
}

/** Writes as fast as the client reads; one who reads nothing for long is left. */
async function write(raw: ServerResponse, text: string, stuckMs: number): Promise<void> {
  if (raw.write(text) || raw.destroyed) return
  const settled = new AbortController()
  const signal = AbortSignal.any([settled.signal, AbortSignal.timeout(stuckMs)])
  try {
    await Promise.race([once(raw, 'drain', { signal }), once(raw, 'close', { signal })])
  } catch {
    raw.destroy()
  } finally {
    settled.abort()
  }
}
