import { hash, randomBytes } from 'node:crypto'
import type { Surroundings } from '../engine/index.ts'

const POOL_BYTES = 4096

/** How many milliseconds the clock of the process and that of the system may be apart. */
const DRIFT_MAX = 20

/** The clock, chance and the hash of the machine. Random digits come from a pool, since asking for few is slow. */
export function machineSurroundings(): Surroundings {
  let pool = ''
  let position = 0
  let startedAt = performance.timeOrigin
  return {
    now: () => {
      const elapsed = performance.now()
      // The fraction of a millisecond is all that the clock of the process has to give: the time of the day is the
      // system's, which may be set while the server runs or go on while the machine sleeps.
      const drift = Date.now() - (startedAt + elapsed)
      if (Math.abs(drift) > DRIFT_MAX) startedAt += drift
      return Math.round((startedAt + elapsed) * 1000)
    },
    elapsed: () => performance.now(),
    pause: (millis) => new Promise((resolve) => setTimeout(resolve, millis)),
    randomHex: (digits) => {
      if (position + digits > pool.length) {
        pool = randomBytes(POOL_BYTES).toString('hex')
        position = 0
      }
      position += digits
      return pool.slice(position - digits, position)
    },
    hash: (text) => hash('sha256', text, 'hex'),
  }
}
