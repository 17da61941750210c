/** Matching rules, uploads and reconciliations: how they are made, and how they come to their ends. */
import {
  accept,
  type Decision,
  isoOf,
  type Json,
  type JsonObject,
  type Micros,
  refuse,
} from '../ledger/index.ts'
import { FIRST_PAGE } from '../reports/index.ts'
import type { Note } from './amendments.ts'
import { created, newRow, updated } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Amendment, MatchingRule, Reconciliation, Upload } from './rows.ts'

type Refused<T> = Promise<Decision<T, DirectoryRefusal>>

export type RuleOrder = Pick<MatchingRule, 'name' | 'description' | 'criteria'>

export function createRule(
  directory: Directory,
  bookId: number,
  order: RuleOrder,
  actor: Actor,
): Refused<MatchingRule> {
  return directory.create('matching_rule', bookId, actor, async (_reader, now, id) =>
    accept({ ...newRow(bookId, id, now, null), ...order }),
  )
}

export function changeRule(
  directory: Directory,
  bookId: number,
  id: string,
  order: RuleOrder,
  actor: Actor,
): Refused<MatchingRule> {
  return directory.update('matching_rule', bookId, id, actor, async () => accept(order))
}

/** Begins an upload, whose records are then written beside it. */
export function beginUpload(
  directory: Directory,
  bookId: number,
  order: Pick<Upload, 'kind' | 'source'>,
  actor: Actor,
): Refused<Upload> {
  return directory.create('upload', bookId, actor, async (_reader, now, id) =>
    accept({ ...newRow(bookId, id, now, null), ...order, status: 'receiving', recordCount: 0 }),
  )
}

/** Ends an upload: all of its records are there, or none of them counts. */
export function endUpload(
  directory: Directory,
  bookId: number,
  id: string,
  end: Pick<Upload, 'status' | 'recordCount'> & Partial<Pick<Upload, 'source'>>,
  actor: Actor,
): Refused<Upload> {
  return directory.update('upload', bookId, id, actor, async () => accept(end))
}

export type ReconciliationOrder = Pick<
  Reconciliation,
  'uploadId' | 'strategy' | 'grouping' | 'dryRun'
> & { readonly ruleIds: readonly string[] }

/** Starts a reconciliation of an upload that is ready, with the rules as they are now. */
export function startReconciliation(
  directory: Directory,
  bookId: number,
  order: ReconciliationOrder,
  actor: Actor,
): Refused<Reconciliation> {
  return directory.create('reconciliation', bookId, actor, async (reader, now, id) => {
    const { ruleIds, ...fields } = order
    const upload = await reader.get('upload', bookId, order.uploadId)
    if (upload === null || upload.status !== 'ready')
      return refuse({ code: 'reference_not_found', entity: 'upload', id: order.uploadId })
    const rules: JsonObject[] = []
    for (const ruleId of ruleIds) {
      const rule = await reader.get('matching_rule', bookId, ruleId)
      if (rule === null)
        return refuse({ code: 'reference_not_found', entity: 'matching_rule', id: ruleId })
      rules.push({ id: rule.id, criteria: rule.criteria as readonly Json[] })
    }
    return accept({
      ...newRow(bookId, id, now, null),
      ...fields,
      rules,
      status: 'started',
      matched: 0,
      unmatched: 0,
      failure: null,
      startedBy: actor,
      completedAt: null,
    })
  })
}

/** How a reconciliation goes on. */
export type ReconciliationStep =
  | { readonly status: 'in_progress' }
  | { readonly status: 'completed'; readonly matched: number; readonly unmatched: number }
  | { readonly status: 'failed'; readonly failure: string }

/** Goes on with a reconciliation, unless it has ended. */
export function advanceReconciliation(
  directory: Directory,
  bookId: number,
  id: string,
  step: ReconciliationStep,
): Refused<Reconciliation> {
  return directory.edit(bookId, null, async (reader, now) => {
    const before = await reader.get('reconciliation', bookId, id)
    if (before === null)
      return refuse<DirectoryRefusal>({ code: 'not_found', entity: 'reconciliation', id })
    if (hasEnded(before) || before.status === step.status)
      return accept({ changes: [], value: before })
    const completedAt = step.status === 'in_progress' ? null : isoOf(now)
    const { row, change } = updated('reconciliation', before, { ...step, completedAt }, now)
    return accept({ changes: [change], value: row })
  })
}

function hasEnded({ status }: Reconciliation): boolean {
  return status === 'completed' || status === 'failed'
}

/** A transaction that is written into, with what was recorded of it. */
export type Marked = { readonly id: string; readonly recorded: Note; readonly added: JsonObject }

/** Adds to the metadata of several transactions at once, on top of what was written into them before. */
export function markTransactions(
  directory: Directory,
  bookId: number,
  marks: readonly Marked[],
  actor: Actor = null,
): Refused<number> {
  return directory.edit(bookId, actor, async (reader, now) => {
    const existing = await reader.list('amendment', bookId, {
      ...FIRST_PAGE,
      within: [{ field: 'id', operator: 'in', values: marks.map(({ id }) => id) }],
      limit: marks.length,
    })
    const amendments = new Map(existing.map((row) => [row.id, row]))
    const changes = marks.map((mark) => changeOf(mark, amendments.get(mark.id), bookId, now))
    return accept({ changes, value: changes.length })
  })
}

function changeOf(mark: Marked, before: Amendment | undefined, bookId: number, now: Micros) {
  const metadata = { ...(before ?? mark.recorded).metadata, ...mark.added }
  if (before !== undefined) return updated('amendment', before, { metadata }, now).change
  const { description } = mark.recorded
  return created('amendment', { ...newRow(bookId, mark.id, now, metadata), description })
}
