import { expect, test } from 'vitest'
import * as limits from '../../src/limits.ts'
import { contentOf, files } from './tree.ts'

const sources = files(/^src\/.*\.ts$/)
  .filter((file) => file !== 'src/limits.ts' && !file.endsWith('.test.ts'))
  .map(contentOf)

/** Names of limits, those inside of limits included. */
function namesOf(value: unknown): readonly string[] {
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, inside]) => [name, ...namesOf(inside)])
}

/** Limits of what is not opened by any server yet. */
const AWAITED: readonly string[] = ['searchConnectionLimits']

const grouped = Object.entries(limits).filter(([group]) => !AWAITED.includes(group))

test.each(grouped)('every limit of %s is used', (group, value) => {
  const used = (name: string) => new RegExp(`\\b${name}\\b`)
  expect(sources.some((content) => used(group).test(content))).toBe(true)
  const unused = namesOf(value).filter(
    (name) => !sources.some((content) => new RegExp(`(\\.|[{,]\\s*)${name}\\b(?!:)`).test(content)),
  )
  expect(unused).toEqual([])
})
