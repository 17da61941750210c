/** What goes wrong, as Blnk's clients are told. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { IssuerAway } from '../../../auth/index.ts'
import { UnfitValue, UnknownField } from '../../../reports/index.ts'
import { MalformedBody } from '../../malformed-body.ts'
import { comeBackAfter } from '../../outage.ts'
import type { Malformed } from '../face.ts'
import { JSON_TYPE } from './headers.ts'
import { Problem } from './problem.ts'

export function answerError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const seconds = comeBackAfter(error)
  if (seconds !== null) reply.header('retry-after', String(seconds))
  const { malformed = {} } = request.routeOptions.config
  const problem = problemFor(error, malformed, request)
  const type = error instanceof MalformedBody ? malformed.type : undefined
  return reply
    .code(problem.status)
    .header('content-type', type ?? JSON_TYPE)
    .send(JSON.stringify(problem.body))
}

function problemFor(error: FastifyError, malformed: Malformed, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error
  if (error instanceof MalformedBody) return malformedProblem(error.message, malformed)
  if (error instanceof IssuerAway) return new Problem('AUTH_ISSUER_UNAVAILABLE', error.message)
  if (comeBackAfter(error) !== null)
    return new Problem('QUEUE_BACKPRESSURE', 'the server cannot serve now; try again in a moment')
  if (error instanceof UnfitValue || error instanceof UnknownField)
    return new Problem('GEN_BAD_REQUEST', `Invalid filter: ${error.message}`, { details: {} })
  if (error.statusCode === 413) return malformedProblem('http: request body too large', malformed)
  if (error.statusCode !== undefined && error.statusCode < 500)
    return new Problem('GEN_BAD_REQUEST', 'the request cannot be read', {
      status: error.statusCode,
    })
  request.log.error({ err: error }, 'a request failed')
  return new Problem('GEN_INTERNAL', 'internal server error')
}

function malformedProblem(fault: string, malformed: Malformed): Problem {
  const { code = 'GEN_MALFORMED_REQUEST', text, prefix = '', key } = malformed
  return new Problem(code, text ?? `${prefix}${fault}`, key === undefined ? {} : { key })
}
