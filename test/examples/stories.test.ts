/** Runs the stories as the README tells them to be run, and compares what they tell with what it shows. */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'

const README = fileURLToPath(new URL('../../README.md', import.meta.url))

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.stop())

function run(file: string): Promise<{ code: number | null; said: string }> {
  const story = fileURLToPath(new URL(`../../${file}`, import.meta.url))
  const child = spawn(process.execPath, [story], {
    env: { ...process.env, DIPTYCH_URL: server.url, DATABASE_URL: server.database.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said: said.trim() })))
}

test.each(['examples/acquisition.ts', 'examples/investigation.ts'])(
  '%s tells what the README shows',
  async (file) => {
    const block = new RegExp(
      `(<!-- output of ${file} -->\\n\`\`\`text\\n)([\\s\\S]*?)(^\`\`\`$)`,
      'm',
    )
    const readme = readFileSync(README, 'utf8')
    const { code, said } = await run(file)
    expect({ code, said }).toMatchObject({ code: 0 })
    if (process.env['UPDATE_DOCS'] === undefined) expect(block.exec(readme)?.[2]?.trim()).toBe(said)
    else
      writeFileSync(
        README,
        readme.replace(block, (_, head: string, __, end: string) => `${head}${said}\n${end}`),
      )
  },
)
