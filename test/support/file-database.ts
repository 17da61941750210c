import { afterAll, expect } from 'vitest'
import { findings } from './audit.ts'
import { createDatabase, type TestDatabase } from './database.ts'

type Closable = { close(): Promise<void> }

export type FileDatabase = TestDatabase & {
  /** Has it closed after the tests; returns it. */
  closing<T extends Closable>(one: T): T
}

/** A database of its own for all tests of a file; after them its books must be right, and it goes. */
export async function fileDatabase(): Promise<FileDatabase> {
  const database = await createDatabase()
  const open: Closable[] = []
  afterAll(async () => {
    for (const one of open.reverse()) await one.close()
    expect(await findings(database.query)).toEqual([])
    await database.drop()
  })
  return {
    ...database,
    closing: (one) => {
      open.push(one)
      return one
    },
  }
}
