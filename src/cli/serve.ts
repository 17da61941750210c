import { type Running, startServer } from '../app.ts'
import type { Config } from '../config.ts'

/** Runs the server until it is told to stop. */
export async function serve(config: Config): Promise<void> {
  const running = await startServer(config)
  if (config.logFormat === 'json') {
    const { url, place, authentication } = running
    running.log.info({ url, data: place, authentication }, `Diptych listens on ${url}`)
  } else console.log(banner(running))
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (stopping) process.exit(130)
      stopping = true
      running.log.info(
        { signal },
        'answering what was accepted, then stopping; once more to stop at once',
      )
      running.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error)
          process.exit(1)
        },
      )
    })
}

function banner({ url, place, authentication }: Running): string {
  const keys = authentication
    ? 'on (Authorization: Bearer <key>, or X-Blnk-Key: <key>)'
    : 'off, so loopback only; `npx diptych keys create --name <name>` turns it on'
  const key = authentication ? " -H 'authorization: Bearer <key>'" : ''
  return [
    `Diptych listens on ${url}`,
    `Data: ${place}`,
    `Authentication: ${keys}`,
    `Try: curl -s -X POST ${url}/ledgers${key} -H 'content-type: application/json' -d '{"name":"Main"}'`,
  ].join('\n')
}
