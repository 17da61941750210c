/**
 * Statements that are sent one behind the other in one write, and answered together.
 *
 * PostgreSQL runs them in turn, in one transaction: that of the connection where one has begun, else their own, which is
 * committed at the end. The first that fails ends it, and those behind it are not run. So a batch of a book is
 * one round trip, whatever it consists of, and its rows can be copied, which costs less than inserting them: COPY fills
 * whole pages and plans nothing.
 */
import pg from 'pg'
import type { Copy, Step } from './statements/statement.ts'

/** What of the driver's connection is used. */
type Wire = {
  readonly stream: { cork(): void; uncork(): void }
  close(statement: { readonly type: 'S'; readonly name: string }): void
  parse(statement: { readonly name: string; readonly text: string }): void
  bind(statement: { readonly statement: string; readonly values: readonly string[] }): void
  execute(): void
  sendCopyFromChunk(rows: Buffer): void
  endCopyFrom(): void
  sync(): void
}

/** Sends the steps; resolves when all of them are carried out. */
export function sendSteps(client: pg.ClientBase, steps: readonly Step[]): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new Pipeline(steps, (error) => (error == null ? resolve() : reject(error))))
  })
}

/**
 * Names of statements that a connection surely knows. A name that is not among them is forgotten and told again, because
 * nobody can say which of the statements behind one that failed were still read.
 */
const known = new WeakMap<object, Set<string>>()

class Pipeline extends pg.Query {
  readonly #steps: readonly Step[]
  #names: Set<string> = new Set()

  constructor(steps: readonly Step[], callback: (error: Error | null | undefined) => void) {
    super({ text: '' }, callback)
    this.#steps = steps
    this.submit = (connection) => this.#submit(connection as unknown as Wire)
  }

  #submit(wire: Wire): null {
    this.#names = known.get(wire) ?? new Set()
    known.set(wire, this.#names)
    wire.stream.cork()
    try {
      for (const step of this.#steps) {
        if (!this.#names.has(step.name)) {
          wire.close({ type: 'S', name: step.name })
          wire.parse({ name: step.name, text: step.text })
        }
        wire.bind({ statement: step.name, values: isCopy(step) ? [] : step.values })
        wire.execute()
        if (isCopy(step)) {
          wire.sendCopyFromChunk(Buffer.from(step.rows))
          wire.endCopyFrom()
        }
      }
      wire.sync()
    } finally {
      wire.stream.uncork()
    }
    return null
  }

  handleReadyForQuery(connection: unknown): void {
    for (const { name } of this.#steps) this.#names.add(name)
    // @ts-expect-error The types of the driver leave out what it calls.
    super.handleReadyForQuery(connection)
  }

  /** The rows are on their way already. */
  handleCopyInResponse(): void {}

  /** What the steps return only matters where it fails. */
  handleDataRow(): void {}

  handleCommandComplete(): void {}
}

function isCopy(step: Step): step is Copy {
  return 'rows' in step
}
