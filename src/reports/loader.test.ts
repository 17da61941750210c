import { expect, test } from 'vitest'
import { Loader } from './loader.ts'

type Statement = {
  readonly bookId: number
  readonly ids: readonly string[]
  answer(): void
  fail(): void
}

/** A loader, and the statements that it has begun. */
function loaderOf() {
  const begun: Statement[] = []
  const loader = new Loader<{ readonly id: string }>(
    (bookId, ids) =>
      new Promise((resolve, reject) => {
        begun.push({
          bookId,
          ids,
          answer: () => resolve(ids.filter((id) => id !== 'nobody').map((id) => ({ id }))),
          fail: () => reject(new Error('away')),
        })
      }),
  )
  return { begun, loader }
}

const soon = () => new Promise((resolve) => setImmediate(resolve))

test('look-ups that arrive together are one statement, which asks for each row once', async () => {
  const { begun, loader } = loaderOf()
  const found = Promise.all(['a', 'b', 'a', 'nobody'].map((id) => loader.load(1, id)))
  await soon()
  expect(begun.map(({ ids }) => ids)).toEqual([['a', 'b', 'nobody']])
  begun[0]?.answer()
  expect(await found).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'a' }, null])
})

test('what is asked for while a statement is under way is never answered by that one', async () => {
  const { begun, loader } = loaderOf()
  const early = loader.load(1, 'a')
  await soon()
  const late = loader.load(1, 'a')
  await soon()
  expect(begun).toHaveLength(1)
  begun[0]?.answer()
  await early
  await soon()
  expect(begun.map(({ ids }) => ids)).toEqual([['a'], ['a']])
  begun[1]?.answer()
  expect(await late).toEqual({ id: 'a' })
})

test('one book does not wait for another', async () => {
  const { begun, loader } = loaderOf()
  void loader.load(1, 'a')
  await soon()
  const other = loader.load(2, 'b')
  await soon()
  expect(begun.map(({ bookId }) => bookId)).toEqual([1, 2])
  begun[1]?.answer()
  expect(await other).toEqual({ id: 'b' })
})

test('a statement that fails is told to all who waited for it, and to nobody after', async () => {
  const { begun, loader } = loaderOf()
  const failed = Promise.allSettled([loader.load(1, 'a'), loader.load(1, 'b')])
  await soon()
  const later = loader.load(1, 'a')
  begun[0]?.fail()
  expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await soon()
  begun[1]?.answer()
  expect(await later).toEqual({ id: 'a' })
})
