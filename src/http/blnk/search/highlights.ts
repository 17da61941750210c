/** Marks in the texts of a document what a search found them by. */
import type { WordQuery } from '../../../search/index.ts'
import type { JsonValue } from '../../exact-json.ts'
import type { Document } from './documents.ts'

/** Words of a text up to which all of it is shown, and words around the first that was found where it is longer. */
const WHOLE_MAX = 30
const AROUND = 4

type Mark = { readonly matched_tokens: readonly string[]; readonly snippet: string }

export type Highlights = {
  readonly highlights: readonly (Mark & { readonly field: string })[]
  readonly highlight: { readonly [field: string]: JsonValue }
  /** How well the document matches: more for words that are there just as they were asked for. */
  readonly match: number
}

export function highlightsOf(
  document: Document,
  fields: readonly string[],
  words: readonly WordQuery[],
  tags: readonly [string, string],
): Highlights {
  const highlights: (Mark & { field: string })[] = []
  const highlight: Record<string, JsonValue> = {}
  let match = 0
  for (const [path, text] of fields.flatMap((field) => textsIn(document, field))) {
    const mark = markIn(text, words, tags)
    if (mark === null) continue
    match += words.filter(
      ({ spellings: [asked] }) => asked !== undefined && has(mark, asked),
    ).length
    highlights.push({ field: path.join('.'), ...mark })
    put(highlight, path, { matched_tokens: mark.matched_tokens, snippet: mark.snippet })
  }
  return { highlights, highlight, match: match * 100 + highlights.length }
}

function has({ matched_tokens: found }: Mark, word: string): boolean {
  return found.some((token) => token.toLowerCase() === word)
}

/** The texts of a field with where they stand; of free-form data all that are in it. */
function textsIn(document: Document, field: string): [readonly string[], string][] {
  const path = field.split('.')
  let value: JsonValue | undefined = document
  for (const step of path) value = inside(value, step)
  return textsBelow(value, path, 0)
}

function inside(value: JsonValue | undefined, step: string): JsonValue | undefined {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined
  return (value as { readonly [name: string]: JsonValue })[step]
}

const DEPTH_MAX = 8

function textsBelow(
  value: JsonValue | undefined,
  path: readonly string[],
  depth: number,
): [readonly string[], string][] {
  if (typeof value === 'string') return [[path, value]]
  if (value === null || typeof value !== 'object' || depth > DEPTH_MAX) return []
  return Object.entries(value).flatMap(([step, item]) =>
    textsBelow(item, [...path, step], depth + 1),
  )
}

function put(target: Record<string, JsonValue>, path: readonly string[], mark: JsonValue): void {
  const [first = '', ...rest] = path
  if (rest.length === 0) {
    target[first] = mark
    return
  }
  const below = { ...(target[first] as Record<string, JsonValue> | undefined) }
  put(below, rest, mark)
  target[first] = below
}

const TOKEN = /[\p{L}\p{N}]+/gu

function markIn(
  text: string,
  words: readonly WordQuery[],
  [start, end]: readonly [string, string],
): Mark | null {
  const tokens = [...text.matchAll(TOKEN)]
  const isFound = (token: string) =>
    words.some(({ spellings, prefix }) =>
      spellings.some((word) =>
        prefix ? token.toLowerCase().startsWith(word) : token.toLowerCase() === word,
      ),
    )
  const first = tokens.findIndex(([token]) => isFound(token))
  if (first === -1) return null
  const shown =
    tokens.length <= WHOLE_MAX
      ? tokens
      : tokens.slice(Math.max(0, first - AROUND), first + AROUND + 1)
  const isWhole = shown.length === tokens.length
  const [from, last] = [shown[0], shown.at(-1)]
  const until = isWhole ? text.length : (last?.index ?? 0) + (last?.[0].length ?? 0)
  let at = isWhole ? 0 : (from?.index ?? 0)
  let snippet = ''
  const matched: string[] = []
  for (const { 0: token, index } of shown) {
    if (!isFound(token)) continue
    snippet += `${text.slice(at, index)}${start}${token}${end}`
    at = index + token.length
    matched.push(token)
  }
  return { matched_tokens: matched, snippet: snippet + text.slice(at, until) }
}
