/** Reads the texts of settings; each throws a sentence that says what is wrong, and never repeats what may be secret. */
import { type Block, blockOf } from './outbox/index.ts'
import { keyOf } from './vault/index.ts'

/** The most characters of a setting. */
const TEXT_MAX = 4096

export function plainText(value: string): string {
  if (value.trim() !== value || value === '') throw new Error('is empty or has spaces around it')
  if (value.length > TEXT_MAX || value.includes('\0')) throw new Error('is no text to work with')
  return value
}

export function address(value: string): string {
  if (/^[\w.:%[\]-]{1,255}$/.test(value)) return value
  throw new Error(`${value} is neither a name nor an address`)
}

/** The text of a URL may hold a password, so it is never repeated. */
export function databaseUrl(value: string): string {
  if (!/^postgres(ql)?:\/\//.test(value))
    throw new Error('is not a URL that begins with postgresql://')
  // A socket's URL has no host before the path, which the parser of the platform does not take.
  if (!URL.canParse(value.replace(/@\//, '@socket/')))
    throw new Error('is not a URL: are special characters of the password percent-encoded?')
  return value
}

export function port(value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value)
  throw new Error(`${value} is not a port: a whole number from 0 to 65535`)
}

export type MidazProfile = 'seed' | 'v3' | 'v4'

export type MidazPort = { readonly port: number; readonly profile: MidazProfile | null }

/** Reads ports such as `3000:v3,3002`. */
export function midazPorts(value: string): readonly MidazPort[] {
  return value.split(',').map((text) => {
    const [number = '', profile, ...rest] = text.trim().split(':')
    if (rest.length > 0) throw new Error(`${text} is not a port, or a port and a generation`)
    const generation = profile === undefined ? null : midazProfile(profile)
    return { port: port(number), profile: generation }
  })
}

export function midazProfile(value: string): MidazProfile {
  return oneOf<MidazProfile>('seed', 'v3', 'v4')(value)
}

export function seconds(value: string): number {
  if (/^[1-9]\d{0,4}$/.test(value) && Number(value) <= 86_400) return Number(value)
  throw new Error(`${value} is not a number of seconds: a whole number from 1 to 86400`)
}

export function oneOf<T extends string>(...words: readonly T[]): (value: string) => T {
  return (value) => {
    const word = words.find((candidate) => candidate === value)
    if (word !== undefined) return word
    throw new Error(`${value} is none of ${words.join(', ')}`)
  }
}

export function switched(value: string): boolean {
  return oneOf('on', 'off')(value) === 'on'
}

/** The text of a webhook's URL may hold a password, so it is never repeated. */
export function webUrl(value: string): string {
  const protocol = URL.parse(value)?.protocol
  if (protocol === 'http:' || protocol === 'https:') return value
  throw new Error('is not a URL that begins with http:// or https://')
}

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/
const HEADER_VALUE = /^[\t\x20-\x7e]{0,2000}$/
const RESERVED = /^(host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect)$/i

/** Headers may hold secrets, so they are never repeated. */
export function headers(value: string): Readonly<Record<string, string>> {
  let read: unknown
  try {
    read = JSON.parse(value)
  } catch {
    read = null
  }
  if (read === null || typeof read !== 'object' || Array.isArray(read))
    throw new Error('is not a JSON object of headers: {"Name": "value"}')
  for (const [name, text] of Object.entries(read)) {
    if (!HEADER_NAME.test(name) || RESERVED.test(name))
      throw new Error('has a name that no header to be sent can have')
    if (typeof text !== 'string' || !HEADER_VALUE.test(text))
      throw new Error('has a value that no header can have')
  }
  return read as Record<string, string>
}

export function blocks(value: string): readonly Block[] {
  return value.split(',').map((text) => {
    const block = blockOf(text.trim())
    if (block === null) throw new Error(`${text} is no block of addresses such as 10.0.0.0/8`)
    return block
  })
}

export function hosts(value: string): readonly string[] {
  return value.split(',').map((text) => {
    const host = text.trim().toLowerCase()
    if (URL.parse(`http://${host}`)?.pathname === '/' && /^[\w.:[\]-]+$/.test(host)) return host
    throw new Error(`${text} is no host such as files.example.com`)
  })
}

/** Keys to encrypt with are never repeated. */
export function encryptionKeys(value: string): readonly Buffer[] {
  const single = keyOf(value)
  const keys = single === null ? value.split(',').map((text) => keyOf(text.trim())) : [single]
  const all = keys.filter((key) => key !== null)
  if (all.length === keys.length) return all
  throw new Error(
    'is no list of keys, each of 32 bytes: as text, as base64 or as 64 hexadecimal digits',
  )
}

/** A number of requests per second, which may be less than one. */
export function rate(value: string): number {
  const number = Number(value)
  if (/^\d{1,9}(\.\d{1,6})?$/.test(value) && number > 0) return number
  throw new Error(`${value} is no number of requests per second`)
}

export function burst(value: string): number {
  if (/^\d{1,9}$/.test(value) && Number(value) > 0) return Number(value)
  throw new Error(`${value} is no number of requests`)
}

export function proxies(value: string): readonly string[] {
  blocks(value)
  return value.split(',').map((text) => text.trim())
}
