/** Keys of the API: who may use the server. */
import type { Command } from 'commander'
import { ConfigError } from '../config.ts'
import { isoOf, type Micros, microsOf } from '../ledger/index.ts'
import { withKeys } from '../maintenance.ts'
import { addSigningKeys } from './evidence.ts'
import { configOf, DATABASE_SETTINGS, type Options, withSettings } from './options.ts'

const NAME_MAX = 200
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Adds `keys create`, `keys list` and `keys revoke`. */
export function addKeys(program: Command): void {
  const keys = program.command('keys').description('Make, list and revoke API keys.')
  addSigningKeys(keys)
  const create = keys
    .command('create')
    .description(
      'Make a key. Its text goes to standard output, once; only a hash of it is kept. From the first key on every ' +
        'request needs one.',
    )
    .requiredOption('--name <name>', 'What the key is for')
    .option(
      '--scope <scope>',
      'resource:action, with * for all; may be repeated (else *:*)',
      several,
    )
    .option(
      '--organization <id>',
      'The only organization it may use; may be repeated (else all)',
      several,
    )
    .option(
      '--expires <when>',
      'A time such as 2027-01-31T00:00:00Z, a date, or 90d, 12h (else never)',
    )
  withSettings(create, DATABASE_SETTINGS).action(createKey)
  const list = keys
    .command('list')
    .description('List the keys, without what is secret of them.')
    .option('--json', 'As a JSON array')
  withSettings(list, DATABASE_SETTINGS).action(listKeys)
  const revoke = keys
    .command('revoke')
    .argument('<id>', 'The id of the key, from `keys list`')
    .description('Revoke a key for good. Servers refuse it within seconds.')
  withSettings(revoke, DATABASE_SETTINGS).action(revokeKey)
}

function several(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...value.split(',')]
}

async function createKey(options: Options): Promise<void> {
  const name = String(options['name']).trim()
  if (name === '' || name.length > NAME_MAX || name.includes('\0') || !name.isWellFormed())
    throw new ConfigError(`--name: between 1 and ${NAME_MAX} characters`)
  const organizations = options['organization'] as readonly string[] | undefined
  for (const id of organizations ?? [])
    if (!UUID.test(id)) throw new ConfigError(`--organization: ${id} is not an id`)
  const expires = options['expires'] as string | undefined
  const order = {
    name,
    scopes: (options['scope'] as readonly string[] | undefined) ?? ['*:*'],
    organizations: organizations?.map((id) => id.toLowerCase()) ?? null,
    owner: null,
    expiresAt: expires === undefined ? null : expiryOf(expires, Date.now() * 1000),
  }
  const { key, text } = await withKeys(configOf(options), (keys) => keys.create(order))
  console.log(text)
  console.error(
    `The key ${key.id} is made. Its text is shown this once:\n` +
      'send it as `Authorization: Bearer <key>` or as `X-Blnk-Key: <key>`.',
  )
}

const HOUR: Micros = 3_600_000_000
const UNITS: Readonly<Record<string, Micros>> = { h: HOUR, d: 24 * HOUR }

/** Reads when a key ends: a time, a date, or a while from now. */
function expiryOf(text: string, now: Micros): Micros {
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(text) ?? []
  const after = UNITS[unit ?? '']
  const at =
    after === undefined
      ? microsOf(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text)
      : now + Number(count) * after
  if (at === null) throw new ConfigError(`--expires: ${text} is no time, no date and no while`)
  if (at <= now) throw new ConfigError(`--expires: ${text} is over already`)
  return at
}

async function listKeys(options: Options): Promise<void> {
  const keys = await withKeys(configOf(options), (open) => open.list())
  const now = Date.now() * 1000
  const time = (micros: Micros | null) => (micros === null ? null : isoOf(micros))
  const rows = keys.map((key) => ({
    id: key.id,
    name: key.name,
    state: key.revokedAt !== null ? 'revoked' : (key.expiresAt ?? now) < now ? 'expired' : 'valid',
    scopes: key.scopes,
    organizations: key.organizations,
    owner: key.owner,
    createdAt: time(key.createdAt),
    expiresAt: time(key.expiresAt),
    revokedAt: time(key.revokedAt),
    lastUsedAt: time(key.lastUsedAt),
  }))
  if (options['json'] === true) return console.log(JSON.stringify(rows, null, 2))
  if (rows.length === 0) return console.log('There are no keys: authentication is off.')
  for (const row of rows)
    console.log(
      [
        row.id,
        row.state.padEnd(7),
        row.name,
        row.scopes.join(','),
        row.organizations?.join(',') ?? 'all organizations',
        ...(row.owner === null ? [] : [`of ${row.owner}`]),
        `used ${row.lastUsedAt ?? 'never'}`,
        `expires ${row.expiresAt ?? 'never'}`,
      ].join('  '),
    )
}

async function revokeKey(id: string, options: Options): Promise<void> {
  if (!UUID.test(id)) throw new ConfigError(`${id} is not the id of a key`)
  const revoked = await withKeys(configOf(options), (keys) => keys.revoke(id))
  if (!revoked) throw new ConfigError(`There is no key ${id}`)
  console.log(`The key ${id} is revoked.`)
}
