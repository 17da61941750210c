#!/usr/bin/env node
// Starts the program on a Node that can run it: the published package brings compiled sources; a checkout runs its
// sources as they are, on the Node that its own dependencies bring.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const NEEDED = [22, 18]
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isNewEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])

if (isNewEnough) {
  const sources = new URL('../src/main.ts', import.meta.url)
  const compiled = new URL('../dist/main.js', import.meta.url)
  await import((existsSync(sources) ? sources : compiled).href)
} else {
  const bundled = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))
  if (!existsSync(bundled) || process.execPath === bundled) {
    process.stderr.write(
      `Diptych needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}.\n`,
    )
    process.exit(1)
  }
  const run = spawnSync(bundled, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  process.exit(run.status ?? 1)
}
