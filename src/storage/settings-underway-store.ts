import type { SettingsUnderway } from '../directory/port.ts'
import { isoOf, type Micros } from '../ledger/index.ts'
import type { Querier, Row } from './connection.ts'

type UnderwayRow = Row & {
  readonly bookId: number
  readonly id: string
  readonly ledgerId: string
  readonly notedAt: Micros
}

/** A work list across all books, which is nearly always empty. */
export function settingsUnderwayStore(querier: Querier): SettingsUnderway {
  return {
    async note({ bookId, id, ledgerId, notedAt }) {
      await querier.query(
        'note settings',
        'insert into settings_underway (book_id, id, ledger_id, noted_at) values ($1, $2, $3, $4)',
        [bookId, id, ledgerId, isoOf(notedAt)],
      )
    },
    async done({ bookId, id }) {
      await querier.query(
        'settings in force',
        'delete from settings_underway where book_id = $1 and id = $2',
        [bookId, id],
      )
    },
    left(limit) {
      return querier.query<UnderwayRow>(
        'settings underway',
        `select book_id as "bookId", id, ledger_id as "ledgerId", noted_at as "notedAt"
           from settings_underway order by noted_at limit $1`,
        [limit],
      )
    },
  }
}
