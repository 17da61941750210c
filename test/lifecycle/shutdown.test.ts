import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { StartedProgram } from '../support/program.ts'
import { type Answer, send } from '../support/server.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
})

afterAll(() => database.drop())

/** Sends requests one after the other, until the server no longer takes any. */
async function keepAsking(url: string, name: string): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  for (let count = 0; ; count += 1) {
    const answer = await send(url, 'POST', '/ledgers', { name: `${name} ${count}` }).catch(
      () => null,
    )
    if (answer === null) return answers
    answers.push(answer)
  }
}

test('what was accepted before the end is answered, and what was answered is there', async () => {
  const server = new StartedProgram(['serve', '--port', '0'], { DATABASE_URL: database.url })
  const url = await server.listening()
  const askers = Array.from({ length: 20 }, (_, index) => keepAsking(url, `asker ${index}`))
  await new Promise((resolve) => setTimeout(resolve, 500))
  const { code } = await server.stop()
  expect(code).toBe(0)
  const answers = (await Promise.all(askers)).flat()
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]))
  const [{ count } = { count: 0 }] = await database.query<{ count: number }>(
    `select count(*)::int as count from ledgers where name like 'asker %'`,
  )
  expect(answers.length).toBeGreaterThan(20)
  expect(count).toBe(answers.length)
})

test('connections that nobody has used yet do not keep it from stopping', async () => {
  const server = new StartedProgram(['serve', '--port', '0'], { DATABASE_URL: database.url })
  const { hostname, port } = new URL(await server.listening())
  const unused = connect(Number(port), hostname)
  await once(unused, 'connect')
  const started = performance.now()
  const { code } = await server.stop()
  expect(code).toBe(0)
  expect(performance.now() - started).toBeLessThan(10_000)
  unused.destroy()
})
