/** Servers that are killed while they tell: nothing is lost, and nothing comes out of its order. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { StartedProgram } from '../support/program.ts'
import { send } from '../support/server.ts'
import { startSubscriber, type TestSubscriber } from '../support/subscriber.ts'

let database: TestDatabase
let subscriber: TestSubscriber
const running = new Set<StartedProgram>()

beforeAll(async () => {
  database = await createDatabase()
  subscriber = await startSubscriber()
})

afterAll(async () => {
  for (const program of running) await program.stop('SIGKILL')
  await subscriber.stop()
  await database.drop()
})

async function startServer(): Promise<{ readonly program: StartedProgram; readonly url: string }> {
  const program = new StartedProgram(['serve', '--port', '0'], {
    DATABASE_URL: database.url,
    DIPTYCH_BLNK_WEBHOOK_URL: subscriber.url,
    DIPTYCH_WEBHOOK_ALLOW: '127.0.0.0/8',
    DIPTYCH_LOG_LEVEL: 'silent',
  })
  running.add(program)
  return { program, url: await program.listening() }
}

async function kill(program: StartedProgram): Promise<void> {
  running.delete(program)
  await program.stop('SIGKILL')
}

/** Posts without end to whichever of the servers lives; keeps what was acknowledged. */
class Load {
  readonly acknowledged: string[] = []
  readonly urls = new Set<string>()
  #isOn = true
  readonly #work: Promise<unknown>

  constructor(clients: number) {
    this.#work = Promise.all(Array.from({ length: clients }, (_, client) => this.#post(client)))
  }

  async #post(client: number): Promise<void> {
    for (let count = 0; this.#isOn; count += 1) {
      const url = [...this.urls][(client + count) % Math.max(1, this.urls.size)]
      const reference = `load-${client}-${count}`
      const answer =
        url === undefined
          ? null
          : await send(url, 'POST', '/transactions', transaction(reference)).catch(() => null)
      if (answer?.status === 201) this.acknowledged.push(reference)
      else await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async end(): Promise<void> {
    this.#isOn = false
    await this.#work
  }
}

function transaction(reference: string): object {
  return {
    reference,
    amount: 1,
    precision: 100,
    currency: 'USD',
    description: 'load',
    source: '@World',
    destination: '@Till',
    allow_overdraft: true,
    skip_queue: true,
  }
}

function references(): readonly string[] {
  const told = subscriber.taken.filter(({ body }) => body.event === 'transaction.applied')
  return told.map(({ body }) => body.data.reference as string)
}

describe('servers that are killed', () => {
  test('have told everything in the order of the book by the time that others have gone on', async () => {
    const load = new Load(8)
    let one = await startServer()
    const two = await startServer()
    load.urls.add(one.url).add(two.url)
    for (let round = 0; round < 2; round += 1) {
      const before = subscriber.taken.length
      await subscriber.until(before + 50)
      load.urls.delete(one.url)
      await kill(one.program)
      one = await startServer()
      load.urls.add(one.url)
    }
    await subscriber.until(subscriber.taken.length + 50)
    load.urls.delete(two.url)
    await kill(two.program)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await load.end()

    const rows = await database.query<{ reference: string }>(
      `select reference from transactions where kind = 'transfer' order by id`,
    )
    const committed = rows.map(({ reference }) => reference)
    await subscriber.until(() => new Set(references()).size >= committed.length)
    expect([...new Set(references())]).toEqual(committed)
    const known = new Set(committed)
    expect(load.acknowledged.filter((reference) => !known.has(reference))).toEqual([])
    expect(load.acknowledged.length).toBeGreaterThan(100)
  })
})
