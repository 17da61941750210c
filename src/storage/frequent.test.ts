import { expect, test } from 'vitest'
import { Frequent } from './frequent.ts'

test('a text has a name from the third time on, always the same', () => {
  const frequent = new Frequent(10)
  expect(Array.from({ length: 5 }, () => frequent.nameOf('a'))).toEqual([
    '',
    '',
    'frequent 0',
    'frequent 0',
    'frequent 0',
  ])
})

test('two texts have two names', () => {
  const frequent = new Frequent(10)
  const names = ['a', 'b', 'a', 'b', 'a', 'b'].map((text) => frequent.nameOf(text))
  expect(names).toEqual(['', '', '', '', 'frequent 0', 'frequent 1'])
})

test('there are no more names than there may be', () => {
  const frequent = new Frequent(2)
  const texts = ['a', 'b', 'c'].flatMap((text) => [text, text, text])
  expect(texts.map((text) => frequent.nameOf(text)).filter((name) => name !== '')).toHaveLength(2)
  expect(frequent.nameOf('c')).toBe('')
  expect(frequent.nameOf('a')).toBe('frequent 0')
})

test('a text that comes seldom among many others has none', () => {
  const frequent = new Frequent(10)
  for (let round = 0; round < 5; round += 1) {
    expect(frequent.nameOf('seldom')).toBe('')
    for (let other = 0; other < 300; other += 1) frequent.nameOf(`${round} ${other}`)
  }
})
