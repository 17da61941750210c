/**
 * Tokens: what stands in the place of a text that is encrypted. `FPT:`, a made-up text of the same shape, for programs and
 * people that expect a name or a number there, and the encrypted text behind the last colon. The shape is Blnk's.
 */
import { randomInt } from 'node:crypto'

const TOKEN = /^FPT:[\s\S]*:([A-Za-z0-9+/]{38,}={0,2})$/

export function writeToken(text: string, sealed: string): string {
  return `FPT:${likenessOf(text)}:${sealed}`
}

/** The encrypted text of a token, or null for what is none. */
export function sealedIn(text: string): string | null {
  return TOKEN.exec(text)?.[1] ?? null
}

export function isToken(text: string | null): boolean {
  return text !== null && TOKEN.test(text)
}

/** A text with letters and digits where the other has them, and everything else as it is there. */
function likenessOf(text: string): string {
  return text
    .replace(/\p{M}/gu, '')
    .replace(/\p{Lu}/gu, () => letterAfter('A'))
    .replace(/[\p{Ll}\p{Lm}\p{Lo}\p{Lt}]/gu, () => letterAfter('a'))
    .replace(/\p{N}/gu, () => String(randomInt(10)))
}

function letterAfter(first: string): string {
  return String.fromCharCode(first.charCodeAt(0) + randomInt(26))
}
