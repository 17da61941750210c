/**
 * Reads Blnk's own settings, from its `blnk.json` and its environment: what means something here is taken over, and
 * everything else is named, with the reason why it is not.
 */
import { existsSync, readFileSync } from 'node:fs'
import { DROPPED, TAKEN } from './blnk-settings.ts'
import { ConfigError, type Given, type SettingName } from './config.ts'

/** Where Blnk looks, whatever it is told. */
const USUAL_FILE = './blnk.json'

export type BlnkSettings = {
  readonly given: Given
  /** What is not taken over, a line for each, to be told at the start. */
  readonly notes: readonly string[]
}

type Taking = Record<string, readonly [source: string, text: string]>

/**
 * Reads what there is of Blnk's settings; a variable wins over the file.
 *
 * @param file the file that was named; without one, `blnk.json` where the program was started, if there is one
 * @throws ConfigError when the file cannot be read
 */
export function readBlnkSettings(env: NodeJS.ProcessEnv, file: string | undefined): BlnkSettings {
  const given: Taking = {}
  const notes = new Map<string, string>()
  const name = file ?? (existsSync(USUAL_FILE) ? USUAL_FILE : undefined)
  if (name !== undefined) takeFile(name, given, notes)
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith('BLNK_') || text === undefined || text === '') continue
    const taken = TAKEN.find((one) => one.env === variable)
    if (taken !== undefined) given[taken.to] = [variable, textFor(taken.to, text)]
    else notes.set(variable, reasonForVariable(variable))
  }
  return { given, notes: [...notes].map(([setting, because]) => `${setting}: ${because}`) }
}

const UNKNOWN = 'there is no such setting'

function reasonForVariable(name: string): string {
  const dropped = DROPPED.find(({ envs }) =>
    envs.some((one) => (one.endsWith('_') ? name.startsWith(one) : name === one)),
  )
  return dropped?.because ?? UNKNOWN
}

function takeFile(file: string, given: Taking, notes: Map<string, string>): void {
  for (const [key, value] of leavesOf(objectIn(file), '')) {
    const taken = TAKEN.find((one) => one.key === key)
    if (isNothing(value) && (taken === undefined || value !== false)) continue
    if (taken !== undefined) {
      given[taken.to] = [`${key} in ${file}`, textFor(taken.to, textOf(value))]
      continue
    }
    const [group, because] = groupOf(key) ?? [key, UNKNOWN]
    notes.set(`${group} in ${file}`, because)
  }
}

/** The values of a file with their places, such as `server.port`. What is taken over as a whole is not looked into. */
function* leavesOf(part: object, above: string): Generator<readonly [key: string, value: unknown]> {
  for (const [name, value] of Object.entries(part)) {
    const key = `${above}${name.toLowerCase()}`
    if (isObject(value) && !TAKEN.some((one) => one.key === key)) yield* leavesOf(value, `${key}.`)
    else yield [key, value]
  }
}

/** What is dropped is told once for all that stands below it, unless some of that is taken over. */
function groupOf(key: string): readonly [group: string, because: string] | null {
  for (const { keys, because } of DROPPED)
    for (const one of keys) {
      if (key !== one && !key.startsWith(`${one}.`)) continue
      return [TAKEN.some((other) => other.key.startsWith(`${one}.`)) ? key : one, because]
    }
  return null
}

/** What a file says without setting anything. */
function isNothing(value: unknown): boolean {
  return (
    value === null ||
    value === '' ||
    value === false ||
    (Array.isArray(value) && value.length === 0)
  )
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  return isObject(value) ? JSON.stringify(value) : String(value)
}

/** A value as our settings write it. */
function textFor(to: SettingName, text: string): string {
  if (to !== 'blnkSecure') return text
  if (/^(true|t|1)$/i.test(text)) return 'on'
  return /^(false|f|0)$/i.test(text) ? 'off' : text
}

function objectIn(file: string): object {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new ConfigError(`${file}: ${(error as Error).message}`)
  }
  if (isObject(content)) return content
  throw new ConfigError(`${file}: is not a JSON object of settings`)
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
