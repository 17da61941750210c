/**
 * How a problem is written. Every body has what clients of each generation look for: `code`, `title` and `message` of
 * the flat form, and `type`, `status` and `detail` of problem details (RFC 9457).
 */
import { STATUS_CODES } from 'node:http'
import { catalogue, numberOf } from './catalogue.ts'
import type { Problem } from './problem.ts'
import type { Profile } from './profile.ts'

const TYPE = 'https://errors.lerian.studio/v1/'

export type ProblemBody = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly message: string
  readonly entityType?: string
  readonly fields?: unknown
  readonly errors?: readonly unknown[]
}

export function statusOf(problem: Problem, profile: Profile): number {
  return problem.status ?? catalogue[problem.code].status[profile]
}

export function problemBody(
  problem: Problem,
  profile: Profile,
  entityOfRoute: string | undefined,
): ProblemBody {
  const status = statusOf(problem, profile)
  const entityType = problem.entity === undefined ? entityOfRoute : problem.entity
  const isOurs = status >= 500 || status === 429
  const title = isOurs ? (STATUS_CODES[status] ?? 'Error') : catalogue[problem.code].title
  const code = numberOf(problem.code, profile)
  return {
    type: TYPE + code,
    title,
    status,
    detail: problem.detail,
    code,
    message: problem.detail,
    ...(entityType === undefined || entityType === null ? {} : { entityType }),
    ...(problem.fields === undefined ? {} : { fields: problem.fields }),
    ...(problem.errors === undefined ? {} : { errors: problem.errors.map(located) }),
  }
}

function located({ path, message, value }: NonNullable<Problem['errors']>[number]) {
  return { message, location: `body.${path}`, ...(value === undefined ? {} : { value }) }
}

const JSON_TYPE = 'application/json'
const PROBLEM_TYPE = 'application/problem+json'

/** Problem details where the generation or the caller asks for them, plain JSON else. */
export function problemType(profile: Profile, accept: string | undefined): string {
  return profile === 'v4' || accept?.includes(PROBLEM_TYPE) === true ? PROBLEM_TYPE : JSON_TYPE
}
