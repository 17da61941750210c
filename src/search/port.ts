/** What searching needs from storage. */

/** How far the index has come: whether it has everything that the log of the book had, and how many facts it took. */
export type Followed = { readonly complete: boolean; readonly facts: number }

/** Keeps what can be searched in step with the log of a book. */
export interface SearchIndex {
  /** Takes in the next facts of the log. Whoever calls while another does so takes nothing. */
  follow(bookId: number, limit: number): Promise<Followed>
}
