import { type Running, startServer } from '../app.ts'
import type { Config } from '../config.ts'

/** Runs the server until it is told to stop. Notes are what it does not do though somebody set it. */
export async function serve(config: Config, notes: readonly string[]): Promise<void> {
  const stop = signalled()
  const running = await startServer(config)
  if (!stop.isAsked()) announce(running, config)
  for (const note of notes) running.log.warn(`Not taken over from Blnk: ${note}`)
  const signal = await stop.asked
  running.log.info(
    { signal },
    'answering what was accepted, then stopping; once more to stop at once',
  )
  await running.stop()
  process.exit(0)
}

/** Waits for the signal to stop, which may come before the server is up. The second one ends the process at once. */
function signalled(): { readonly asked: Promise<NodeJS.Signals>; isAsked(): boolean } {
  let isAsked = false
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        if (isAsked) process.exit(130)
        isAsked = true
        resolve(signal)
      })
  })
  return { asked, isAsked: () => isAsked }
}

function announce(running: Running, config: Config): void {
  const { url, besides, place, authentication, log } = running
  if (config.logFormat === 'json')
    log.info({ url, besides, data: place, authentication }, `Diptych listens on ${url}`)
  else console.log(banner(running))
}

function banner({ url, besides, place, authentication }: Running): string {
  const keys = authentication
    ? 'on (Authorization: Bearer <key>, or X-Blnk-Key: <key>)'
    : 'off, so loopback only; `npx diptych keys create --name <name>` turns it on'
  const key = authentication ? " -H 'authorization: Bearer <key>'" : ''
  return [
    `Diptych listens on ${url}`,
    ...besides.map((other) => `and on ${other}`),
    `Data: ${place}`,
    `Authentication: ${keys}`,
    `Try: curl -s -X POST ${url}/ledgers${key} -H 'content-type: application/json' -d '{"name":"Main"}'`,
  ].join('\n')
}
