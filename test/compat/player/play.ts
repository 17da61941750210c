/** Plays a scenario against a server: one step after the other, keeping what later steps need. */
import { randomUUID } from 'node:crypto'
import type { Dialect } from './dialect.ts'
import { at, type Exact, isNumeral, numeral, parse, plain, stringify } from './exact.ts'
import type { Answer, Asked, Played, Scenario, Step } from './scenario.ts'
import { type Received, send } from './send.ts'
import { substitute, type Variables } from './variables.ts'

export type Stage = {
  readonly url: string
  readonly dialect: Dialect
  /** Sent with every request, unless the step itself says otherwise. */
  readonly headers: Readonly<Record<string, string>>
  readonly variables: Variables
  /** Steps that are asked once where they say to ask again: what they wait for does not come here. */
  readonly unawaited?: ReadonlySet<string>
}

const ANSWER_MS = 60_000
const POLL_MS = 15_000
const POLL_PAUSE_MS = 60
const NO_TIME = numeral('0')

/** A name that no other run has, recognisable in whatever comes back. */
export function uniqueName(): string {
  return `u${Date.now().toString(36)}${randomUUID().slice(0, 4)}z`
}

/** Plays the steps in order; each is handed over with what happened. */
export async function play(
  scenario: Scenario,
  stage: Stage,
  each: (step: Step, played: Played) => void,
): Promise<void> {
  const unique = uniqueName()
  const variables: Variables = {
    unique,
    custom_uuid: randomUUID(),
    base: stage.url,
    ...stage.variables,
  }
  for (const step of scenario.steps) {
    if (step.sleep_ms !== undefined) await pause(Number(step.sleep_ms.rawJSON))
    if (step.request === undefined) continue
    each(step, await playStep(step, step.request, unique, variables, stage))
  }
}

async function playStep(
  step: Step,
  template: Asked,
  unique: string,
  variables: Variables,
  stage: Stage,
): Promise<Played> {
  const timeout = step.timeout_ms === undefined ? ANSWER_MS : Number(step.timeout_ms.rawJSON)
  const ask = async () => {
    const asked = substitute(template, variables)
    const t = new Date().toISOString()
    const received = await send(stage.url, asked, stage.headers, timeout)
    return { t, response: answerOf(received, step, stage.dialect) }
  }
  try {
    const isOnce = stage.unawaited?.has(step.name) ?? false
    const wanted =
      isOnce && step.poll !== undefined ? { ...step.poll, timeout_ms: NO_TIME } : step.poll
    const last = wanted === undefined ? await ask() : await poll(wanted, variables, ask)
    const captured = capture(step, last.response)
    Object.assign(variables, captured)
    return { step: step.name, unique, captured, ...last }
  } catch (error) {
    const response = { status: numeral('0'), content_type: null, text: (error as Error).message }
    return { step: step.name, unique, t: new Date().toISOString(), response }
  }
}

async function poll<T extends { readonly response: Answer }>(
  wanted: NonNullable<Step['poll']>,
  variables: Variables,
  ask: () => Promise<T>,
): Promise<T & { readonly poll: { readonly matched: boolean } }> {
  const until = Object.entries(substitute(wanted.until ?? {}, variables))
  const deadline = Date.now() + Number(wanted.timeout_ms?.rawJSON ?? POLL_MS)
  for (;;) {
    const asked = await ask()
    const matched = until.every(([path, value]) => plain(value) === plain(reached(path, asked)))
    if (matched || Date.now() > deadline) return { ...asked, poll: { matched } }
    await pause(Number(wanted.interval_ms?.rawJSON ?? POLL_PAUSE_MS))
  }
}

function reached(path: string, { response }: { readonly response: Answer }): Exact {
  return path === '$status' ? response.status : at(response.body, path)
}

function answerOf(received: Received, step: Step, dialect: Dialect): Answer {
  const headers: Record<string, string | null> = {}
  const headerOf = (name: string) => {
    const value = received.headers[name]
    return value === undefined ? null : String(value)
  }
  for (const name of dialect.headers) {
    const value = headerOf(name)
    if (value !== null) headers[name] = value
  }
  for (const name of step.record_headers ?? []) headers[name] = headerOf(name)
  return {
    status: numeral(String(received.status)),
    content_type: received.headers['content-type'] ?? null,
    headers,
    ...contentOf(received.text),
  }
}

function contentOf(text: string): { readonly body: Exact } | { readonly text: string } {
  try {
    if (text !== '') return { body: parse(text) }
  } catch {
    // Not JSON: the text is all there is.
  }
  return { text }
}

function capture(step: Step, response: Answer): Record<string, string> {
  const captured: Record<string, string> = {}
  for (const [name, path] of Object.entries(step.capture ?? {})) {
    const text = response.text ?? stringify(response.body)
    const value = path.startsWith('$re:')
      ? new RegExp(path.slice(4)).exec(text)?.[1]
      : at(response.body, path)
    if (value === undefined || value === null) continue
    captured[name] = isNumeral(value) ? value.rawJSON : plain(value)
  }
  return captured
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis))
}
