/** What a real Blnk answered, request by request, and what we answer to the same. */
import { fileURLToPath } from 'node:url'
import { blnk } from '../player/dialect.ts'
import { replay } from '../player/replay.ts'

replay({
  face: 'Blnk',
  dialect: blnk,
  folder: import.meta.dirname,
  page: fileURLToPath(new URL('../../../docs/reference/differences.md', import.meta.url)),
  topics: ['01_ledgers', '07_monitors', '25_reconciliation', '27_recon_instant'],
})
