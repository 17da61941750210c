/** Reading JSON bodies, the same way in both faces; each answers what cannot be read in its own words. */
import type { FastifyInstance } from 'fastify'
import { type JsonValue, parseExact } from './exact-json.ts'

/** The body is not JSON, or not text. */
export class MalformedBody extends Error {
  override readonly name = 'MalformedBody'
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Takes every body as JSON, whatever its content type says, except those types that a face reads itself. A body that
 * is empty is undefined.
 */
export function acceptJson(face: FastifyInstance): void {
  const read = (
    _request: unknown,
    body: Buffer,
    done: (error: Error | null, value?: unknown) => void,
  ) => {
    try {
      done(null, readBody(body))
    } catch (error) {
      done(error as Error)
    }
  }
  face.removeAllContentTypeParsers()
  face.addContentTypeParser('application/json', { parseAs: 'buffer' }, read)
  face.addContentTypeParser('*', { parseAs: 'buffer' }, read)
}

function readBody(body: Buffer): JsonValue | undefined {
  if (body.length === 0) return undefined
  try {
    return parseExact(UTF8.decode(body))
  } catch (cause) {
    throw new MalformedBody(cause instanceof Error ? cause.message : 'not JSON', { cause })
  }
}
