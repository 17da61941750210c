/**
 * The one statement that commits a batch.
 *
 * It advances the head of the book, guarded by where the batch begins, and carries everything else in the same breath,
 * so a batch is one round trip and one transaction. When the guard finds another writer's head, the last line divides by
 * zero: the statement fails and nothing of it is written. So it does when a balance or a key was not where it must be.
 *
 * Rows come as arrays of columns. Sums are found by the key (book_id, id) through ON CONFLICT, which leaves the planner no
 * choice; joined to the array, it once chose to read the whole book: 3.5 ms instead of 0.1 for one posting among 1,000
 * balances. Each table is modified at most once, and no part reads what another
 * wrote, so the parts may run in any order.
 */

import type { Batch } from '../../engine/port.ts'
import { formatDecimal, isoOf } from '../../ledger/index.ts'
import { plainArray, textArray } from '../types.ts'
import { metadataParts } from './metadata-values.ts'
import type { Statement } from './statement.ts'
import {
  ADD_VALUE_DATED_ENTRIES,
  valueDatedEntriesOf,
  valueDatedEntryColumns,
} from './value-dated-entries.ts'
import { ADD_VALUE_DATES, valueDateColumns, valueDatesOf } from './value-dates.ts'
import { upserts } from './write-rows.ts'

type Part = {
  readonly name: string
  readonly sql: string
  readonly values: readonly unknown[]
  /** How many rows it must return; with any other number nothing is written. */
  readonly rows?: number
}

const HEAD_PARAMETERS = 7

export function commitBatch(batch: Batch): Statement {
  const parts: Part[] = []
  if (batch.transactions.length > 0) parts.push(transactionsPart(batch))
  if (batch.balances.length > 0) parts.push(entriesPart(batch), sumsPart(batch))
  parts.push(...metadataParts(batch))
  const valueDates = valueDatesOf(batch.transactions)
  if (valueDates.length > 0)
    parts.push({ name: 'value_dates', sql: ADD_VALUE_DATES, values: valueDateColumns(valueDates) })
  const dated = valueDatedEntriesOf(batch.transactions)
  if (dated.length > 0)
    parts.push({
      name: 'value_dated_entries',
      sql: ADD_VALUE_DATED_ENTRIES,
      values: valueDatedEntryColumns(dated),
    })
  if (batch.holds.length > 0) parts.push(holdsPart(batch))
  if (batch.keys.length > 0) parts.push(keysPart(batch))
  if (batch.due.length > 0) parts.push(duePart(batch))
  if (batch.changes.length > 0) parts.push(eventsPart(batch))
  if (carriesRows(batch))
    for (const { entity, sql, values } of upserts(batch.changes.map((row) => row.change)))
      parts.push({ name: entity, sql, values })
  return {
    ...textFor(parts),
    values: [
      batch.to.bookId,
      batch.to.seq,
      batch.to.hash,
      isoOf(batch.to.recordedAt),
      batch.from.hash,
      batch.leafCount,
      batch.root,
      ...parts.flatMap((part) =>
        part.rows === undefined ? part.values : [...part.values, part.rows],
      ),
    ],
  }
}

/**
 * Whether the batch writes rows of the directory itself: those of lots that its postings open. Their sums come with the
 * entries. The rows of an edit are written by statements of their own, because one edit may change a row twice.
 */
export function carriesRows(batch: Batch): boolean {
  return batch.transactions.length > 0 && batch.changes.length > 0
}

const texts = new Map<string, Pick<Statement, 'name' | 'text'>>()

/**
 * The text for these parts, composed once: the driver prepares each text once under its name. The database tells names
 * apart by their first 63 characters, so they are counted.
 */
function textFor(parts: readonly Part[]): Pick<Statement, 'name' | 'text'> {
  const key = parts.map((part) => part.name).join(' ')
  const known = texts.get(key)
  if (known !== undefined) return known
  const made = { name: `commit ${texts.size}`, text: compose(parts) }
  texts.set(key, made)
  return made
}

function compose(parts: readonly Part[]): string {
  let offset = HEAD_PARAMETERS
  let text = `with head as (
  update books set seq = $2, head = $3, recorded_at = $4::timestamptz
   where book_id = $1 and seq = $2::bigint - 1 and head = $5
  returning 1
), batch as (
  insert into batches (book_id, seq, recorded_at, leaf_count, root, head)
  values ($1, $2, $4::timestamptz, $6, $7, $3)
)`
  const checks: string[] = []
  for (const part of parts) {
    const start = offset
    text += `, ${part.name} as (${part.sql.replace(/\$n(\d+)/g, (_, n: string) => `$${start + Number(n)}`)}\n)`
    offset += part.values.length
    if (part.rows === undefined) continue
    offset += 1
    checks.push(`1 / ((select count(*) from ${part.name}) = $${offset}::bigint)::int`)
  }
  return `${text}\nselect ${['1 / (select count(*) from head)', ...checks].join(', ')}`
}

function transactionsPart(batch: Batch): Part {
  const rows = batch.transactions
  const all = rows.map((row) => row.transaction)
  return {
    name: 'transactions',
    sql: `
  insert into transactions (book_id, id, seq, kind, status, recorded_at, effective_at, parent_id, request_id,
    reverses_id, reference, asset_code, amount, source_id, destination_id, description, metadata, terms, plan,
    actor, seal)
  select $1, u.id, $2, u.kind, u.status, $4::timestamptz, u.effective_at, u.parent_id, u.request_id, u.reverses_id,
    u.reference, u.asset_code, u.amount, u.source_id, u.destination_id, u.description, u.metadata, u.terms, u.plan,
    u.actor, u.seal
    from unnest($n1::uuid[], $n2::text[], $n3::text[], $n4::timestamptz[], $n5::uuid[], $n6::uuid[], $n7::uuid[],
      $n8::text[], $n9::text[], $n10::numeric[], $n11::uuid[], $n12::uuid[], $n13::text[], $n14::jsonb[],
      $n15::json[], $n16::json[], $n17::text[], $n18::text[])
      as u (id, kind, status, effective_at, parent_id, request_id, reverses_id, reference, asset_code, amount,
        source_id, destination_id, description, metadata, terms, plan, actor, seal)`,
    values: [
      plainArray(all.map((t) => t.id)),
      plainArray(all.map((t) => t.kind)),
      plainArray(all.map((t) => t.status)),
      plainArray(all.map((t) => (t.effectiveAt === null ? null : isoOf(t.effectiveAt)))),
      plainArray(all.map((t) => t.parentId)),
      plainArray(all.map((t) => t.requestId)),
      plainArray(all.map((t) => t.reversesId)),
      textArray(all.map((t) => t.reference)),
      textArray(all.map((t) => t.assetCode)),
      plainArray(all.map((t) => formatDecimal(t.amount))),
      plainArray(all.map((t) => t.sourceId)),
      plainArray(all.map((t) => t.destinationId)),
      textArray(all.map((t) => t.description)),
      textArray(all.map((t) => (t.metadata === null ? null : JSON.stringify(t.metadata)))),
      textArray(rows.map((row) => row.termsText)),
      textArray(rows.map((row) => row.planText)),
      textArray(all.map((t) => t.actor)),
      plainArray(rows.map((row) => row.seal)),
    ],
  }
}

function entriesPart(batch: Batch): Part {
  const all = batch.transactions.flatMap((row) => row.entries)
  const details = batch.transactions.flatMap((row) => row.detailTexts)
  return {
    name: 'entries',
    sql: `
  insert into entries (book_id, transaction_id, leg, balance_id, version, side, effect, amount, posted_debits,
    posted_credits, pending_debits, pending_credits, details)
  select $1, u.*
    from unnest($n1::uuid[], $n2::smallint[], $n3::uuid[], $n4::bigint[], $n5::text[], $n6::text[], $n7::numeric[],
      $n8::numeric[], $n9::numeric[], $n10::numeric[], $n11::numeric[], $n12::json[]) as u`,
    values: [
      plainArray(all.map((e) => e.entry.transactionId)),
      plainArray(all.map((e) => e.entry.leg)),
      plainArray(all.map((e) => e.entry.balanceId)),
      plainArray(all.map((e) => e.entry.version)),
      plainArray(all.map((e) => e.entry.side)),
      plainArray(all.map((e) => e.entry.effect)),
      plainArray(all.map((e) => e.amount)),
      plainArray(all.map((e) => e.postedDebits)),
      plainArray(all.map((e) => e.postedCredits)),
      plainArray(all.map((e) => e.pendingDebits)),
      plainArray(all.map((e) => e.pendingCredits)),
      textArray(details),
    ],
  }
}

function sumsPart(batch: Batch): Part {
  const all = batch.balances
  return {
    name: 'sums',
    sql: `
  insert into balance_sums
    (book_id, id, posted_debits, posted_credits, pending_debits, pending_credits, version, scale, updated_at)
  select $1, u.*, $4::timestamptz
    from unnest($n1::uuid[], $n2::numeric[], $n3::numeric[], $n4::numeric[], $n5::numeric[], $n6::bigint[],
      $n7::smallint[]) as u
  on conflict (book_id, id) do update
     set posted_debits = excluded.posted_debits, posted_credits = excluded.posted_credits,
         pending_debits = excluded.pending_debits, pending_credits = excluded.pending_credits,
         version = excluded.version, scale = excluded.scale, updated_at = excluded.updated_at
  returning 1`,
    values: [
      plainArray(all.map((b) => b.balance.id)),
      plainArray(all.map((b) => b.last.postedDebits)),
      plainArray(all.map((b) => b.last.postedCredits)),
      plainArray(all.map((b) => b.last.pendingDebits)),
      plainArray(all.map((b) => b.last.pendingCredits)),
      plainArray(all.map((b) => b.balance.version)),
      plainArray(all.map((b) => b.balance.scale)),
    ],
    rows: all.length,
  }
}

function holdsPart(batch: Batch): Part {
  return {
    name: 'holds',
    sql: `
  insert into holds (book_id, transaction_id, status, amount, settled)
  select $1, u.* from unnest($n1::uuid[], $n2::text[], $n3::numeric[], $n4::numeric[]) as u
  on conflict (book_id, transaction_id) do update set status = excluded.status, settled = excluded.settled`,
    values: [
      plainArray(batch.holds.map((hold) => hold.transactionId)),
      plainArray(batch.holds.map((hold) => hold.status)),
      plainArray(batch.holds.map((hold) => formatDecimal(hold.amount))),
      plainArray(batch.holds.map((hold) => formatDecimal(hold.settled))),
    ],
  }
}

/** A key that has expired makes room for its next use; one that has not stops the batch. */
function keysPart(batch: Batch): Part {
  return {
    name: 'keys',
    sql: `
  insert into idempotency_keys (book_id, key, fingerprint, transaction_id, expires_at)
  select $1, u.* from unnest($n1::text[], $n2::text[], $n3::uuid[], $n4::timestamptz[]) as u
  on conflict (book_id, key) do update
     set fingerprint = excluded.fingerprint, transaction_id = excluded.transaction_id,
         expires_at = excluded.expires_at
   where idempotency_keys.expires_at <= $4::timestamptz
  returning 1`,
    values: [
      textArray(batch.keys.map((key) => key.key)),
      textArray(batch.keys.map((key) => key.fingerprint)),
      plainArray(batch.keys.map((key) => key.transactionId)),
      plainArray(batch.keys.map((key) => isoOf(key.expiresAt))),
    ],
    rows: batch.keys.length,
  }
}

function duePart(batch: Batch): Part {
  return {
    name: 'due',
    sql: `
  insert into due (book_id, transaction_id, action, due_at)
  select $1, u.* from unnest($n1::uuid[], $n2::text[], $n3::timestamptz[]) as u`,
    values: [
      plainArray(batch.due.map((row) => row.transactionId)),
      plainArray(batch.due.map((row) => row.action)),
      plainArray(batch.due.map((row) => isoOf(row.dueAt))),
    ],
  }
}

function eventsPart(batch: Batch): Part {
  const all = batch.changes
  return {
    name: 'events',
    sql: `
  insert into events (book_id, id, seq, entity, verb, subject_id, before, after, actor, seal)
  select $1, u.id, $2, u.entity, u.verb, u.subject_id, u.before, u.after, u.actor, u.seal
    from unnest($n1::uuid[], $n2::text[], $n3::text[], $n4::uuid[], $n5::jsonb[], $n6::jsonb[], $n7::text[],
      $n8::text[]) as u (id, entity, verb, subject_id, before, after, actor, seal)`,
    values: [
      plainArray(all.map((row) => row.eventId)),
      plainArray(all.map((row) => row.change.entity)),
      plainArray(all.map((row) => row.change.verb)),
      plainArray(all.map((row) => row.change.id)),
      textArray(
        all.map((row) => (row.change.before === null ? null : JSON.stringify(row.change.before))),
      ),
      textArray(all.map((row) => JSON.stringify(row.change.after))),
      textArray(all.map((row) => row.actor)),
      plainArray(all.map((row) => row.seal)),
    ],
  }
}
