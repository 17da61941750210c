/** What a real Blnk answered, request by request, and what we answer to the same. */
import { fileURLToPath } from 'node:url'
import { blnk } from '../player/dialect.ts'
import { replay } from '../player/replay.ts'

replay({
  face: 'Blnk',
  dialect: blnk,
  folder: import.meta.dirname,
  page: fileURLToPath(new URL('../../../docs/reference/differences.md', import.meta.url)),
  settings: { tokenizationKeys: [Buffer.alloc(32, 'secret')] },
  topics: [
    ...[
      '00_system',
      '01_ledgers',
      '02_balances',
      '03_balance_identity',
      '04_identities',
      '05_tokenization',
      '06_accounts',
    ],
    ...['07_monitors', '10_txn_sync', '11_txn_validation', '12_txn_amounts', '13_txn_queue'],
    ...['14_inflight_sync', '15_inflight_queue', '16_inflight_bulk', '17_refund', '18_overdraft'],
    ...['20_split', '21_bulk', '22_dates', '23_metadata', '24_lineage'],
    ...['25_reconciliation', '26_search'],
    ...['27_recon_instant', '30_dry_run', '31_stories', '32_inflight_edge', '33_backup'],
    ...['34_split_partial'],
  ],
})
