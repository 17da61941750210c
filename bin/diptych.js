#!/usr/bin/env node
// Starts the program on a Node that can run it: the published package brings compiled sources; a checkout runs its
// sources as they are. Where the machine's Node is too old, a checkout has a newer one among its dependencies, which is
// then started in this one's place: it gets every signal that this one gets, and stops when this one is gone.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const NEEDED = [22, 18]
const MARK = 'DIPTYCH_STARTED_IN_PLACE'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isNewEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])

if (isNewEnough) await run()
else startInPlace(fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url)))

async function run() {
  if (process.env[MARK] !== undefined && process.channel) {
    process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
    process.channel.unref()
  }
  const sources = new URL('../src/main.ts', import.meta.url)
  const compiled = new URL('../dist/main.js', import.meta.url)
  await import((existsSync(sources) ? sources : compiled).href)
}

function startInPlace(node) {
  if (!existsSync(node) || process.env[MARK] !== undefined) {
    process.stderr.write(
      `Diptych needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}.\n`,
    )
    process.exit(2)
  }
  // In a process group of its own, so that Ctrl-C reaches it once, through here.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
    env: { ...process.env, [MARK]: '1' },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) =>
    process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0)),
  )
}
