/** The OpenAPI document of this face, made from the schemas that validate. */
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { answer } from './face.ts'

/** Collects the routes that are added after it, and serves their description. */
export async function describeRoutes(face: FastifyInstance, version: string): Promise<void> {
  await face.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: "Diptych: Blnk's API",
        description: 'The ledger as Blnk’s clients know it.',
        version,
      },
      components: {
        securitySchemes: {
          key: { type: 'apiKey', in: 'header', name: 'X-Blnk-Key' },
          bearer: { type: 'http', scheme: 'bearer' },
        },
      },
      security: [{ key: [] }, { bearer: [] }, {}],
    },
  })
  face.get('/openapi/blnk.json', { schema: { hide: true } }, (_request, reply) =>
    answer(reply, 200, face.swagger()),
  )
}
