/** The bounds of the engine, handed in by whoever runs it. */
export type EngineLimits = {
  /** Books that are kept at hand; one that has nothing to do makes room when there are more. */
  readonly booksMax: number
  /** Commands that may wait per book; past it a caller is told to come back later. */
  readonly queueMax: number
  /** Commands of one batch, unless a single group is larger. */
  readonly batchMax: number
  /** Balances remembered per book. */
  readonly balancesMax: number
  /** Holds, references and keys remembered per book, each. */
  readonly othersMax: number
  /** How long a command is kept while the database cannot be reached. */
  readonly outageMs: number
}

/** Too much is waiting already: nothing was written, and the caller may come back in a moment. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded'
}
