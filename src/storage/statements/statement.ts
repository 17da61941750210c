/** A statement with its parameters, as text. */
export type Statement = {
  readonly name: string
  readonly text: string
  readonly values: readonly string[]
}

/** Lines for COPY, in its text format: columns between tabs, each line ended. */
export type Copy = { readonly name: string; readonly text: string; readonly rows: string }

/** One of several that are sent together. */
export type Step = Statement | Copy

const NEEDS_ESCAPE = /[\\\n\r\t]/
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** What stands for a value that is not there. */
export const NULL = '\\N'

/** Free text as COPY reads it. */
export function copyText(value: string | null): string {
  if (value === null) return NULL
  return NEEDS_ESCAPE.test(value)
    ? value.replace(/[\\\n\r\t]/g, (one) => ESCAPES[one] ?? one)
    : value
}
