/** What both stories need: a server to ask, and a way to tell. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const SERVER = process.env['DIPTYCH_URL'] ?? 'http://127.0.0.1:3001'
const KEY = process.env['DIPTYCH_KEY']

export type Answer = {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a story looks into answers of every shape
  readonly body: any
}

/** Sends one request and reads the answer. */
export async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(SERVER + path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(KEY === undefined ? {} : { authorization: `Bearer ${KEY}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

/** Sends a request that cannot fail if the story is told right. */
export async function must(method: string, path: string, body?: unknown): Promise<Answer['body']> {
  const answer = await ask(method, path, body)
  if (answer.status < 300) return answer.body
  throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
}

export function tell(sentence: string): void {
  console.log(sentence)
}

/** Ends a story: every book is recomputed from its entries. The settings are those that the server has. */
export function verify(): void {
  const program = fileURLToPath(new URL('../bin/diptych.js', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'verify'], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stdout + stderr)
  tell(`verify: ${stdout.trim().split('. ').at(-1)}`)
}
