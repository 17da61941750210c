/** The files of the repository, as git knows them. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Paths of tracked files, and of those that are about to be, relative to the root. */
export function files(pattern: RegExp): readonly string[] {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return list.split('\n').filter((file) => pattern.test(file) && existsSync(path.join(ROOT, file)))
}

export function contentOf(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8')
}
