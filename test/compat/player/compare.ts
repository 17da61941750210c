/** Compares what we answer with what was recorded: statuses, keys, types and values. More keys are fine, fewer are not. */
import type { Dialect } from './dialect.ts'
import {
  at,
  type Exact,
  type ExactObject,
  fieldsOf,
  isList,
  isNumeral,
  plain,
  stringify,
} from './exact.ts'
import type { Answer, Played, Scenario, Step } from './scenario.ts'

/** Where two answers differ, and how. */
export type Difference = { readonly path: string; readonly how: string }

const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d|[+-]\d\d)?/g
const FOUR_DAYS_MS = 4 * 86_400_000
const SHOWN_MAX = 160

function isNear(text: string, now: number): boolean {
  const whole = text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')
  return Math.abs(Date.parse(whole) - now) < FOUR_DAYS_MS
}

function kindOf(value: Exact): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (isNumeral(value)) return 'number'
  return isList(value) ? 'list' : typeof value
}

function shown(value: Exact): string {
  return value === undefined ? 'nothing' : stringify(value).slice(0, SHOWN_MAX)
}

/** One step's answers side by side: what is ignored in it, and what each run knows of itself. */
type Pair = {
  readonly ignore: readonly RegExp[]
  readonly unordered: Readonly<Record<string, string>>
  readonly strictKeys: boolean
  readonly failed: boolean
  readonly code: string
  readonly recorded: Run
  readonly ours: Run
  readonly found: Difference[]
}

type Run = { readonly unique: string; readonly now: number }

/** Compares the steps of one scenario; relations between ids must hold over all of it. */
export class Comparer {
  readonly #dialect: Dialect
  readonly #ours = new Map<string, string>()
  readonly #recorded = new Map<string, string>()

  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }

  compare(scenario: Scenario, step: Step, recorded: Played, ours: Played): readonly Difference[] {
    const [was, is] = [recorded.response, ours.response]
    if (step.ignore?.includes('$any'))
      return is.status.rawJSON === '0' ? [{ path: '$status', how: 'no answer' }] : []
    const pair: Pair = {
      ignore: [...(step.ignore ?? []), ...(scenario.ignore ?? [])].map(pathPattern),
      unordered: step.unordered ?? {},
      strictKeys: step.extra_ok === false,
      failed: Number(was.status.rawJSON) >= 400,
      code: plain(at(was.body, 'error_detail.code')),
      recorded: { unique: recorded.unique, now: Date.parse(recorded.t) },
      ours: { unique: ours.unique, now: Date.parse(ours.t) },
      found: [],
    }
    this.#compareCaptures(step, recorded, ours, pair)
    if (statusFits(step, was, is)) this.#compareContent(was, is, pair)
    else
      pair.found.push({
        path: '$status',
        how: `expected ${was.status.rawJSON}, got ${is.status.rawJSON} ${shown(is.body ?? is.text)}`,
      })
    if (recorded.poll?.matched === true && ours.poll?.matched === false)
      pair.found.push({ path: '$poll', how: 'the expected state did not come in time' })
    return pair.found
  }

  /** Compares one value with what it is expected to be, within the same run. */
  compareValue(expected: Exact, got: Exact, ours: Played): readonly Difference[] {
    const run = { unique: ours.unique, now: Date.parse(ours.t) }
    const found: Difference[] = []
    const pair: Pair = {
      ignore: [],
      unordered: {},
      strictKeys: false,
      failed: false,
      code: '',
      recorded: run,
      ours: run,
      found,
    }
    this.#diff(expected, got, '', pair)
    return found
  }

  #compareCaptures(step: Step, recorded: Played, ours: Played, pair: Pair): void {
    for (const [name, value] of Object.entries(recorded.captured ?? {})) {
      const got = ours.captured?.[name]
      const path = step.capture?.[name] ?? ''
      const isId = value.replace(this.#dialect.id, '') === ''
      if (got === undefined || !isId || this.#dialect.looseCaptures.test(name)) continue
      if (isIgnored(path, pair)) continue
      this.#diff(value, got, `$capture.${name}`, pair)
    }
  }

  #compareContent(was: Answer, is: Answer, pair: Pair): void {
    const type = (answer: Answer) => (answer.content_type ?? '').split(';')[0]
    if (type(was) !== type(is) && !isIgnored('$content_type', pair))
      pair.found.push({
        path: '$content_type',
        how: `expected ${was.content_type}, got ${is.content_type}`,
      })
    if (was.headers !== undefined)
      this.#diff(was.headers, is.headers ?? {}, '$headers', { ...pair, strictKeys: false })
    if (was.body !== undefined) this.#diff(was.body, is.body, '', pair)
    else this.#diff(was.text, is.text ?? stringify(is.body), '$text', pair)
  }

  #diff(expected: Exact, got: Exact, path: string, pair: Pair): void {
    if (isIgnored(path, pair) || this.#dialect.isInternal(path, expected)) return
    if (typeof expected === 'string' && typeof got === 'string') {
      if (this.#dialect.isFreeText(path, expected, pair.failed, pair.code)) return
    } else if (expected === '*' && this.#dialect.isFreeText(path, '*', pair.failed, pair.code)) {
      pair.found.push({ path: path || '$', how: `expected a text, got ${shown(got)}` })
      return
    }
    if (kindOf(expected) !== kindOf(got)) {
      pair.found.push({ path: path || '$', how: `expected ${shown(expected)}, got ${shown(got)}` })
    } else if (isList(expected) && isList(got)) {
      this.#diffLists(expected, got, path, pair)
    } else if (fieldsOf(expected) !== null) {
      this.#diffFields(fieldsOf(expected) ?? {}, fieldsOf(got) ?? {}, path, pair)
    } else {
      const how = this.#diffScalars(expected, got, pair)
      if (how !== null) pair.found.push({ path: path || '$', how })
    }
  }

  #diffFields(expected: ExactObject, got: ExactObject, path: string, pair: Pair): void {
    const below = (key: string) => (path === '' ? key : `${path}.${key}`)
    for (const key of Object.keys(expected).sort())
      this.#diff(expected[key], got[key], below(key), pair)
    if (!pair.strictKeys) return
    for (const key of Object.keys(got))
      if (!(key in expected) && !isIgnored(below(key), pair))
        pair.found.push({ path: below(key), how: `unexpected ${shown(got[key])}` })
  }

  #diffLists(expected: readonly Exact[], got: readonly Exact[], path: string, pair: Pair): void {
    if (expected.length !== got.length) {
      const how = `expected ${expected.length} items, got ${got.length}: ${shown(got)}`
      pair.found.push({ path: path || '$', how })
      return
    }
    const last = path.slice(path.lastIndexOf('.') + 1)
    const by = pair.unordered[path || '$'] ?? this.#dialect.unordered[last]
    const left = by === undefined ? expected : this.#sorted(expected, by, pair.recorded)
    const right = by === undefined ? got : this.#sorted(got, by, pair.ours)
    for (const [index, item] of left.entries())
      this.#diff(item, right[index], path === '' ? String(index) : `${path}.${index}`, pair)
  }

  #sorted(list: readonly Exact[], by: string, run: Run): readonly Exact[] {
    const keyOf = (item: Exact) =>
      by
        .split(',')
        .map((path) => this.#masked(stringify(at(item, path) ?? null), run).text)
        .join('|')
    return list
      .map((item) => ({ item, key: keyOf(item) }))
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map(({ item }) => item)
  }

  #diffScalars(expected: Exact, got: Exact, pair: Pair): string | null {
    if (plain(expected) === plain(got)) return null
    const differs = `expected ${shown(expected)}, got ${shown(got)}`
    if (typeof expected !== 'string' || typeof got !== 'string') return differs
    const left = this.#masked(expected, pair.recorded)
    const right = this.#masked(got, pair.ours)
    if (left.text !== right.text || left.ids.length !== right.ids.length) return differs
    for (const [index, id] of left.ids.entries()) {
      const ours = right.ids[index] ?? ''
      const before = this.#ours.get(id)
      if (before === undefined && !this.#recorded.has(ours)) {
        this.#ours.set(id, ours)
        this.#recorded.set(ours, id)
      } else if (before !== ours) {
        return `the id ${id} was ${before ?? 'new'} elsewhere and is ${ours} here`
      }
    }
    return null
  }

  /** The text without what differs from run to run, and the ids that stood in it. */
  #masked(text: string, run: Run): { readonly text: string; readonly ids: readonly string[] } {
    const ids: string[] = []
    let masked = text.replaceAll(run.unique, '<unique>').replace(this.#dialect.id, (id) => {
      ids.push(id.toLowerCase())
      return this.#dialect.labelOfId(id)
    })
    for (const [pattern, label] of this.#dialect.masks) masked = masked.replace(pattern, label)
    masked = masked.replace(TIME, (time) => (isNear(time, run.now) ? '<now>' : time))
    return { text: masked, ids }
  }
}

function statusFits(step: Step, was: Answer, is: Answer): boolean {
  const also = (step.also_status ?? []).map((status) => status.rawJSON)
  return [was.status.rawJSON, ...also].includes(is.status.rawJSON)
}

/** `*` stands for one word of a path; what is below an ignored path is ignored too. */
function pathPattern(path: string): RegExp {
  const words = path
    .split('.')
    .map((word) => (word === '*' ? '[^.]+' : word.replace(/[$()[\]+?^{}|\\]/g, '\\$&')))
  return new RegExp(`^${words.join('\\.')}($|\\.)`)
}

function isIgnored(path: string, pair: Pair): boolean {
  return pair.ignore.some((pattern) => pattern.test(path))
}
