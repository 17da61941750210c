import { expect, test } from 'vitest'
import { contentOf, files } from './tree.ts'

const OURS = /^(src|test|bench|scripts|examples|bin|sql)\/.*\.(ts|js|sql)$/
/** Code is formatted; prose is not. */
const WIDTH_MAX = 135

/** Recorded answers and the like are as long as they are. */
const DATA = /^test\/compat\//

test('no comment is wider than a page', () => {
  const wide = files(OURS)
    .filter((file) => !DATA.test(file))
    .flatMap((file) =>
      contentOf(file)
        .split('\n')
        .flatMap((line, index) =>
          /^\s*(\/\/|\/?\*|--)/.test(line) && line.length > WIDTH_MAX
            ? [`${file}:${index + 1}`]
            : [],
        ),
    )
  expect(wide).toEqual([])
})

test('files are named after what they are about, not after what programs have', () => {
  const vague = files(OURS).filter((file) =>
    /(^|[/-])(managers?|helpers?|utils?|common|misc|processors?|handlers?)([.-]|$)/.test(file),
  )
  expect(vague).toEqual([])
})

test('nothing is left to be done later, and no code is kept in comments', () => {
  const marks = files(OURS)
    .filter((file) => !DATA.test(file))
    .flatMap((file) =>
      contentOf(file)
        .split('\n')
        .flatMap((line, index) =>
          /\b(TO(?:)DO|FIX(?:)ME|XX(?:)X)\b/.test(line) ||
          /^\s*\/\/ (const|let|import|return|if \() ?.*[;{(]$/.test(line)
            ? [`${file}:${index + 1}: ${line.trim()}`]
            : [],
        ),
    )
  expect(marks).toEqual([])
})

test('migrations begin with what they are for, and their numbers are their own', () => {
  const migrations = files(/^sql\/\d{4}-.*\.sql$/)
  expect(migrations.filter((file) => !contentOf(file).startsWith('-- '))).toEqual([])
  const numbers = migrations.map((file) => file.slice(4, 8))
  expect(new Set(numbers).size).toBe(numbers.length)
})
