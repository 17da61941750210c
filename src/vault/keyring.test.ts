import { createCipheriv, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keyOf, makeVault, type Vault } from './keyring.ts'
import { isToken } from './token.ts'

const oldKey = randomBytes(32)
const newKey = randomBytes(32)

function vaultWith(...keys: readonly Buffer[]): Vault {
  const vault = makeVault(keys)
  if (vault === null) throw new Error('There are keys')
  return vault
}

const vault = vaultWith(oldKey)

test('what was put away comes back, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, place) => {
      const token = vault.tokenize(place, text)
      expect(isToken(token)).toBe(true)
      expect(vault.detokenize(place, token)).toBe(text)
    }),
  )
})

test('a token has the shape of its text and none of it', () => {
  const token = vault.tokenize('p', 'Zoë Żak-9, 12:30@x.org')
  const [, shown = ''] = /^FPT:(.*):[^:]+$/.exec(token) ?? []
  expect(shown).toMatch(/^[A-Z][a-z]{2} [A-Z][a-z]{2}-\d, \d\d:\d\d@[a-z]\.[a-z]{3}$/)
  expect(vault.tokenize('p', 'Zoë')).not.toBe(vault.tokenize('p', 'Zoë'))
})

describe('a token', () => {
  const token = vault.tokenize('here', 'Grace')
  const sealed = token.slice(token.lastIndexOf(':') + 1)

  test('is read at its place only', () => {
    expect(vault.detokenize('there', token)).toBeNull()
  })

  test('is not read when a bit of it was changed', () => {
    const bytes = Buffer.from(sealed, 'base64')
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ 1
      expect(vault.detokenize('here', `FPT:Abcde:${changed.toString('base64')}`)).toBeNull()
    }
    const cut = bytes.subarray(0, -1).toString('base64')
    expect(vault.detokenize('here', `FPT:Abcde:${cut}`)).toBeNull()
  })

  test('is read with any key that is there, and is current with the first one', () => {
    const both = vaultWith(newKey, oldKey)
    expect(both.detokenize('here', token)).toBe('Grace')
    expect(both.isCurrent(token)).toBe(false)
    expect(both.isCurrent(both.tokenize('here', 'Grace'))).toBe(true)
    expect(vaultWith(newKey).detokenize('here', token)).toBeNull()
  })

  test.each(['', 'Grace', 'FPT:', 'FPT:Abcde:', 'FPT:Abcde:short=', 'fpt:Abcde:'])(
    'is none: %j',
    (text) => {
      expect(isToken(text)).toBe(false)
      expect(vault.detokenize('here', text)).toBeNull()
    },
  )
})

test('a token that Blnk made is read: a nonce, the text, a tag, and no place', () => {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', oldKey, nonce)
  const body = Buffer.concat([nonce, cipher.update('Grace'), cipher.final(), cipher.getAuthTag()])
  const token = `FPT:Lsrkg:${body.toString('base64')}`
  expect(vault.detokenize('anywhere', token)).toBe('Grace')
  expect(vault.isCurrent(token)).toBe(false)
})

test.each([
  ['blnk-tokenization-secret-32bytes', 'text'],
  [oldKey.toString('hex'), 'digits'],
  [oldKey.toString('base64'), 'base64'],
  [oldKey.toString('base64url'), 'base64 for URLs'],
])('%s is a key, as %s', (text) => {
  expect(keyOf(text)).toHaveLength(32)
})

test.each(['', 'short', 'x'.repeat(33), 'ü'.repeat(32)])('%s is no key', (text) => {
  expect(keyOf(text)).toBeNull()
})
