/** What searching needs from storage. */

/** How far the index has come. */
export type Followed = {
  /** Whether it has everything that the log of the book had. */
  readonly complete: boolean
  /** The last fact that it has; null when somebody else is moving it. */
  readonly position: string | null
}

/** Keeps what can be searched in step with the log of a book. */
export interface SearchIndex {
  /** Takes in the next facts of the log. Whoever calls while another does so takes nothing. */
  follow(bookId: number, limit: number): Promise<Followed>
}
