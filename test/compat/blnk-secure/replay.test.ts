/** What a real Blnk answered to callers with keys, and what we answer to the same. */
import { fileURLToPath } from 'node:url'
import { makeKey } from '../../support/keys.ts'
import { blnk } from '../player/dialect.ts'
import { replay } from '../player/replay.ts'

replay({
  face: 'Blnk with keys',
  dialect: blnk,
  folder: import.meta.dirname,
  page: fileURLToPath(new URL('../../../docs/reference/differences.md', import.meta.url)),
  prepare: async (database) => ({ MASTER_KEY: await makeKey(database, ['*:*']) }),
})
