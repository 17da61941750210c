/** Whether the database answers. */
import type { Connections } from './storage/index.ts'

/**
 * Makes the question. However many ask at once, the database is asked once; and silence for `patienceMs` is an answer too.
 *
 * @returns how long the answer took, in milliseconds; it throws when there is none
 */
export function pingOf(connections: Connections, patienceMs: number): () => Promise<number> {
  let asked: Promise<number> | null = null
  const ask = async () => {
    const started = performance.now()
    await connections.query('ping', 'select 1', [])
    return performance.now() - started
  }
  return () => {
    asked ??= ask().finally(() => {
      asked = null
    })
    return within(asked, patienceMs)
  }
}

function within<T>(promise: Promise<T>, millis: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const silence = setTimeout(
      () => reject(new Error(`The database has not answered for ${millis} ms`)),
      millis,
    )
    promise.then(resolve, reject).finally(() => clearTimeout(silence))
  })
}
