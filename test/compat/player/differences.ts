/**
 * Where we answer differently on purpose. Each difference has a name, and the reference page explains every name; a step
 * lists what exactly differs in it, so that the rest of it is still compared.
 */
import { readFileSync } from 'node:fs'
import type { Difference } from './compare.ts'
import { type Exact, parse } from './exact.ts'

export type Exemption = {
  readonly scenario: string
  readonly step: string
  /** What kind of difference it is: a heading of the reference page. */
  readonly name: string
  /** The paths that differ; `$status` for the status and with it the whole answer. */
  readonly paths: readonly string[]
  /** What we answer instead, as far as it matters. */
  readonly instead?: { readonly status?: Exact; readonly body?: Exact }
  /** The real server answers at random, so that we may well answer the same. */
  readonly random?: boolean
}

export function loadExemptions(file: string): readonly Exemption[] {
  return parse(readFileSync(file, 'utf8')) as unknown as readonly Exemption[]
}

/** The names that a page explains: its headings of the third level that are one word in code, under a face's heading. */
export function explainedNames(page: string, face: string): readonly string[] {
  const text = readFileSync(page, 'utf8')
  const sections = text.split(/^## /m)
  const section = sections.find((part) => part.startsWith(`${face}\n`)) ?? ''
  return [...section.matchAll(/^### `([a-z0-9-]+)`$/gm)].map((match) => match[1] ?? '')
}

/** Takes away the differences that an exemption of the step covers; says so of exemptions that cover nothing. */
export function withoutExempted(
  found: readonly Difference[],
  exemptions: readonly Exemption[],
): { readonly left: readonly Difference[]; readonly used: readonly Exemption[] } {
  const covers = ({ paths }: Exemption, { path }: Difference) =>
    paths.some((prefix) => path === prefix || path.startsWith(`${prefix}.`))
  const left = found.filter((difference) => !exemptions.some((one) => covers(one, difference)))
  const used = exemptions.filter((one) => found.some((difference) => covers(one, difference)))
  const stale = exemptions
    .filter((one) => one.random !== true && !used.includes(one))
    .map((one) => ({ path: one.paths.join(), how: `${one.name}: nothing differs here any more` }))
  return { left: [...left, ...stale], used }
}
