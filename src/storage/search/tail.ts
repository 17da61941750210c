/** What has happened in a book since its index was last moved. */
import type { Connections } from '../connection.ts'
import type { DocumentCollection } from './documents.ts'
import { BEGINNING, balancesTouched, type FactRow, touchedBy } from './facts.ts'

/** Facts that are looked at, the latest. An index further behind than that shows some rows as they were. */
const FACTS_MAX = 2_000

export type TailOf = {
  /** The last fact that the index has. */
  readonly position: string
  /** Whether everything that has happened since is in it. */
  readonly isWhole: boolean
  /** Transactions that were amended since. */
  readonly amended: readonly string[]
  readonly documents: Readonly<Record<DocumentCollection, readonly string[]>>
}

/** By key: the position, and a range of each half of the log behind it. */
const TAIL = `
select x.id, x.entity, x.subject_id
  from (select coalesce((select position from search_positions where book_id = $1), '${BEGINNING}') as position) p
  cross join lateral (
    (select p.position as id, '' as entity, p.position as subject_id)
    union all
    (select id, null, id from transactions where book_id = $1 and id > p.position order by id desc limit ${FACTS_MAX})
    union all
    (select id, entity, subject_id from events where book_id = $1 and id > p.position order by id desc limit ${FACTS_MAX})
  ) x`

export class Tail {
  readonly #connections: Connections

  constructor(connections: Connections) {
    this.#connections = connections
  }

  async of(bookId: number): Promise<TailOf> {
    const rows = await this.#connections.query<FactRow>('tail', TAIL, [bookId])
    const position = rows.find(({ entity }) => entity === '')?.id ?? BEGINNING
    const touched = touchedBy(rows)
    const { amended, documents } = touched
    if (rows.length === 1) return { position, isWhole: true, amended, documents }
    const balances = await balancesTouched(this.#connections, bookId, touched)
    const isWhole = rows.length <= FACTS_MAX
    return { position, isWhole, amended, documents: { ...documents, balances } }
  }
}
