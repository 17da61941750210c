/** The same for idempotency and scripts, with a server that takes equal transactions without a key for one, as the real one does. */
import { fileURLToPath } from 'node:url'
import { midaz } from '../player/dialect.ts'
import { replay } from '../player/replay.ts'

replay({
  face: 'Midaz',
  dialect: midaz,
  folder: import.meta.dirname,
  page: fileURLToPath(new URL('../../../docs/reference/differences.md', import.meta.url)),
  topics: ['20_idempotency', '23_dsl'],
  headers: { 'X-Midaz-Profile': 'v3' },
  settings: { midazImplicitIdempotency: true },
})
