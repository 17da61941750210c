/** A way to the database that a test can cut, wherever it likes. */
import { connect, createServer, type Server, type Socket } from 'node:net'

export type Verdict =
  /** It goes on. */
  | 'pass'
  /** The connection breaks; this does not arrive. */
  | 'cut'
  /** This arrives, and the connection breaks before an answer can come back. */
  | 'last'
  /** Nothing arrives any more in either direction, and nobody is told. */
  | 'hang'

/** Looks at what goes to the database. */
export type Judge = (data: Buffer) => Verdict

export class Relay {
  judge: Judge = () => 'pass'
  readonly url: string
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, url: string) {
    this.#server = server
    this.url = url
  }

  /** Opens a way to the database of a URL that names a folder of sockets. */
  static async open(databaseUrl: string): Promise<Relay> {
    const [, login = '', database = '', folder = ''] =
      /^postgresql:\/\/([^@]*)@\/([^?]*)\?host=([^&]*)/.exec(databaseUrl) ?? []
    const path = `${decodeURIComponent(folder)}/.s.PGSQL.5432`
    const server = createServer((client) => relay.#join(client, connect(path)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const relay = new Relay(server, `postgresql://${login}@127.0.0.1:${port}/${database}`)
    return relay
  }

  #join(client: Socket, database: Socket): void {
    for (const socket of [client, database]) {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      socket.on('error', () => {})
    }
    let isHanging = false
    client.on('data', (data: Buffer) => {
      const verdict = isHanging ? 'hang' : this.judge(data)
      if (verdict === 'hang') isHanging = true
      else if (verdict === 'pass') database.write(data)
      else {
        if (verdict === 'last') database.end(data)
        else database.destroy()
        client.destroy()
      }
    })
    database.on('data', (data: Buffer) => {
      if (!isHanging && !client.destroyed) client.write(data)
    })
    client.on('close', () => database.end())
    database.on('close', () => {
      if (!isHanging) client.destroy()
    })
  }

  /** Breaks every connection at once. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
