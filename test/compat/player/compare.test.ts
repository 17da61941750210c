import { expect, test } from 'vitest'
import { Comparer } from './compare.ts'
import { blnk } from './dialect.ts'
import { withoutExempted } from './differences.ts'
import { numeral, parse } from './exact.ts'
import type { Played, Step } from './scenario.ts'

const RECORDED_AT = '2026-01-01T10:00:00.000Z'
const NOW = '2026-05-05T10:00:00.000Z'

function played(json: string, t: string, unique: string, status = '200'): Played {
  const response = { status: numeral(status), content_type: 'application/json', body: parse(json) }
  return { step: 'a step', t, unique, response }
}

function compare(
  recorded: string,
  ours: string,
  step: Partial<Step> = {},
  by = new Comparer(blnk),
) {
  const found = by.compare(
    { topic: 'a topic', steps: [] },
    { name: 'a step', ...step },
    played(recorded, RECORDED_AT, 'uoldz'),
    played(ours, NOW, 'unewz'),
  )
  return found.map(({ path }) => path)
}

test('numbers are compared by their text', () => {
  expect(compare('{"a":1}', '{"a":1.0}')).toEqual(['a'])
  expect(compare('{"a":9007199254740993}', '{"a":9007199254740992}')).toEqual(['a'])
  expect(compare('{"a":1e3}', '{"a":1e3}')).toEqual([])
})

test('more keys are fine, fewer are not', () => {
  expect(compare('{"a":1}', '{"a":1,"b":2}')).toEqual([])
  expect(compare('{"a":1,"b":2}', '{"a":1}')).toEqual(['b'])
  expect(compare('{"a":1}', '{"a":1,"b":2}', { extra_ok: false })).toEqual(['b'])
})

test('types count', () => {
  expect(compare('{"a":null,"b":"1","c":[]}', '{"a":"","b":1,"c":{}}')).toEqual(['a', 'b', 'c'])
})

test('times around the run are alike, others are compared', () => {
  expect(compare(`{"a":"2026-01-01T09:59:00.5Z"}`, `{"a":"2026-05-05T10:00:00Z"}`)).toEqual([])
  expect(compare(`{"a":"0001-01-01T00:00:00Z"}`, `{"a":"2026-05-05T10:00:00Z"}`)).toEqual(['a'])
})

test('names that were made for a run are alike', () => {
  expect(compare('{"a":"ref-uoldz"}', '{"a":"ref-unewz"}')).toEqual([])
})

test('ids stand for each other one to one', () => {
  const one = 'txn_10000000-0000-4000-8000-000000000000'
  const two = 'txn_20000000-0000-4000-8000-000000000000'
  const by = new Comparer(blnk)
  expect(compare(`["${one}"]`, `["${two}"]`, {}, by)).toEqual([])
  expect(compare(`["${one}"]`, `["${two}"]`, {}, by)).toEqual([])
  const three = 'txn_30000000-0000-4000-8000-000000000000'
  expect(compare(`["${one}"]`, `["${three}"]`, {}, by)).toEqual(['0'])
  expect(compare(`["${three}"]`, `["${two}"]`, {}, by)).toEqual(['0'])
})

test('lists are sorted where a step says that their order means nothing', () => {
  expect(compare('[{"n":1},{"n":2}]', '[{"n":2},{"n":1}]')).toEqual(['0.n', '1.n'])
  expect(compare('[{"n":1},{"n":2}]', '[{"n":2},{"n":1}]', { unordered: { $: 'n' } })).toEqual([])
})

test('what a step ignores is ignored with everything below it', () => {
  const ignore = ['a', 'list.*.b']
  expect(compare('{"a":{"b":1},"list":[{"b":1,"c":1}]}', '{"list":[{"c":2}]}', { ignore })).toEqual(
    ['list.0.c'],
  )
})

test('an exemption covers the paths that it names and must not be stale', () => {
  const exemption = { scenario: 'a topic', step: 'a step', name: 'a-name', paths: ['a'] }
  const differences = [
    { path: 'a.b', how: '' },
    { path: 'c', how: '' },
  ]
  expect(withoutExempted(differences, [exemption]).left).toEqual([{ path: 'c', how: '' }])
  expect(withoutExempted([], [exemption]).left).toHaveLength(1)
  expect(withoutExempted([], [{ ...exemption, random: true }]).left).toEqual([])
})
