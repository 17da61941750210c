import pg from 'pg'
import { Conflict, Fenced, Outage } from '../engine/port.ts'

/** Raised by our own guard alone: the book does not stand where the batch begins. */
const DIVISION_BY_ZERO = '22012'
const UNIQUE_VIOLATION = '23505'

/** Classes and codes of SQLSTATE after which the same work may succeed: the database is away, full, or busy. */
const PASSING = [
  '08', // connection
  '25P03', // idle in a transaction for too long
  '25P04', // a transaction for too long
  '28', // may not log in, for as long as the operator needs to change that
  '3D000', // the database is not there, for as long as it is being restored
  '25006', // read-only transaction: a standby, or a database set read-only
  '40', // serialization failure, deadlock
  '53', // out of disk, memory, connections
  '55P03', // lock not available in time
  '57', // cancelled, shutting down, starting up
  '58', // system error, such as a failing disk
  'XX', // internal error, such as a corrupted page
]

/** What an error of the driver means to whoever asked for the work. */
export function meaningOf(error: unknown): unknown {
  if (error instanceof Fenced || error instanceof Conflict || error instanceof Outage) return error
  if (!(error instanceof pg.DatabaseError))
    return isConnectionError(error)
      ? new Outage('The database cannot be reached', { cause: error })
      : error
  const code = error.code ?? ''
  if (code === DIVISION_BY_ZERO) return new Fenced('Another writer advanced the book')
  if (code === UNIQUE_VIOLATION) return new Conflict(error.constraint ?? '', { cause: error })
  if (PASSING.some((prefix) => code.startsWith(prefix)))
    return new Outage(`The database could not serve (${code})`, { cause: error })
  return error
}

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as { code?: unknown }
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return true
  return /connection|timeout|client (has|was)|cannot use a pool/i.test(error.message)
}
