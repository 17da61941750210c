import type { FastifyReply, FastifyRequest } from 'fastify'
import { answer } from '../face.ts'
import { parameter, type Query } from '../filters/request.ts'
import { Problem } from '../wire/problem.ts'
import { durationText, readDuration } from '../wire/time.ts'

const DEFAULT = '2m'

/** Nothing is ever stuck between a request and its execution, so nothing is ever recovered. */
export async function recover(request: FastifyRequest, reply: FastifyReply) {
  const text = parameter(request.query as Query, 'threshold') || DEFAULT
  const nanos = readDuration(text)
  if (nanos === null)
    throw new Problem(
      'GEN_VALIDATION_ERROR',
      `invalid threshold duration: time: invalid duration ${JSON.stringify(text)}`,
    )
  return answer(reply, 200, { recovered: 0, threshold: durationText(nanos) })
}
