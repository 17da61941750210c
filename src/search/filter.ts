/** What documents are asked for: conditions on their fields, and words in their texts. */

/** A condition on a document. Values of ids are without their prefixes, times are seconds since 1970. */
export type Filter =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Filter[] }
  | { readonly kind: 'not'; readonly of: Filter }
  /**
   * The text has all words of another, of the last perhaps only the beginning; or it is that text, upper and lower case
   * alike.
   */
  | {
      readonly kind: 'words'
      readonly field: string
      readonly text: string
      readonly how: 'words' | 'begun' | 'whole'
    }
  /** A number or a time between two, both included where it is said; null for no end. */
  | {
      readonly kind: 'range'
      readonly field: string
      readonly from: Bound | null
      readonly to: Bound | null
    }
  | { readonly kind: 'equal'; readonly field: string; readonly value: string }

export type Bound = { readonly value: string; readonly included: boolean }

export const EVERYTHING: Filter = { kind: 'all', of: [] }

/** Words that must all be there, each in one of some fields; of each any of its spellings will do. */
export type TextQuery = {
  readonly fields: readonly string[]
  readonly words: readonly WordQuery[]
}

export type WordQuery = {
  readonly spellings: readonly string[]
  /** Whether it is the beginning of a word. */
  readonly prefix: boolean
}

export type Sort = {
  /** Null for how well the text matches. */
  readonly field: string | null
  readonly order: 'asc' | 'desc'
}
