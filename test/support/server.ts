import { startServer } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { createDatabase, type TestDatabase } from './database.ts'

export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
  readonly body: any
}

export type TestServer = {
  readonly url: string
  readonly database: TestDatabase
  /** Sends a request; an object becomes a JSON body, a string is sent as it is. */
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>
  stop(): Promise<void>
}

/** Starts a server on a free port, on a database of its own unless one is given. */
export async function startTestServer(
  settings: Partial<Config> = {},
  given?: TestDatabase,
): Promise<TestServer> {
  const database = given ?? (await createDatabase())
  const config = {
    ...readConfig({}, {}, undefined),
    port: 0,
    databaseUrl: database.url,
    logLevel: 'silent',
    ...settings,
  } as const
  const running = await startServer(config)
  return {
    url: running.url,
    database,
    send: (method, path, body, headers) => send(running.url, method, path, body, headers),
    stop: async () => {
      await running.stop()
      if (given === undefined) await database.drop()
    },
  }
}

/** Sends one request and reads the whole answer; of a stream of events, which never ends, only how it begins. */
export async function send(
  base: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const payload = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(base + path, {
    method,
    body: payload,
    headers: { ...(payload === null ? {} : { 'content-type': 'application/json' }), ...headers },
  })
  const isEndless = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  if (isEndless) await response.body?.cancel()
  const text = isEndless ? '' : await response.text()
  return { status: response.status, headers: response.headers, text, body: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
