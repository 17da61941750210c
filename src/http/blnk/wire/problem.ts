import type { JsonValue } from '../../exact-json.ts'
import { type Code, statusOfCode } from './codes.ts'

export type ProblemOptions = {
  /** The status, where it is not the one of the code. */
  readonly status?: number
  /** Where the text stands: old clients of some routes read `errors`. */
  readonly key?: 'error' | 'errors'
  readonly details?: JsonValue
  /** What stands under the key instead of the text. */
  readonly shown?: JsonValue
  /** More fields beside the key. */
  readonly beside?: { readonly [name: string]: JsonValue }
}

/** A request that is turned down, in Blnk's words. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: Code
  readonly options: ProblemOptions

  constructor(code: Code, text: string, options: ProblemOptions = {}) {
    super(text)
    this.code = code
    this.options = options
  }

  get status(): number {
    return this.options.status ?? statusOfCode[this.code]
  }

  get body(): { readonly [name: string]: JsonValue } {
    const { key = 'error', details, shown, beside } = this.options
    return {
      ...beside,
      [key]: shown ?? this.message,
      error_detail: {
        code: this.code,
        message: this.message,
        ...(details === undefined ? {} : { details }),
      },
    }
  }
}

/** What Blnk answers when something named does not exist. */
export function notFound(code: Code, text: string): Problem {
  return new Problem(code, text, { details: {} })
}
