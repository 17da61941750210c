/** What a column may have been, and the leaf that the row would have with it. */
export type Guess = {
  readonly table: string
  readonly id: string
  readonly column: string
  readonly value: unknown
  readonly found: unknown
  leaf(): string
}

export type Guesses = {
  readonly guesses: readonly Guess[]
  /** What is left to suspect when no guess is right: columns by table. */
  readonly suspects: readonly {
    readonly table: string
    readonly id: string
    readonly columns: readonly string[]
  }[]
}
