import type { Borrowed, Connections, Row } from '../connection.ts'

export type Statement = { readonly text: string; readonly values: readonly unknown[] }

/**
 * Reads what a statement finds, so many rows at a time. A cursor that is held is computed at once and read while other
 * transactions go on; one that is not keeps its transaction open until it is read.
 */
export async function* readInPortions<R extends Row>(
  connections: Connections,
  { text, values }: Statement,
  portionMax: number,
  held: boolean,
): AsyncIterable<readonly R[]> {
  const connection = await connections.borrow()
  let broken = true
  try {
    await connection.query('', 'begin', [])
    const hold = held ? 'with hold' : ''
    await connection.query('', `declare portions no scroll cursor ${hold} for ${text}`, values)
    if (held) await connection.query('', 'commit', [])
    yield* portionsOf<R>(connection, portionMax)
    if (held) await connection.query('', 'close portions', [])
    else await connection.query('', 'commit', [])
    broken = false
  } finally {
    connection.giveBack(broken)
  }
}

async function* portionsOf<R extends Row>(
  connection: Borrowed,
  portionMax: number,
): AsyncIterable<readonly R[]> {
  for (;;) {
    const rows = await connection.query<R>('', `fetch ${portionMax} from portions`, [])
    if (rows.length > 0) yield rows
    if (rows.length < portionMax) return
  }
}
