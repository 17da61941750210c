/** What is answered where there is no route: gin's text, or a way to the route without the slash at the end. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Answers requests that no route of the face takes. To be called before the routes are added. */
export function answerUnknownPaths(face: FastifyInstance): void {
  const routes: { readonly method: string; readonly pattern: RegExp }[] = []
  face.addHook('onRoute', ({ method, url }) => {
    const pattern = new RegExp(`^${url.replace(/:[^/]+/g, '[^/]+')}$`)
    for (const one of [method].flat()) routes.push({ method: one, pattern })
  })
  face.setNotFoundHandler((request, reply) => {
    const [path = '', query] = request.raw.url?.split('?', 2) ?? []
    const shorter = path.slice(0, -1)
    const exists =
      path.endsWith('/') &&
      routes.some(({ method, pattern }) => method === request.method && pattern.test(shorter))
    if (!exists) return nothingHere(request, reply)
    return redirect(request, reply, query === undefined ? shorter : `${shorter}?${query}`)
  })
}

function nothingHere(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.code(404).header('content-type', 'text/plain')
  return reply.send('404 page not found')
}

function redirect(request: FastifyRequest, reply: FastifyReply, to: string): FastifyReply {
  reply.header('location', to)
  if (request.method !== 'GET') return reply.code(307).send()
  return reply
    .code(301)
    .header('content-type', 'text/html; charset=utf-8')
    .send(`<a href="${to.replace(/[&<>"]/g, '')}">Moved Permanently</a>.\n\n`)
}
