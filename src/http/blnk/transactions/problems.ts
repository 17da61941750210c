/** Ways of turning a transaction down that several routes share. */
import type { Refusal } from '../../../ledger/index.ts'
import { notFound, Problem } from '../wire/problem.ts'
import { problemOf } from '../wire/refusals.ts'

export function missingBalance(identifier: string): Problem {
  return notFound('TXN_NOT_FOUND', `Balance with ID '${identifier}' not found`)
}

export function missingTransaction(wire: string): Problem {
  return notFound('TXN_NOT_FOUND', `Transaction with ID '${wire}' not found`)
}

/** A problem with something said before it. */
export function within(before: string, problem: Problem, after = ''): Problem {
  const { details, ...options } = problem.options
  return new Problem(problem.code, `${before}${problem.message}${after}`, options)
}

/** The reason that a rejected transaction gives in its metadata. */
export function rejectionReason(refusal: unknown): string {
  return problemOf(refusal as Refusal).message
}
