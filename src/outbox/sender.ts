/** Sends letters over HTTP: bounded in time and in what is read of the answer, and never where it must not. */
import http from 'node:http'
import https from 'node:https'
import type { Destinations } from './destination.ts'
import { Refused } from './destination.ts'
import type { Letter } from './wording.ts'

export type SenderLimits = {
  /** Connections to one host. */
  readonly socketsMax: number
  /** How long an idle connection is kept. */
  readonly idleMs: number
  /** Bytes of an answer that are read. */
  readonly answerMax: number
}

/** What came of a request. */
export type Reply =
  | { readonly answered: true; readonly status: number; readonly body: string }
  /** Why nobody answered, in few words that name nobody. */
  | { readonly answered: false; readonly reason: string }

export class Sender {
  readonly #destinations: Destinations
  readonly #limits: SenderLimits
  readonly #agents: { readonly 'http:': http.Agent; readonly 'https:': https.Agent }

  constructor(destinations: Destinations, limits: SenderLimits) {
    this.#destinations = destinations
    this.#limits = limits
    const pool = { keepAlive: true, maxSockets: limits.socketsMax, timeout: limits.idleMs }
    this.#agents = { 'http:': new http.Agent(pool), 'https:': new https.Agent(pool) }
  }

  /** Sends a letter and waits for the answer, at most for a time. Redirects are not followed: they are answers. */
  async post(url: string, letter: Letter, timeoutMs: number, signal: AbortSignal): Promise<Reply> {
    const fault = this.#destinations.fault(url)
    if (fault !== null) return { answered: false, reason: `the URL ${fault}` }
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    for (;;) {
      try {
        return await this.#request(new URL(url), letter, deadline)
      } catch (error) {
        // The other side closed a connection that had been idle, before it saw anything of this request.
        if (error instanceof Stale && !deadline.aborted) continue
        return { answered: false, reason: reasonOf(error, deadline) }
      }
    }
  }

  #request(url: URL, letter: Letter, signal: AbortSignal): Promise<Reply> {
    const body = Buffer.from(letter.body)
    const { protocol } = url
    const options = {
      method: 'POST',
      agent: this.#agents[protocol === 'https:' ? 'https:' : 'http:'],
      lookup: this.#destinations.lookup,
      signal,
      headers: { ...letter.headers, 'content-length': String(body.length) },
    }
    return new Promise((resolve, reject) => {
      const request = (protocol === 'https:' ? https : http).request(url, options)
      request.on('error', (error: NodeJS.ErrnoException) => {
        reject(request.reusedSocket && error.code === 'ECONNRESET' ? new Stale() : error)
      })
      request.on('response', (response) => {
        this.#read(response).then(
          (text) => resolve({ answered: true, status: response.statusCode ?? 0, body: text }),
          reject,
        )
      })
      request.end(body)
    })
  }

  /** The beginning of the answer; what is longer is cut off together with its connection. */
  async #read(response: http.IncomingMessage): Promise<string> {
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length <= this.#limits.answerMax) continue
      response.destroy()
      break
    }
    return Buffer.concat(chunks).toString('utf8', 0, this.#limits.answerMax)
  }

  close(): void {
    this.#agents['http:'].destroy()
    this.#agents['https:'].destroy()
  }
}

class Stale extends Error {}

function reasonOf(error: unknown, deadline: AbortSignal): string {
  if (error instanceof Refused) return error.message
  if (deadline.aborted) return 'no answer in time'
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : 'the connection failed'
}
