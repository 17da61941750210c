/** Settings of a ledger: a document of three groups. What is not set has its default; a patch is merged. */
import type { JsonObject } from '../../../ledger/index.ts'
import { isNumeral, type JsonValue } from '../../exact-json.ts'
import { isFields } from '../body/findings.ts'
import { isDeeper, tooDeep, tooManyKeys } from '../body/rules.ts'
import { refuse } from '../problem.ts'

export type LedgerSettings = {
  readonly accounting: {
    readonly validateAccountType: boolean
    readonly validateRoutes: boolean
    readonly requireHolder: boolean
  }
  readonly tracer: {
    readonly mode: string
    readonly failPosture: string
    readonly timeoutMs: number
  }
  readonly overrides: {
    readonly allowFeeSkip: boolean
    readonly allowTracerSkip: boolean
    readonly allowHolderSkip: boolean
  }
}

const DEFAULTS: LedgerSettings = {
  accounting: { validateAccountType: false, validateRoutes: false, requireHolder: false },
  tracer: { mode: 'off', failPosture: 'open', timeoutMs: 250 },
  overrides: { allowFeeSkip: false, allowTracerSkip: false, allowHolderSkip: false },
}

const WORDS: Readonly<Record<string, readonly string[]>> = {
  mode: ['off', 'advisory', 'enforce'],
  failPosture: ['open', 'closed'],
}

type Group = Readonly<Record<string, boolean | string | number>>

const GROUPS = DEFAULTS as unknown as Readonly<Record<string, Group>>

/** What holds for a ledger, defaults included. */
export function settingsOf(kept: JsonObject | null): LedgerSettings {
  const groups = Object.entries(GROUPS).map(([name, defaults]) => {
    const own = kept !== null && Object.hasOwn(kept, name) ? kept[name] : {}
    return [name, { ...defaults, ...(own as Group) }]
  })
  return Object.fromEntries(groups) as LedgerSettings
}

const DEPTH_MAX = 10
const KEYS_MAX = 100

/**
 * The settings after a patch. Null for a field or for a whole group puts the default back.
 *
 * @throws Refused for a field that there is none of, or a value that it cannot have
 */
export function patchedSettings(kept: JsonObject | null, patch: JsonValue): JsonObject {
  if (!isFields(patch)) return settingsOf(kept) as unknown as JsonObject
  if (Object.keys(patch).length > KEYS_MAX) refuse(tooManyKeys)
  if (isDeeper(patch, DEPTH_MAX)) refuse(tooDeep)
  const merged: Record<string, Group> = { ...(settingsOf(kept) as unknown as typeof GROUPS) }
  for (const [name, fields] of Object.entries(patch)) {
    const defaults = Object.hasOwn(GROUPS, name) ? GROUPS[name] : undefined
    if (defaults === undefined) refuse(unknownField(name))
    if (fields === null) merged[name] = defaults
    else if (!isFields(fields)) refuse(wrongType(name, 'an object'))
    else merged[name] = { ...merged[name], ...patchedGroup(name, defaults, fields) }
  }
  return merged as JsonObject
}

function unknownField(name: string) {
  const group = Object.keys(GROUPS).find((one) => Object.hasOwn(GROUPS[one] ?? {}, name))
  if (group !== undefined)
    return {
      code: '0149',
      detail: `The setting ${name} stands in the group ${group}.`,
    } as const
  return { code: '0147', detail: `There is no setting ${name.slice(0, 100)}.` } as const
}

function patchedGroup(
  group: string,
  defaults: Group,
  fields: { readonly [key: string]: JsonValue },
): Group {
  const entries = Object.entries(fields).map(([name, value]) => {
    const standard = Object.hasOwn(defaults, name) ? defaults[name] : undefined
    if (standard === undefined) refuse(unknownField(`${group}.${name}`))
    return [name, value === null ? standard : fitting(name, standard, value)] as const
  })
  return Object.fromEntries(entries)
}

function fitting(
  name: string,
  standard: boolean | string | number,
  value: JsonValue,
): boolean | string | number {
  if (typeof standard === 'boolean')
    return typeof value === 'boolean' ? value : refuse(wrongType(name, 'true or false'))
  if (typeof standard === 'number')
    return Number.isSafeInteger(value) && Number(value) >= 0
      ? Number(value)
      : refuse(wrongType(name, 'a whole number that is not negative'))
  if (typeof value !== 'string' || isNumeral(value)) refuse(wrongType(name, 'a text'))
  const words = WORDS[name] ?? []
  if (!words.includes(value))
    refuse({ code: '0176', detail: `The setting ${name} is one of ${words.join(', ')}.` })
  return value
}

function wrongType(name: string, expected: string) {
  return { code: '0148', detail: `The setting ${name} must be ${expected}.` } as const
}
