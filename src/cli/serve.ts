import { startServer } from '../app.ts'
import type { Config } from '../config.ts'

/** Runs the server until it is told to stop. */
export async function serve(config: Config): Promise<void> {
  const running = await startServer(config)
  const { url, place, authentication } = running
  console.log(`Diptych listens on ${url}`)
  console.log(`Data: ${place}`)
  console.log(
    authentication
      ? 'Authentication: on (Authorization: Bearer <key>, or X-Blnk-Key: <key>)'
      : 'Authentication: off, so loopback only; `npx diptych keys create` turns it on',
  )
  console.log(
    `Try: curl -s -X POST ${url}/ledgers -H 'content-type: application/json' -d '{"name":"Main"}'`,
  )
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (stopping) process.exit(130)
      stopping = true
      console.log('Stopping; once more to stop at once')
      running.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error)
          process.exit(1)
        },
      )
    })
}
