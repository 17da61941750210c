import { randomBytes } from 'node:crypto'
import type { ApiKey, KeyStore } from '../auth/port.ts'
import { isoOf, type Micros } from '../ledger/index.ts'
import type { Querier } from './connection.ts'
import { plainArray, textArray } from './types.ts'

const COLUMNS =
  'id, name, hash, scopes, organizations, owner, created_at, expires_at, revoked_at, last_used_at'

type KeyRow = {
  readonly id: string
  readonly name: string
  readonly hash: string
  readonly scopes: readonly string[]
  readonly organizations: readonly string[] | null
  readonly owner: string | null
  readonly created_at: Micros
  readonly expires_at: Micros | null
  readonly revoked_at: Micros | null
  readonly last_used_at: Micros | null
}

function keyOf(row: KeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    hash: row.hash,
    scopes: row.scopes,
    organizations: row.organizations,
    owner: row.owner,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  }
}

export class PostgresKeyStore implements KeyStore {
  readonly #querier: Querier

  constructor(querier: Querier) {
    this.#querier = querier
  }

  async insert(key: ApiKey): Promise<void> {
    await this.#querier.query(
      'insert key',
      `insert into api_keys (${COLUMNS}) values ($1, $2, $3, $4::text[], $5::uuid[], $6, $7, $8, $9, $10)`,
      [
        key.id,
        key.name,
        key.hash,
        textArray(key.scopes),
        key.organizations === null ? null : plainArray(key.organizations),
        key.owner,
        isoOf(key.createdAt),
        key.expiresAt === null ? null : isoOf(key.expiresAt),
        key.revokedAt === null ? null : isoOf(key.revokedAt),
        key.lastUsedAt === null ? null : isoOf(key.lastUsedAt),
      ],
    )
  }

  async byHash(hash: string): Promise<ApiKey | null> {
    const [row] = await this.#querier.query<KeyRow>(
      'key by hash',
      `select ${COLUMNS} from api_keys where hash = $1`,
      [hash],
    )
    return row === undefined ? null : keyOf(row)
  }

  async list(): Promise<readonly ApiKey[]> {
    const rows = await this.#querier.query<KeyRow>(
      'keys of the server',
      `select ${COLUMNS} from api_keys order by created_at, id`,
      [],
    )
    return rows.map(keyOf)
  }

  /** Reads a range of api_keys_by_owner, backwards. */
  async listOf(owner: string, limit: number, before: string | null): Promise<readonly ApiKey[]> {
    const rows = await this.#querier.query<KeyRow>(
      'keys of an owner',
      `select ${COLUMNS} from api_keys
        where owner = $1
          and ($3::uuid is null or (created_at, id) < (select created_at, id from api_keys where id = $3::uuid))
        order by created_at desc, id desc limit $2`,
      [owner, limit, before],
    )
    return rows.map(keyOf)
  }

  async revoke(id: string, owner: string | null, at: Micros): Promise<string | null> {
    const [row] = await this.#querier.query<{ hash: string }>(
      'revoke key',
      `update api_keys set revoked_at = coalesce(revoked_at, $3)
        where id = $1 and ($2::text is null or owner = $2) returning hash`,
      [id, owner, isoOf(at)],
    )
    return row?.hash ?? null
  }

  async any(): Promise<boolean> {
    const rows = await this.#querier.query('any key', 'select 1 from api_keys limit 1', [])
    return rows.length > 0
  }

  async markUsed(ids: readonly string[], at: Micros): Promise<void> {
    await this.#querier.query(
      'mark keys used',
      'update api_keys set last_used_at = $2 where id = any ($1::uuid[])',
      [plainArray(ids), isoOf(at)],
    )
  }

  async pepper(): Promise<string> {
    await this.#querier.query(
      'make pepper',
      `insert into settings (name, value) values ('key_pepper', to_jsonb($1::text)) on conflict (name) do nothing`,
      [randomBytes(32).toString('hex')],
    )
    const [row] = await this.#querier.query<{ value: string }>(
      'pepper',
      `select value from settings where name = 'key_pepper'`,
      [],
    )
    return row?.value ?? ''
  }
}
