/** A subscriber that listens on loopback and keeps what it was told. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Told = {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into bodies of every shape
  readonly body: any
}

export type TestAnswer =
  | {
      readonly status: number
      readonly body?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  | 'hang'

export type TestSubscriber = {
  readonly url: string
  /** Everything that was sent, taken or not, in the order of arrival. */
  readonly told: Told[]
  /** What was answered with success, in the order of arrival. */
  readonly taken: Told[]
  /** Says how to answer; 200 unless it says otherwise. */
  answer: (told: Told) => TestAnswer | Promise<TestAnswer>
  /** Waits until that many were taken, or a condition on them holds. */
  until(condition: number | (() => boolean), ms?: number): Promise<void>
  stop(): Promise<void>
}

export async function startSubscriber(port = 0): Promise<TestSubscriber> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const text = Buffer.concat(chunks).toString('utf8')
      const { url: path = '', headers } = request
      const one: Told = { path, headers, text, body: JSON.parse(text) }
      subscriber.told.push(one)
      const answer = await subscriber.answer(one)
      if (answer === 'hang') return
      if (answer.status < 300) subscriber.taken.push(one)
      response.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const subscriber: TestSubscriber = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told: [],
    taken: [],
    answer: () => ({ status: 200 }),
    until: (condition, ms = 60_000) =>
      until(
        typeof condition === 'number' ? () => subscriber.taken.length >= condition : condition,
        ms,
      ),
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return subscriber
}

/** Waits until something holds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  ms = 60_000,
): Promise<void> {
  const end = performance.now() + ms
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('It did not come to hold in time')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
