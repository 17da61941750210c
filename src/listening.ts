/** Where the server listens: on its own port, and on others where clients of Blnk and of Midaz look for theirs. */
import type { IncomingMessage } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { type Config, ConfigError, type MidazProfile } from './config.ts'
import { httpLimits } from './limits.ts'

/** How often connections that have nothing more to say are closed while the server stops. */
const SWEEP_MS = 50

const { backlog } = httpLimits

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
    const url = await listen(server, config)
    const besides: string[] = []
    for (const beside of besidesOf(config)) {
      const door = doorTo(server)
      const at = await open(door, config.host, beside)
      doors.push(door)
      const { port } = door.address() as AddressInfo
      if (beside.profile !== null) profiles.set(port, beside.profile)
      besides.push(`${at.replace(/:\d+$/, `:${port}`)} (${beside.meant})`)
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
  const { level } = server.log
  server.log.level = 'silent'
  try {
    return await server.listen({ host, port, backlog })
  } catch (error) {
    throw explained(error, host, port, '--port')
  } finally {
    server.log.level = level
  }
}

/** Hands every connection to the server that there is, so that all of its limits hold behind each door. */
function doorTo({ server }: FastifyInstance): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    server.emit('connection', socket),
  )
}

async function open(door: Server, host: string, { port, flag }: Beside): Promise<string> {
  try {
    await new Promise<void>((resolve, reject) => {
      door.once('error', reject)
      door.listen({ host, port, backlog }, resolve)
    })
  } catch (error) {
    throw explained(error, host, port, flag)
  }
  const { address, family } = door.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
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
