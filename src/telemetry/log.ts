/**
 * The log: one line for each thing worth knowing, on standard error. What people and programs asked for goes to standard
 * output, so the two can be read apart.
 *
 * Nothing of a request's body or of a row is ever logged: they name people and their money.
 */

import { type Logger, pino } from 'pino'
import type { Json } from '../ledger/index.ts'

export type LogOptions = {
  readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  readonly format: 'auto' | 'text' | 'json'
}

/** Where lines go, and whether somebody sits in front of it. */
export type LogTarget = { readonly isTTY?: boolean; write(line: string): unknown }

/** Makes the log in the format that is asked for, or in the one that suits where it goes. */
export function createLog(options: LogOptions, target: LogTarget = process.stderr): Logger {
  const { format } = options
  const asText = format === 'text' || (format === 'auto' && target.isTTY === true)
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    asText ? { write: (line: string) => target.write(textOf(line)) } : target,
  )
}

type Line = {
  readonly level: string
  readonly time: string
  readonly msg?: string
  readonly [name: string]: Json | undefined
}

/** A line for people: the time of day, how bad it is, what happened, and the particulars. */
function textOf(json: string): string {
  const { level, time, msg, ...rest } = JSON.parse(json) as Line
  const particulars = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return `${[time.slice(11, 19), level.padEnd(5), msg ?? '', ...particulars].join(' ')}\n`
}
