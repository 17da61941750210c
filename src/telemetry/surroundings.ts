import { hash, randomBytes } from 'node:crypto'
import type { Surroundings } from '../engine/index.ts'

const POOL_BYTES = 4096

/** The clock, chance and the hash of the machine. Random digits come from a pool, since asking for few is slow. */
export function machineSurroundings(): Surroundings {
  let pool = ''
  let position = 0
  return {
    now: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
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
