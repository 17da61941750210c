import { expect, test } from 'vitest'
import { makeSmallBook, openBalance, openEngine } from '../support/engine.ts'
import { fileDatabase } from '../support/file-database.ts'
import { accepted, FAR, outcomeOf, post } from '../support/posts.ts'

const YEAR = 365 * 24 * 3600 * 1_000_000

let offset = 0

const database = await fileDatabase()
const now = () => Date.now() * 1000 + offset
const server = database.closing(openEngine(database.url, {}, {}, { now }))

test('a book goes on in order when the clock jumps back and ahead', async () => {
  const { bookId, from, to } = await makeSmallBook(server)
  const ids: string[] = []
  for (const jump of [0, -YEAR, YEAR, -50 * YEAR, 30 * YEAR, 0, -1]) {
    offset = jump
    for (let count = 0; count < 3; count += 1)
      ids.push(await accepted(server, bookId, post(from, to, 1n)))
  }
  offset = 0
  expect([...ids].sort()).toEqual(ids)
  const times = await database.query<{ later: boolean }>(
    `select recorded_at > lag(recorded_at) over (order by seq) as later from batches where book_id = $1`,
    [bookId],
  )
  expect(times.slice(1).every(({ later }) => later)).toBe(true)
})

test('a key is remembered when the clock jumps back', async () => {
  const { bookId, from, to } = await makeSmallBook(server)
  const key = { key: 'k', fingerprint: 'f', expiresAt: FAR }
  const id = await accepted(server, bookId, post(from, to, 1n, { key }))
  offset = -YEAR
  expect(await outcomeOf(server, bookId, post(from, to, 1n, { key }))).toEqual({
    id,
    isReplay: true,
  })
  offset = 0
})

test('a clock beyond what can be told exactly stops everything before anything is written', async () => {
  const { bookId, from, to } = await makeSmallBook(server)
  await accepted(server, bookId, post(from, to, 1n))
  offset = 300 * YEAR
  await expect(server.engine.submit(bookId, [post(from, to, 1n)])).rejects.toThrow('2255')
  await expect(openBalance(server, bookId)).rejects.toThrow('2255')
  offset = 0
  await accepted(server, bookId, post(from, to, 1n))
})
