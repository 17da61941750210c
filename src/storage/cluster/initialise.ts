/** Making a data directory of PostgreSQL: beside its place, and moved there when it is whole. */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import {
  chmod,
  chown,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import type { Binaries } from './binaries.ts'
import type { Home } from './home.ts'
import { isAlive } from './postmaster.ts'
import { run } from './run.ts'
import { ownerOf, type SystemUser } from './user.ts'

/** The role that owns the database. */
export const OWNER = 'diptych_owner'

/** The passwords of the roles, kept where only PostgreSQL's user, and root, can read them. */
export type Passwords = { readonly owner: string; readonly server: string }

const PASSWORD_FILE = 'diptych-passwords'
const MAKING = 'making-'

/** Makes the data directory unless it is there; returns the passwords that go with it. */
export async function initialise(
  home: Home,
  binaries: Binaries,
  user: SystemUser | null,
): Promise<Passwords> {
  const known = await readPasswords(home)
  if (known !== null) return known
  if ((await stat(path.join(home.postgres, 'PG_VERSION')).catch(() => null)) !== null)
    throw new Error(
      `${home.postgres} holds a PostgreSQL that is not ours. Choose another --data-dir, or use it with DATABASE_URL.`,
    )
  const parent = path.dirname(home.postgres)
  await removeLeftovers(parent)
  const making = await mkdtemp(path.join(parent, `${MAKING}${process.pid}-`))
  try {
    await chmod(making, 0o700)
    const passwords = await fill(making, binaries, user)
    await rename(making, home.postgres)
    return passwords
  } catch (error) {
    await rm(making, { recursive: true, force: true })
    // Another server that starts at the same time was faster: its data directory is as good.
    const theirs = await readPasswords(home)
    if (theirs !== null) return theirs
    throw error
  }
}

/** Opened without following links: whoever may write there must not lead us elsewhere. */
async function readPasswords(home: Home): Promise<Passwords | null> {
  const file = path.join(home.postgres, PASSWORD_FILE)
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      return JSON.parse(await handle.readFile('utf8')) as Passwords
    } finally {
      await handle.close()
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Error(`${file} cannot be read. Does somebody else own the data directory?`, { cause })
  }
}

/** What servers left behind that were killed while they made a data directory. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, pid] = /^making-(\d+)-/.exec(name) ?? []
    if (pid !== undefined && Number(pid) !== process.pid && isAlive(Number(pid))) continue
    if (name.startsWith(MAKING)) await rm(path.join(parent, name), { recursive: true, force: true })
  }
}

async function fill(
  making: string,
  binaries: Binaries,
  user: SystemUser | null,
): Promise<Passwords> {
  const { uid, gid } = ownerOf(user)
  const passwords = { owner: secret(), server: secret() }
  const passwordFile = `${making}.password`
  await chown(making, uid, gid)
  try {
    await writeFile(passwordFile, passwords.owner, { mode: 0o600, flag: 'wx' })
    await chown(passwordFile, uid, gid)
    await run(binaries.initdb, initdbArguments(making, passwordFile), user)
  } finally {
    await rm(passwordFile, { force: true })
  }
  const kept = path.join(making, PASSWORD_FILE)
  await writeFile(kept, JSON.stringify(passwords), { mode: 0o600, flag: 'wx' })
  await chown(kept, uid, gid)
  return passwords
}

function secret(): string {
  return randomBytes(24).toString('base64url')
}

function initdbArguments(directory: string, passwordFile: string): readonly string[] {
  return [
    `--pgdata=${directory}`,
    `--username=${OWNER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--data-checksums',
  ]
}

/** @throws when the data was written by another major version of PostgreSQL */
export async function checkVersion(home: Home, binaries: Binaries): Promise<void> {
  const version = (await readFile(path.join(home.postgres, 'PG_VERSION'), 'utf8')).trim()
  if (version === binaries.major) return
  throw new Error(
    `The data in ${home.postgres} is of PostgreSQL ${version}, the bundled one is ${binaries.major}. ` +
      'Dump it with the version of Diptych that wrote it, and restore it into a new data directory.',
  )
}
