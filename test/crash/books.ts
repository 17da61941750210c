/** What the clients were told, compared with what the books say. */
import { open } from 'node:fs/promises'
import pg from 'pg'

type Line = { readonly face: string; readonly name: string; readonly id: string }

const CHUNK = 5_000

/** Reads the file of acknowledgements as it grows. */
export class Acknowledgements {
  readonly lines: Line[] = []
  readonly #file: string
  #position = 0

  constructor(file: string) {
    this.#file = file
  }

  /** The lines that were added since the last time. */
  async more(): Promise<readonly Line[]> {
    const handle = await open(this.#file)
    try {
      const { size } = await handle.stat()
      const buffer = Buffer.alloc(size - this.#position)
      await handle.read(buffer, 0, buffer.length, this.#position)
      this.#position = size
      const added = buffer.toString().split('\n').slice(0, -1).map(lineOf)
      this.lines.push(...added)
      return added
    } finally {
      await handle.close()
    }
  }
}

function lineOf(text: string): Line {
  const [face = '', name = '', id = ''] = text.split(' ')
  return { face, name, id }
}

/** Everything that is not as it was told; every payment carries its name as its description. */
export async function compare(
  ownerUrl: string,
  all: readonly Line[],
  checked: readonly Line[],
): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: ownerUrl })
  client.on('error', () => {})
  await client.connect()
  try {
    const faults: string[] = []
    for (let start = 0; start < checked.length; start += CHUNK)
      faults.push(...(await missing(client, checked.slice(start, start + CHUNK))))
    // A payment that was asked for through the queue is a request and what was posted for it.
    const { rows } = await client.query<{ there: number; names: number }>(
      `select count(*)::int as there, count(distinct description)::int as names
         from transactions where kind = 'transfer'`,
    )
    const { there = 0, names = 0 } = rows[0] ?? {}
    if (there !== names) faults.push(`${there - names} payments were made twice`)
    if (names !== all.length)
      faults.push(`${names} payments were made and ${all.length} were acknowledged`)
    return faults
  } finally {
    await client.end()
  }
}

async function missing(client: pg.Client, lines: readonly Line[]): Promise<readonly string[]> {
  const known = lines.filter((line) => line.id !== '-')
  const byId = await client.query<{ id: string; description: string }>(
    'select id, description from transactions where id = any ($1::uuid[])',
    [known.map((line) => line.id)],
  )
  const names = new Map(byId.rows.map((row) => [row.id, row.description]))
  const wrong = known.filter((line) => names.get(line.id) !== line.name)
  const others = lines.filter((line) => line.id === '-')
  const byName = await client.query<{ reference: string }>(
    'select reference from transactions where reference = any ($1::text[])',
    [others.map((line) => line.name)],
  )
  const there = new Set(byName.rows.map((row) => row.reference))
  wrong.push(...others.filter((line) => !there.has(line.name)))
  return wrong.map((line) => `${line.name} was acknowledged and is not there`)
}
