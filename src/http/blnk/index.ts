/** Blnk's face. */
import type { FastifyInstance } from 'fastify'
import { acceptJson } from '../body.ts'
import type { Services } from '../services.ts'

export async function blnkFace(
  face: FastifyInstance,
  _options: { readonly services: Services },
): Promise<void> {
  acceptJson(face)
}
