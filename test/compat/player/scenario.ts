/** Scenarios and what the real server answered to them, as they lie on disk. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type Exact, type ExactObject, type Numeral, parse } from './exact.ts'

/** A request, in which `${name}` stands for what was captured before. Only one of the bodies is given. */
export type Asked = {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Exact
  readonly body_raw?: string
  readonly body_repeat?: {
    readonly prefix: string
    readonly unit: string
    readonly count: Numeral
    readonly suffix: string
  }
  readonly body_items?: {
    readonly template: Exact
    readonly count: Numeral
    readonly key: string
    readonly with?: ExactObject
  }
  readonly multipart?: readonly {
    readonly name: string
    readonly filename?: string
    readonly type?: string
    readonly content: string
  }[]
  readonly form?: Readonly<Record<string, string>>
}

export type Step = {
  readonly name: string
  readonly request?: Asked
  /** Which parts of the answer to keep under which name; `$re:` begins a pattern on the text. */
  readonly capture?: Readonly<Record<string, string>>
  readonly poll?: {
    readonly until?: Readonly<Record<string, Exact>>
    readonly timeout_ms?: Numeral
    readonly interval_ms?: Numeral
  }
  readonly sleep_ms?: Numeral
  readonly timeout_ms?: Numeral
  readonly ignore?: readonly string[]
  readonly unordered?: Readonly<Record<string, string>>
  readonly also_status?: readonly Numeral[]
  readonly extra_ok?: boolean
  readonly record_headers?: readonly string[]
}

export type Scenario = {
  readonly topic: string
  readonly ignore?: readonly string[]
  readonly steps: readonly Step[]
}

export type Answer = {
  readonly status: Numeral
  readonly content_type: string | null
  readonly headers?: Readonly<Record<string, string | null>>
  /** The body when it is JSON, else `text`. */
  readonly body?: Exact
  readonly text?: string
}

/** What happened in a step: of the real server as it was recorded, of ours as it is played. */
export type Played = {
  readonly step: string
  /** RFC 3339. */
  readonly t: string
  /** What made names unique in that run. */
  readonly unique: string
  readonly response: Answer
  readonly captured?: Readonly<Record<string, string>>
  readonly poll?: { readonly matched: boolean }
  readonly skipped?: string
}

export function loadScenarios(folder: string): readonly Scenario[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return files.sort().map((name) => {
    const scenario = parse(readFileSync(path.join(folder, name), 'utf8')) as unknown as Scenario
    return { ...scenario, topic: scenario.topic ?? name.replace(/\.json$/, '') }
  })
}

/** The recorded steps of a topic by name. */
export function loadRecording(folder: string, topic: string): ReadonlyMap<string, Played> {
  const lines = readFileSync(path.join(folder, `${topic}.jsonl`), 'utf8').split('\n')
  const steps = lines.filter((line) => line !== '').map((line) => parse(line) as unknown as Played)
  return new Map(steps.map((played) => [played.step, played]))
}
