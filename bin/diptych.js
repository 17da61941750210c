#!/usr/bin/env node
// Starts the program on a Node that can run it: the published package brings compiled sources; a checkout runs its
// sources as they are. Where the machine's Node is too old, a checkout has a newer one among its dependencies, which is
// then started in this one's place: it gets every signal that this one gets, and stops when this one is gone.
//
// A server runs with a heap that fits it, whose sizes are settled before any program runs. The platform's own young heap may
// grow to 128 MB, which is as much memory again as all the rest, and gains nothing: hardly anything outlives its request.
// Its old heap is only tidied up when it is four times what is needed; here when it is 1.6 times that.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism, constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const NEEDED = [22, 18]
const MARK = 'DIPTYCH_STARTED_IN_PLACE'
const YOUNG_HEAP = '--max-semi-space-size'
const HEAP = [`${YOUNG_HEAP}=16`, '--initial-old-space-size=64', '--heap-growing-percent=60']
/** Threads that tidy the heap while the program waits for them: one that has no core of its own keeps it waiting. */
const TIDYING = `--v8-pool-size=${Math.max(1, Math.min(4, availableParallelism() - 1))}`
const OPTIONS = [...HEAP, TIDYING]
/** Memory that threads of the platform gave back is found again by others. */
const ARENAS = { MALLOC_ARENA_MAX: '2' }

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isNewEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])

if (isNewEnough && mayStartAnew()) startAnew()
if (isNewEnough) await run()
else startInPlace(fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url)))

/** Whether this is a server whose heap nobody has fitted yet, and that can be replaced by one that is. */
function mayStartAnew() {
  const options = `${process.execArgv.join(' ')} ${process.env.NODE_OPTIONS ?? ''}`
  return (
    process.argv[2] === 'serve' &&
    process.platform !== 'win32' &&
    process.execve !== undefined &&
    process.channel === undefined &&
    !options.includes(YOUNG_HEAP)
  )
}

/** Starts the same program as the same process, with the heap fitted. */
function startAnew() {
  const [node, ...rest] = process.argv
  process.execve(node, [node, ...OPTIONS, ...process.execArgv, ...rest], {
    ...ARENAS,
    ...process.env,
  })
}

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
  const program = [...OPTIONS, fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const child = spawn(node, program, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
    env: { ...ARENAS, ...process.env, [MARK]: '1' },
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
