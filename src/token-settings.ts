/** How the settings about tokens of an issuer are read. */
import { ALGORITHMS, type Algorithm } from './tokens/index.ts'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Keys that come over a line where others can write are anybody's keys. */
export function trustedUrl(value: string): string {
  const url = URL.parse(value)
  const isSafe = url?.protocol === 'https:'
  const isHere = url?.protocol === 'http:' && LOOPBACK.test(url.hostname)
  if (url === null || !(isSafe || isHere))
    throw new Error('is not a URL that begins with https:// (or http:// on loopback)')
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw new Error('is a URL with more than a place in it')
  return value
}

export function algorithms(value: string): readonly Algorithm[] {
  return value.split(',').map((text) => {
    const found = ALGORITHMS.find((one) => one === text.trim())
    if (found !== undefined) return found
    throw new Error(`${text} is none of ${ALGORITHMS.join(', ')}`)
  })
}

export function claimName(value: string): string {
  if (/^[\w.:/-]{1,255}$/.test(value) && !/^(iss|sub|aud|exp|nbf|iat|jti)$/.test(value))
    return value
  throw new Error(`${value} is not the name of a claim that could say it`)
}

/** Clocks that are further apart are wrong. */
const SKEW_MAX = 300

export function skew(value: string): number {
  if (/^\d{1,3}$/.test(value) && Number(value) <= SKEW_MAX) return Number(value)
  throw new Error(`${value} is not a number of seconds from 0 to ${SKEW_MAX}`)
}
