/**
 * Runs the commands of the documentation against a server of their own. With UPDATE_DOCS=1 it writes what they print into
 * the pages instead of comparing.
 */
import { spawn } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROGRAM } from '../support/program.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { normalized, sessionOf, withOutputs } from './console.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const WRITTEN = 'http://127.0.0.1:3001'
const END = '\u0001'

const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT })]
  .map((file) => ({ file, text: readFileSync(path.join(ROOT, file), 'utf8') }))
  .filter(({ text }) => sessionOf(text).steps.length > 0)

/** Runs commands one after the other in one shell; returns what each printed. */
function runAll(commands: readonly string[], server: TestServer): Promise<readonly string[]> {
  const script = [
    `npx() { shift; "${process.execPath}" "${PROGRAM}" "$@"; }`,
    ...commands.map((command) => `${command.replaceAll(WRITTEN, server.url)}\nprintf '${END}'`),
  ].join('\n')
  return new Promise((resolve, reject) => {
    const shell = spawn('/bin/bash', ['-c', script], {
      cwd: ROOT,
      env: { ...process.env, DATABASE_URL: server.database.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    shell.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    shell.on('error', reject)
    shell.on('close', () =>
      resolve(output.split(END).map((text) => text.replaceAll(server.url, WRITTEN).trimEnd())),
    )
  })
}

describe.each(pages)('$file', ({ file, text }) => {
  let server: TestServer

  beforeAll(async () => {
    server = await startTestServer()
  })

  afterAll(() => server.stop())

  test('its commands print what it says', async () => {
    const { steps } = sessionOf(text)
    const outputs = await runAll(
      steps.map((step) => step.command),
      server,
    )
    if (process.env['UPDATE_DOCS'] !== undefined) {
      writeFileSync(path.join(ROOT, file), withOutputs(text, outputs))
      return
    }
    for (const [index, { command, printed }] of steps.entries())
      expect(normalized(outputs[index] ?? ''), command).toBe(normalized(printed))
  })
})
