/** Paths as clients of any generation write them, and what is to be done with those that lead nowhere. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Problem } from './problem.ts'
import { PROFILE_HEADER, type Profile } from './profile.ts'

const OURS = /^\/(?:v1|v3|organizations)(?:\/|\?|$)/i

/** Anything but a plain path below /v1: upper case, escapes, a slash at the end, another prefix. */
const IS_PLAIN = /^\/v1(?:\/[a-z0-9:@_.-]+)+(?:\?|$)/

/** What no face owns. */
const COMMON = /^\/(?:health|readyz|version|metrics|openapi|docs|console)(?:\/|\?|$)/

/** Words after which a part of the path is a name of the caller's own. */
const BEFORE_NAMES = new Set(['alias', 'external', 'from', 'entities', 'key'])

/** The word before which it is one. */
const AFTER_NAME = 'rates'

/**
 * The path that the router knows for what a client wrote: `/v3` and no prefix at all are the same as `/v1`, upper and
 * lower case and a slash at the end make no difference, and a stray percent sign stands for itself. A request that says
 * which generation it speaks is ours wherever it goes.
 */
export function canonicalUrl(url: string, headers: FastifyRequest['raw']['headers']): string {
  if (IS_PLAIN.test(url)) return url
  if (OURS.test(url)) return canonical(url)
  return headers[PROFILE_HEADER] === undefined || COMMON.test(url) ? url : `/v1${url}`
}

function canonical(url: string): string {
  const end = url.indexOf('?')
  const path = end === -1 ? url : url.slice(0, end)
  const query = end === -1 ? '' : url.slice(end)
  const parts = readable(path).split('/').slice(1)
  if (parts.length > 1 && parts.at(-1) === '') parts.pop()
  const settled = parts.map((part, index) => {
    const [before = '', next = ''] = [parts[index - 1], parts[index + 1]]
    const isName = BEFORE_NAMES.has(before.toLowerCase()) || next.toLowerCase() === AFTER_NAME
    return isName || part.includes('%') ? part : part.toLowerCase()
  })
  if (settled[0] === 'v3') settled[0] = 'v1'
  else if (settled[0] === 'organizations') settled.unshift('v1')
  return `/${settled.join('/')}${query}`
}

/** The path with percent signs that begin no escape, or an escape of no text, as text. */
function readable(path: string): string {
  if (!path.includes('%')) return path
  try {
    decodeURIComponent(path)
    return path
  } catch {
    return path.replaceAll('%', '%25')
  }
}

/** The order in which methods are listed. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH']

/** Remembers which methods each path knows, to tell a wrong method from a wrong path. */
export class KnownPaths {
  readonly #paths: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = []

  watch(face: FastifyInstance): void {
    face.addHook('onRoute', ({ url, method }) => {
      const pattern = new RegExp(`^${url.replace(/:[a-z_]+/g, '[^/]+')}$`)
      this.#paths.push({ pattern, methods: [method].flat() })
    })
  }

  methodsOf(url: string): readonly string[] {
    const path = url.split('?', 1)[0] ?? ''
    const known = new Set(
      this.#paths.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods),
    )
    return METHODS.filter((method) => known.has(method))
  }
}

/** What is answered where no route is. The third generation has a form of its own, with the status for a code. */
export function unrouted(
  request: FastifyRequest,
  methods: readonly string[],
  profile: Profile,
): Problem | { readonly code: number; readonly title: string; readonly message: string } {
  const sentence =
    methods.length === 0
      ? `Cannot ${request.method} ${request.originalUrl}`
      : `Method ${request.method} is not allowed here`
  if (profile === 'v3')
    return { code: methods.length === 0 ? 404 : 405, title: 'request_failed', message: sentence }
  return { code: methods.length === 0 ? '0484' : '0485', detail: `${sentence}.`, entity: null }
}
