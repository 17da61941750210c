import { expect, test } from 'vitest'
import { substitute } from './variables.ts'

const KNOWN = { O: 'x', paidAt: '2026-03-01T00:00:00.250Z' }

test.each([
  ['O', 'x'],
  ['paidAt', '2026-03-01T00:00:00.250Z'],
  ['paidAt-1s.nofrac', '2026-02-28T23:59:59Z'],
  ['paidAt+1d.date', '2026-03-02'],
])('%s stands for %s', (name, text) => {
  expect(substitute(`/a/\${${name}}`, KNOWN)).toBe(`/a/${text}`)
})

test('what nothing has captured stands for nothing, nor does what is no time', () => {
  for (const name of ['none', 'none-1s', 'O-1s'])
    expect(() => substitute(`\${${name}}`, KNOWN)).toThrow(name)
})
