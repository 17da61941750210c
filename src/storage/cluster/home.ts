/** Where the bundled PostgreSQL keeps its things. */
import { hash } from 'node:crypto'
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readlink,
  rmdir,
  stat,
  symlink,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ROOTS_FOLDER } from './binaries.ts'
import { canEnter, ownerOf, type SystemUser } from './user.ts'

/** A path of a socket must be shorter than this, whatever the system allows for other paths. */
const SOCKET_PATH_MAX = 100

/** The name of a socket in its folder: PostgreSQL makes it of the port. */
export const SOCKET_NAME = '.s.PGSQL.5432'

export type Home = {
  readonly dataDir: string
  /** The data directory of PostgreSQL itself. */
  readonly postgres: string
  /** The folder of its socket. */
  readonly sockets: string
  readonly log: string
}

/** Makes the folders, or finds them where they were made before. */
export async function prepareHome(dataDir: string, user: SystemUser | null): Promise<Home> {
  const absolute = path.resolve(dataDir)
  await mkdir(absolute, { recursive: true, mode: user === null ? 0o700 : 0o755 })
  const inside = path.join(absolute, 'postgres')
  const reachable = user === null || (await canEnter(user, absolute))
  const postgres = reachable ? inside : await elsewhere(inside)
  const log = path.join(path.dirname(postgres), 'postgres.log')
  return { dataDir: absolute, postgres, sockets: await socketFolder(postgres, user), log }
}

/**
 * A place within the reach of PostgreSQL's user, remembered by a link where the data would have been. The folders around
 * the data belong to root, so that the user can put nothing there for root to stumble over.
 */
async function elsewhere(link: string): Promise<string> {
  const there = await lstat(link).catch(() => null)
  if (there !== null && !there.isSymbolicLink())
    throw new Error(
      `The user that PostgreSQL runs as can no longer enter ${link}. Let others search the directories above it.`,
    )
  if (there !== null) return knownPlace(link)
  await mkdir(ROOTS_FOLDER, { recursive: true, mode: 0o755 })
  const folder = await mkdtemp(path.join(ROOTS_FOLDER, 'data-'))
  await chmod(folder, 0o755)
  try {
    await symlink(path.join(folder, 'postgres'), link)
  } catch (error) {
    await rmdir(folder)
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    // Another server that starts at the same time was faster.
    return knownPlace(link)
  }
  return path.join(folder, 'postgres')
}

async function knownPlace(link: string): Promise<string> {
  const place = await readlink(link)
  if ((await stat(path.dirname(place)).catch(() => null)) === null)
    throw new Error(
      `The data of ${link} was in ${place}, which is gone. Restore it, or remove the link.`,
    )
  return place
}

/** The same data directory always leads to the same folder, so that a PostgreSQL that still runs is found. */
async function socketFolder(postgres: string, user: SystemUser | null): Promise<string> {
  const beside = path.join(path.dirname(postgres), 'run')
  const name = `diptych-${hash('sha256', postgres).slice(0, 12)}`
  const folders = [
    beside,
    path.join(user === null ? tmpdir() : ROOTS_FOLDER, name),
    path.join('/tmp', name),
  ]
  const folder = folders.find((one) => `${one}/${SOCKET_NAME}`.length < SOCKET_PATH_MAX)
  if (folder === undefined)
    throw new Error('There is no place for a socket: every path is too long')
  await ownFolder(folder, user)
  return folder
}

/**
 * Makes a folder that PostgreSQL's user alone may enter. One that is there already and belongs to somebody else, or that
 * others may write to, is a trap: whoever owns the folder of a socket can put another in its place.
 */
async function ownFolder(folder: string, user: SystemUser | null): Promise<void> {
  const { uid, gid } = ownerOf(user)
  await mkdir(path.dirname(folder), { recursive: true, mode: 0o755 })
  try {
    await mkdir(folder, { mode: 0o700 })
    await chown(folder, uid, gid)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const info = await lstat(folder)
    // Made by root, and not handed over before the last run ended.
    if (info.isDirectory() && info.uid === process.getuid?.() && info.uid !== uid)
      await chown(folder, uid, gid)
    else if (!info.isDirectory() || info.uid !== uid || (info.mode & 0o022) !== 0)
      throw new Error(`${folder} is not ours: remove it, or choose another --data-dir`)
  }
}
