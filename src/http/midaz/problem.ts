/** What is wrong with a request, before it is worded for a generation. */
import type { Code } from './catalogue.ts'

/** One part of a body that is at fault. */
export type FieldFault = {
  /** Its place in the body, such as `send.source.from[0].amount`. */
  readonly path: string
  readonly message: string
  /** What stands there, where that helps. */
  readonly value?: unknown
}

export type Problem = {
  readonly code: Code
  /** A sentence of ours: what is wrong and, where it is not obvious, what would be right. */
  readonly detail: string
  /** What it is about; undefined for what the route is about, null for nothing. */
  readonly entity?: string | null
  readonly errors?: readonly FieldFault[]
  /** What older generations show of the errors: a text by field name, or the part of the body that is at fault. */
  readonly fields?: Readonly<Record<string, unknown>>
  /** The status, where it is not the one of the code. */
  readonly status?: number
  /** Seconds after which it makes sense to come back. */
  readonly retryAfter?: number
}

/** Ends a request with a problem. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }
}

/** Turns a request down. */
export function refuse(problem: Problem): never {
  throw new Refused(problem)
}

export function notFound(entity: string): Problem {
  return {
    code: '0007',
    detail: `There is no ${entity.toLowerCase()} with this id here.`,
    entity,
  }
}

export function invalidQuery(parameter: string, detail: string): Problem {
  return { code: '0082', detail: `The query parameter ${parameter} ${detail}.`, entity: null }
}

/** Fields that do not fit, each with what would. */
export function invalidFields(errors: readonly FieldFault[]): Problem {
  const names = errors.map(({ path }) => path).join(', ')
  return {
    code: '0047',
    detail: `The request has values that do not fit: ${names}.`,
    errors,
    fields: byName(errors),
  }
}

export function missingFields(errors: readonly FieldFault[]): Problem {
  const names = errors.map(({ path }) => path).join(', ')
  return {
    code: '0009',
    detail: `The request lacks fields that it must have: ${names}.`,
    errors,
    fields: byName(errors),
  }
}

/** Older generations name a field by the last word of its path. */
function byName(errors: readonly FieldFault[]): Record<string, string> {
  return Object.fromEntries(errors.map(({ path, message }) => [lastWord(path), message]))
}

function lastWord(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}
