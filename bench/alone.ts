/** How long one client waits that asks for one posting after the other, over one connection. */
import { Agent, request } from 'node:http'
import type { Subject } from './faces.ts'
import { median } from './figures.ts'

/** The median in milliseconds. */
export async function measureAlone(
  url: string,
  subject: Subject,
  seconds: number,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const times: number[] = []
  const started = performance.now()
  try {
    for (let n = 0; performance.now() - started < seconds * 1000; n += 1) {
      const before = performance.now()
      await post(url + subject.path, subject, fill(subject, n), agent)
      times.push(performance.now() - before)
    }
  } finally {
    agent.destroy()
  }
  return median(times)
}

function fill({ body, ids }: Subject, n: number): string {
  return body
    .replaceAll('$n', `alone-${process.pid}-${n}`)
    .replaceAll('$a', ids[n % ids.length] ?? '')
    .replaceAll('$b', ids[(n + 1) % ids.length] ?? '')
}

function post(url: string, { headers }: Subject, body: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume()
      response.once('end', () =>
        response.statusCode === 201
          ? resolve()
          : reject(new Error(`A posting was answered ${response.statusCode}`)),
      )
    })
    sent.once('error', reject)
    sent.end(body)
  })
}
