/** JSON in which every number keeps its text: 1 is not 1.0, and no digit is lost. */

/** A number as it was written. */
export type Numeral = { readonly rawJSON: string }

export type Exact =
  | string
  | Numeral
  | boolean
  | null
  | undefined
  | readonly Exact[]
  | { readonly [key: string]: Exact }

export type ExactObject = { readonly [key: string]: Exact }

const json = JSON as unknown as {
  rawJSON(text: string): Numeral
  isRawJSON(value: unknown): boolean
  parse(
    text: string,
    revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): Exact
}

/** @throws SyntaxError when the text is not JSON */
export function parse(text: string): Exact {
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? json.rawJSON(source) : value,
  )
}

export function stringify(value: Exact): string {
  return JSON.stringify(value) ?? 'null'
}

export function numeral(text: string): Numeral {
  return json.rawJSON(text)
}

export function isNumeral(value: Exact): value is Numeral {
  return json.isRawJSON(value)
}

export function isList(value: Exact): value is readonly Exact[] {
  return Array.isArray(value)
}

/** The fields of an object; null for everything else. */
export function fieldsOf(value: Exact): ExactObject | null {
  const isFields =
    typeof value === 'object' && value !== null && !isList(value) && !isNumeral(value)
  return isFields ? (value as ExactObject) : null
}

/** The text of a scalar as a reader would see it. */
export function plain(value: Exact): string {
  if (value === undefined) return 'undefined'
  if (isNumeral(value)) return value.rawJSON
  return typeof value === 'string' ? value : stringify(value)
}

/** What stands at a dotted path; `$length` is the length of a list. */
export function at(value: Exact, path: string): Exact {
  if (path === '') return value
  let here: Exact = value
  for (const key of path.split('.')) {
    if (isList(here)) here = key === '$length' ? numeral(String(here.length)) : here[Number(key)]
    else here = fieldsOf(here)?.[key]
  }
  return here
}
