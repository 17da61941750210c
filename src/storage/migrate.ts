/**
 * Brings a database up to the schema of this program, under a lock, one numbered file after the other, each in its own
 * transaction. Goes forward only, and refuses a schema from the future.
 */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

const SQL_FOLDER = fileURLToPath(new URL('../../sql/', import.meta.url))

/** Any number, the same in every server: whoever has the lock migrates, the others wait. */
const LOCK = 5_713_002

/** The role that the server works as: it may add to the journals, and neither change nor remove what is there. */
export const SERVER_ROLE = 'diptych_server'

const JOURNALS = ['batches', 'events', 'transactions', 'entries', 'checkpoints']

export class SchemaFromTheFuture extends Error {
  override readonly name = 'SchemaFromTheFuture'
}

/** The schema is older than this program. */
export class SchemaOutdated extends Error {
  override readonly name = 'SchemaOutdated'
}

type Migration = { readonly number: number; readonly name: string; readonly sql: string }

async function migrations(): Promise<readonly Migration[]> {
  const names = (await readdir(SQL_FOLDER)).filter((name) => /^\d{4}-.*\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (name) => ({
      number: Number(name.slice(0, 4)),
      name,
      sql: await readFile(`${SQL_FOLDER}${name}`, 'utf8'),
    })),
  )
}

/**
 * Migrates the database at the URL, which must be its owner's. The login of the other URL, when it is not the owner's,
 * may work as the server's role afterwards.
 *
 * @returns the names of the migrations that were run
 * @throws SchemaFromTheFuture when a newer program migrated it
 */
export async function migrate(
  ownerUrl: string,
  serverUrl: string = ownerUrl,
): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'diptych migrate' })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK])
    await client.query(
      `create table if not exists schema_migrations (
         number integer not null primary key, name text not null, applied_at timestamptz not null default now())`,
    )
    const open = await openMigrations(client)
    for (const migration of open) await run(client, migration)
    if (open.length > 0 || !(await grantsAreSet(client))) await setGrants(client)
    await admit(client, loginOf(serverUrl))
    return open.map((migration) => migration.name)
  } finally {
    await client.end()
  }
}

/** The migrations that have not been run yet. */
async function openMigrations(client: pg.Client): Promise<readonly Migration[]> {
  const done = await client.query<{ number: number }>('select number from schema_migrations')
  const known = await migrations()
  const newest = Math.max(0, ...known.map((migration) => migration.number))
  const future = done.rows.find((row) => row.number > newest)
  if (future !== undefined)
    throw new SchemaFromTheFuture(
      `The database has migration ${future.number}, this program knows ${newest}: run a newer version`,
    )
  const applied = new Set(done.rows.map((row) => row.number))
  return known.filter((migration) => !applied.has(migration.number))
}

/** @throws SchemaOutdated or SchemaFromTheFuture when the database is not at the schema of this program */
export async function assertCurrent(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('schema_migrations') is not null as there`,
  )
  const open = rows[0]?.there === true ? await openMigrations(client) : await migrations()
  if (open.length > 0)
    throw new SchemaOutdated(
      `The database lacks migration ${open[0]?.name}: run \`diptych migrate\` first`,
    )
}

async function run(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(migration.sql)
    await client.query('insert into schema_migrations (number, name) values ($1, $2)', [
      migration.number,
      migration.name,
    ])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw new Error(`Migration ${migration.name} failed`, { cause: error })
  }
}

async function grantsAreSet(client: pg.Client): Promise<boolean> {
  const result = await client.query<{ granted: boolean }>(
    `select coalesce((select has_table_privilege(oid, 'entries', 'insert') from pg_roles where rolname = $1), false)
       as granted`,
    [SERVER_ROLE],
  )
  return result.rows[0]?.granted ?? false
}

/** What the server's role may do. Journals are append-only by right, not by habit. */
async function setGrants(client: pg.Client): Promise<void> {
  const role = SERVER_ROLE
  await makeRole(client)
  await client.query(`begin;
    grant usage on schema public to ${role};
    grant select, insert, update, delete on all tables in schema public to ${role};
    revoke update, delete, truncate on ${JOURNALS.join(', ')} from ${role};
    revoke all on schema_migrations from ${role};
    grant select on schema_migrations to ${role};
    revoke delete on books, holds from ${role};
    commit`)
}

async function makeRole(client: pg.Client): Promise<void> {
  const { rows } = await client.query('select from pg_roles where rolname = $1', [SERVER_ROLE])
  if (rows.length === 0) await asOwner(client, `create role ${SERVER_ROLE} nologin`)
}

/** Lets a login work as the server's role, unless it may already. */
async function admit(client: pg.Client, login: string | null): Promise<void> {
  const { rows } = await client.query<{ name: string; member: boolean }>(
    `select r.rolname as name, pg_has_role(r.oid, s.oid, 'member') as member
       from pg_roles r, pg_roles s where r.rolname = coalesce($1, current_user) and s.rolname = $2`,
    [login, SERVER_ROLE],
  )
  for (const { name, member } of rows)
    if (!member) await asOwner(client, `grant ${SERVER_ROLE} to ${pg.escapeIdentifier(name)}`)
}

/** Runs what the owner of a database may not be allowed to do; then the operator is told what to run. */
async function asOwner(client: pg.Client, statement: string): Promise<void> {
  try {
    await client.query(statement)
  } catch (cause) {
    throw new Error(
      `The server works as the role ${SERVER_ROLE}, which the owner of this database may not set up. ` +
        `Let an administrator run: ${statement};`,
      { cause },
    )
  }
}

/** The login that a database URL names, or null when it names none. */
function loginOf(url: string): string | null {
  const name = new URL(url.replace('@/', '@socket/')).username
  return name === '' ? null : decodeURIComponent(name)
}
