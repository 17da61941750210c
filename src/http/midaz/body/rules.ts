/** Rules that JSON Schema cannot say, by the names that schemas call them. */
import { isNumeral, type JsonValue } from '../../exact-json.ts'
import type { Profile } from '../profile.ts'
import { momentOrDayOf } from './dates.ts'
import { type Findings, isFields, isLonger, nulFault, type Path, pathText } from './findings.ts'
import { amountOf, DECIMAL_FAULTS, decimalText } from './money.ts'
import { uuidOf } from './uuid.ts'

/** Looks at a value. `done` when there is nothing left to check. */
type Rule = (
  value: JsonValue,
  path: Path,
  findings: Findings,
  profile: Profile,
) => 'done' | undefined

const METADATA_KEY_MAX = 100
const METADATA_VALUE_MAX = 2000
const KEYS_MAX = 100
const DEPTH_MAX = 10
const ALIAS = /^[a-zA-Z0-9@:_-]+$/
const INDEX_KEY = /^[a-zA-Z][a-zA-Z0-9_]*$/
const KEY_VALUE = /^[a-zA-Z0-9_-]+$/

export const rules: Readonly<Record<string, Rule>> = {
  metadata: (value, path, findings) => metadata(value, path, findings, false),
  metadataPatch: (value, path, findings) => metadata(value, path, findings, true),
  balanceMetadata: (value, path, findings, profile) => {
    // The client for Go sends it; the third generation is known to refuse it.
    if (profile !== 'v3') return metadata(value, path, findings, true)
    findings.unexpected(path, value)
    return 'done'
  },
  status: statusRule,
  settings: (value, path, findings) => {
    if (!isFields(value)) findings.unreadable(path, 'an object', value)
    return 'done'
  },
  alias: aliasRule,
  keyValue: (value, path, findings) => {
    if (typeof value === 'string' && value !== '' && !KEY_VALUE.test(value))
      findings.special({
        code: '0120',
        detail: `The field ${pathText(path)} may have letters, digits, hyphens and underscores only.`,
      })
    return undefined
  },
  indexKey: (value, path, findings) => {
    if (typeof value === 'string' && value !== '' && !INDEX_KEY.test(value))
      findings.invalid(path, 'must begin with a letter and go on with letters, digits and _')
    return undefined
  },
  noSpaces: (value, path, findings) => {
    if (typeof value === 'string' && /\s/.test(value))
      findings.invalid(path, 'must not have white space in it')
    return undefined
  },
  int64: (value, path, findings) => int64Rule(value, path, findings, -(2n ** 63n)),
  seconds: (value, path, findings) => int64Rule(value, path, findings, 0n),
  uuid: (value, path, findings) => {
    if (typeof value === 'string' && uuidOf(value) === null)
      findings.unreadable(path, 'a UUID', value)
    return undefined
  },
  decimal: decimalRule,
  money: moneyRule,
  date: dateRule,
  entry: entryRule,
  entryByAlias: (value, path, findings, profile) => {
    // The third generation knows the word of the first only where money comes in or goes out.
    const account = isFields(value) ? (value['account'] ?? null) : null
    if (profile === 'v3' && account !== null) findings.unexpected([...path, 'account'], account)
    return entryRule(value, path, findings)
  },
}

function metadata(
  value: JsonValue,
  path: Path,
  findings: Findings,
  removes: boolean,
): 'done' | undefined {
  if (!isFields(value)) return undefined
  const keys = Object.keys(value)
  if (keys.length > KEYS_MAX) findings.hostile(tooManyKeys)
  if (isDeeper(value, DEPTH_MAX - path.length)) findings.hostile(tooDeep)
  for (const key of keys) metadatum(key, value[key] ?? null, path, findings, removes)
  return 'done'
}

function metadatum(
  key: string,
  value: JsonValue,
  path: Path,
  findings: Findings,
  removes: boolean,
): void {
  const at = [...path, key]
  const isText = typeof value === 'string'
  if (key.includes('\0') || (isText && value.includes('\0'))) findings.hostile(nulFault(at))
  if (isLonger(key, METADATA_KEY_MAX))
    findings.special({
      code: '0050',
      detail: `Names in metadata have at most ${METADATA_KEY_MAX} characters.`,
    })
  else if ((isText && isLonger(value, METADATA_VALUE_MAX)) || Array.isArray(value))
    findings.special({
      code: '0051',
      detail: `Values in metadata are texts of at most ${METADATA_VALUE_MAX} characters, numbers and booleans.`,
    })
  else if ((value === null && !removes) || isFields(value))
    findings.special({
      code: '0067',
      detail: 'Values in metadata are texts, numbers and booleans, and have nothing below them.',
    })
  else if (isNumeral(value) && !Number.isFinite(Number(value.rawJSON)))
    findings.unreadable(at, 'a number that fits', value)
}

export const tooManyKeys = {
  code: '0145',
  detail: `An object in the request has more than ${KEYS_MAX} names.`,
  entity: 'request',
} as const

export const tooDeep = {
  code: '0144',
  detail: `The request is nested more than ${DEPTH_MAX} levels deep.`,
  entity: 'request',
} as const

/** Whether something nests deeper than so many levels. It looks no deeper than that. */
export function isDeeper(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null || isNumeral(value)) return false
  if (levels <= 0) return true
  return Object.values(value).some((item: JsonValue) => isDeeper(item, levels - 1))
}

function statusRule(
  value: JsonValue,
  path: Path,
  findings: Findings,
  profile: Profile,
): 'done' | undefined {
  if (profile === 'v3' || typeof value !== 'string') return undefined
  if (value.includes('\0')) findings.hostile(nulFault(path))
  if (isLonger(value, 100)) findings.invalid(path, 'must have at most 100 characters')
  return 'done'
}

function aliasRule(value: JsonValue, path: Path, findings: Findings): undefined {
  if (typeof value !== 'string') return
  if (value.includes('@external/'))
    findings.invalid(path, 'must not begin with @external/, which is for accounts of the outside')
  else if (!ALIAS.test(value))
    findings.special({
      code: '0096',
      detail: 'An alias is made of letters, digits and the characters @ : _ -.',
    })
}

/** A whole number of 64 bits, whose digits come exactly however many they are. */
function int64Rule(value: JsonValue, path: Path, findings: Findings, least: bigint): 'done' {
  const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value)
  if (!isWhole) findings.unreadable(path, 'a whole number', value)
  else if (BigInt(value as bigint) < least || BigInt(value as bigint) >= 2n ** 63n)
    findings.invalid(path, `must be a whole number from ${least} to ${2n ** 63n - 1n}`)
  return 'done'
}

function decimalRule(value: JsonValue, path: Path, findings: Findings): 'done' {
  const amount = amountOf(value, 0)
  if (decimalText(value) === null || amount === 'not_a_decimal')
    findings.unreadable(path, 'a decimal number as text, such as "10.50"', value)
  else if (typeof amount !== 'bigint') findings.invalid(path, DECIMAL_FAULTS[amount])
  return 'done'
}

/**
 * An amount beside its asset. A scale goes with a whole number, as in the first generations; the third takes neither a
 * number without a scale nor a scale beside a text.
 */
function moneyRule(value: JsonValue, path: Path, findings: Findings, profile: Profile): undefined {
  if (!isFields(value)) return
  const { value: money = null, scale = null } = value
  if (money === null) return
  if (profile === 'v3' && (typeof money === 'string') === (scale !== null)) {
    if (scale === null) findings.unexpected([...path, 'value'], money)
    else findings.unexpected([...path, 'scale'], scale)
    return
  }
  if (typeof scale !== 'number' || amountOf(money, 0) === 'not_a_decimal') return
  const amount = amountOf(money, scale)
  if (amount === 'not_a_decimal') findings.invalid([...path, 'scale'], 'must be from 0 to 100')
  else if (typeof amount !== 'bigint')
    findings.invalid([...path, 'value'], `with its scale ${DECIMAL_FAULTS[amount]}`)
}

function dateRule(value: JsonValue, path: Path, findings: Findings): undefined {
  if (typeof value === 'string' && value !== '' && momentOrDayOf(value) === null)
    findings.unreadable(path, 'a time of RFC 3339, such as 2026-01-31T10:00:00Z', value)
}

/** An entry of a transaction names an account and says in one way how much. */
function entryRule(value: JsonValue, path: Path, findings: Findings): undefined {
  if (!isFields(value)) return
  const kinds = ['amount', 'share', 'remaining'].filter((kind) => (value[kind] ?? null) !== null)
  if (kinds.length !== 1)
    findings.special({
      code: '0072',
      detail: `The entry ${pathText(path)} must have exactly one of amount, share and remaining.`,
    })
  const named = (value['accountAlias'] ?? '') !== '' || (value['account'] ?? '') !== ''
  if (!named) findings.missing([...path, 'accountAlias'])
}
