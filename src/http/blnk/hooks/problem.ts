/** What goes wrong with hooks has a form of its own, with everything at the top. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { MalformedBody } from '../../malformed-body.ts'
import type { Code } from '../wire/codes.ts'
import { answerError } from '../wire/errors.ts'
import { Problem } from '../wire/problem.ts'

class HookProblem extends Problem {
  readonly #legacy: string

  constructor(code: Code, legacy: 'INVALID_INPUT' | 'NOT_FOUND', text: string) {
    super(code, text)
    this.#legacy = legacy
  }

  override get body() {
    const { code, message } = this
    const details = {}
    return {
      code: this.#legacy,
      message,
      details,
      error_detail: { code, message, details },
    }
  }
}

export function unknownHook(): Problem {
  return new HookProblem('HOOK_NOT_FOUND', 'NOT_FOUND', 'hook not found')
}

export function unknownFor(verb: 'update' | 'delete'): Problem {
  return new HookProblem('HOOK_NOT_FOUND', 'INVALID_INPUT', `failed to ${verb} hook`)
}

/** A hook that could never be called. */
export function unfitHook(): Problem {
  return new HookProblem('HOOK_INVALID', 'INVALID_INPUT', 'failed to register hook')
}

/** Answers what goes wrong on a route of hooks. */
export function answerHookError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const unreadable = error instanceof MalformedBody || error.statusCode === 413
  const problem = new HookProblem('HOOK_INVALID', 'INVALID_INPUT', 'invalid hook data')
  return answerError(unreadable ? (problem as unknown as FastifyError) : error, request, reply)
}
