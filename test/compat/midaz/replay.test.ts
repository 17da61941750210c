/** What a real Midaz answered, request by request, and what we answer to the same in the generation v3. */
import { fileURLToPath } from 'node:url'
import { midaz } from '../player/dialect.ts'
import { replay } from '../player/replay.ts'

replay({
  face: 'Midaz',
  dialect: midaz,
  folder: import.meta.dirname,
  page: fileURLToPath(new URL('../../../docs/reference/differences.md', import.meta.url)),
  topics: [
    '00_system',
    '01_organizations',
    '02_ledgers',
    '03_assets',
    '04_portfolios_segments',
    '05_accounts',
    '06_account_types',
    '10_balance_patch',
    '11_balances',
    '12_tx_json',
    '13_tx_multi',
    '14_tx_kinds',
    '15_pending',
    '16_revert',
    '21_tx_queries',
    '22_tx_many_operations',
    '24_asset_rates',
    '25_routes',
    '26_validate_routes',
    '27_history',
    '28_overdraft',
    '29_metadata_indexes',
    '30_deleted',
    '31_limits',
  ],
  headers: { 'X-Midaz-Profile': 'v3' },
})
