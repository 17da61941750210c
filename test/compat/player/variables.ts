/**
 * Replaces `${name}` in a request: by what was captured, or by a time before or after now or a time that was captured, such
 * as `${now-1d.date}` or `${paidAt-1s.nofrac}`.
 */
import { type Exact, fieldsOf, isList, numeral } from './exact.ts'

export type Variables = Record<string, string>

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

const TIME = /^(\w+?)(?:([+-])(\d+)(ms|s|m|h|d))?(\.date|\.nofrac)?$/

function lookUp(name: string, variables: Variables): string | undefined {
  if (Object.hasOwn(variables, name)) return variables[name]
  const [, from = '', sign, count = '0', unit = 'ms', form] = TIME.exec(name) ?? []
  const moment = from === 'now' ? Date.now() : Date.parse(variables[from] ?? '')
  if (Number.isNaN(moment)) return undefined
  const shift = Number(count) * (UNITS[unit] ?? 0) * (sign === '-' ? -1 : 1)
  const text = new Date(moment + shift).toISOString()
  return form === '.date' ? text.slice(0, 10) : text.replace(/\.\d+Z$/, 'Z')
}

/** @throws Error that names a variable which nothing has captured */
export function substitute<T>(template: T, variables: Variables): T {
  return replaced(template as Exact, variables) as T
}

function replaced(value: Exact, variables: Variables): Exact {
  if (typeof value === 'string') return replacedText(value, variables)
  if (isList(value)) return value.map((item) => replaced(item, variables))
  const fields = fieldsOf(value)
  if (fields === null) return value
  return Object.fromEntries(
    Object.entries(fields).map(([key, item]) => [
      String(replaced(key, variables)),
      replaced(item, variables),
    ]),
  )
}

function replacedText(text: string, variables: Variables): Exact {
  const whole = /^\$\{#([^}]+)\}$/.exec(text)?.[1]
  if (whole !== undefined) return numeral(known(whole, variables))
  return text.replace(/\$\{([^}]+)\}/g, (_, name: string) => known(name, variables))
}

function known(name: string, variables: Variables): string {
  const value = lookUp(name, variables)
  if (value === undefined) throw new Error(`nothing has captured ${name}`)
  return value
}
