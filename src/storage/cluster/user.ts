/** Whom PostgreSQL runs as. It refuses to run as root, so root lends it an unprivileged user of the system. */
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'

export type SystemUser = { readonly name: string; readonly uid: number; readonly gid: number }

/** A user of its own first: whoever else runs as nobody could read what nobody owns. */
const CANDIDATES = ['postgres', 'nobody']

/** The user to run PostgreSQL as, or null when it may run as whoever runs the server. */
export async function databaseUser(): Promise<SystemUser | null> {
  if (process.getuid?.() !== 0) return null
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  for (const name of CANDIDATES) {
    const [, , uid, gid] = lines.find(([candidate]) => candidate === name) ?? []
    if (uid !== undefined && gid !== undefined) return { name, uid: Number(uid), gid: Number(gid) }
  }
  throw new Error(
    'PostgreSQL does not run as root, and this system has neither a user postgres nor a user nobody. ' +
      'Start the server as another user, or give it a database with DATABASE_URL.',
  )
}

/** Who owns what PostgreSQL writes. */
export function ownerOf(user: SystemUser | null): { readonly uid: number; readonly gid: number } {
  return user ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
}

/** Whether the user may enter the directory, which needs the right to search every directory above it too. */
export async function canEnter(user: SystemUser, directory: string): Promise<boolean> {
  for (let current = path.resolve(directory); ; current = path.dirname(current)) {
    const info = await stat(current).catch(() => null)
    if (info !== null) {
      const bit = info.uid === user.uid ? 0o100 : info.gid === user.gid ? 0o010 : 0o001
      if ((info.mode & bit) === 0) return false
    }
    if (current === path.dirname(current)) return true
  }
}
