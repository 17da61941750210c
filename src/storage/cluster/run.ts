/** Running the programs of PostgreSQL. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import type { SystemUser } from './user.ts'

/** What PostgreSQL sees of the environment: nothing that could change what it does. */
export const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', PATH: process.env['PATH'] }

/** Whom to run a program as. */
export function identity(user: SystemUser | null): { uid?: number; gid?: number } {
  return user === null ? {} : { uid: user.uid, gid: user.gid }
}

/** Runs a program to its end; throws with what it said when it fails. */
export function run(
  program: string,
  args: readonly string[],
  user: SystemUser | null,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...identity(user), cwd: '/', env: ENVIRONMENT })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${path.basename(program)} failed (${code}): ${output.trim()}`))
    })
  })
}

export function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis))
}
