/** Where the server listens: on its own port, and on others where clients of Blnk and of Midaz look for theirs. */
import type { IncomingMessage } from 'node:http'
import {
  type AddressInfo,
  createServer,
  type ListenOptions,
  type Server,
  type Socket,
} from 'node:net'
import type { FastifyInstance } from 'fastify'
import { type Config, ConfigError, type MidazProfile } from './config.ts'
import { httpLimits } from './limits.ts'

/** How often connections that have nothing more to say are closed while the server stops. */
const SWEEP_MS = 50

/**
 * Doors to each port. The platform takes one connection through each in a turn of its loop, which lasts as long as it takes to
 * read all requests at hand: a busy server with one door would leave new clients outside for seconds. Where several may
 * not share a port, there is one.
 */
const DOORS = process.platform === 'linux' ? 16 : 1

/** How a port is listened on. */
const MANNER = { backlog: httpLimits.backlog, reusePort: DOORS > 1 } as const

export type Listening = {
  readonly url: string
  /** The other places, each in words. */
  readonly besides: readonly string[]
  /** Takes no new connections anywhere and waits for the requests at hand, but not for ever. */
  stop(): Promise<void>
}

type Places = Pick<Config, 'host' | 'port' | 'blnkPort' | 'midazPorts'>

type Beside = {
  readonly port: number
  readonly flag: string
  readonly meant: string
  readonly profile: MidazProfile | null
}

/**
 * Listens everywhere. All places are doors to one server; `profiles` is told the generation that Midaz's clients expect
 * behind those that have one of their own.
 *
 * @throws ConfigError when somebody else listens in one of the places
 */
export async function listenAll(
  server: FastifyInstance,
  config: Places,
  profiles: Map<number, MidazProfile>,
): Promise<Listening> {
  const doors: Server[] = []
  const silent = silentSockets(server)
  const stop = () => stopServing(server, doors, silent)
  try {
    const { host } = config
    const url = await listen(server, config)
    await openAll(doors, DOORS - 1, server, host, addressOf(server.server).port)
    const besides: string[] = []
    for (const beside of besidesOf(config)) {
      await refuseTaken(host, beside.port, beside.flag)
      const [first] = await openAll(doors, 1, server, host, beside.port)
      const { address, family, port } = addressOf(first)
      await openAll(doors, DOORS - 1, server, host, port)
      if (beside.profile !== null) profiles.set(port, beside.profile)
      const at = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
      besides.push(`${at} (${beside.meant})`)
    }
    return { url, besides, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function besidesOf({ blnkPort, midazPorts }: Places): readonly Beside[] {
  const ofMidaz = (midazPorts ?? []).map(({ port, profile }) => ({
    port,
    flag: '--midaz-ports',
    meant: profile === null ? 'for clients of Midaz' : `for clients of Midaz, ${profile}`,
    profile,
  }))
  if (blnkPort === null) return ofMidaz
  const meant = 'for clients of Blnk'
  return [{ port: blnkPort, flag: '--blnk-port', meant, profile: null }, ...ofMidaz]
}

/** Listens without a word: where the server listens is told by whoever started it. */
async function listen(server: FastifyInstance, { host, port }: Places): Promise<string> {
  await refuseTaken(host, port, '--port')
  const { level } = server.log
  server.log.level = 'silent'
  try {
    // Handed on as they are; the types of the framework leave out what the platform has added.
    const options = { host, port, ...MANNER }
    return await server.listen(options)
  } finally {
    server.log.level = level
  }
}

/** Opens some doors to a port. */
async function openAll(
  doors: Server[],
  count: number,
  server: FastifyInstance,
  host: string,
  port: number,
): Promise<readonly Server[]> {
  const opened = Array.from({ length: count }, () => doorTo(server))
  for (const door of opened) {
    doors.push(door)
    await open(door, { host, port, ...MANNER })
  }
  return opened
}

/** Hands every connection to the server that there is, so that all of its limits hold behind each door. */
function doorTo({ server }: FastifyInstance): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    server.emit('connection', socket),
  )
}

function open(door: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    door.once('error', reject)
    door.listen(options, resolve)
  })
}

/** @throws ConfigError when somebody listens on the port, even one with whom it could be shared */
async function refuseTaken(host: string, port: number, flag: string): Promise<void> {
  const alone = createServer()
  try {
    await open(alone, { host, port })
  } catch (error) {
    throw explained(error, host, port, flag)
  }
  await new Promise((resolve) => alone.close(resolve))
}

function addressOf(door: Server | undefined): AddressInfo {
  return door?.address() as AddressInfo
}

function explained(error: unknown, host: string, port: number, flag: string): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return error
  return new ConfigError(
    `Somebody else listens on ${host}:${port} already. Choose another with ${flag}.`,
  )
}

/**
 * Connections over which nobody has said anything yet: clients open them for later. The platform does not count them among
 * those that are idle, and would wait for their first word.
 */
function silentSockets({ server }: FastifyInstance): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('request', ({ socket }: IncomingMessage) => sockets.delete(socket))
  return sockets
}

async function stopServing(
  fastify: FastifyInstance,
  doors: readonly Server[],
  silent: ReadonlySet<Socket>,
): Promise<void> {
  const { server } = fastify
  const cut = setTimeout(() => server.closeAllConnections(), httpLimits.drainMs)
  const sweep = setInterval(() => {
    for (const socket of silent) if (socket.bytesRead === 0) socket.destroy()
    server.closeIdleConnections()
  }, SWEEP_MS)
  const closed = doors.map((door) => new Promise<void>((resolve) => door.close(() => resolve())))
  await Promise.all([fastify.close(), ...closed])
  clearInterval(sweep)
  clearTimeout(cut)
}
