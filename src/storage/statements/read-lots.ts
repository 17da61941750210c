/** What the engine reads of balances whose money is tracked. Nothing of it is read for any others. */
import { holderName, type Lineage, type Lot, type PostedStep } from '../../ledger/index.ts'
import { amountOf } from '../types.ts'
import { eachOne, oneOrNone } from './look-up.ts'
import { WITH_SETTLEMENTS } from './read-state.ts'

/** Tracked balances with the names of their holders, by key. */
export const READ_HOLDERS = `
select b.id, i.id as "identityId", i.first_name as "firstName", i.last_name as "lastName",
       i.organization_name as "organizationName"
  from unnest($2::uuid[]) as u (id)
  ${eachOne('balances', 'b', 'x.book_id = $1 and x.id = u.id')}
  ${eachOne('accounts', 'a', 'x.book_id = $1 and x.id = b.account_id')}
  ${oneOrNone('identities', 'i', 'x.book_id = $1 and x.id = a.identity_id')}`

export type HolderRow = {
  readonly id: string
  readonly identityId: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  readonly organizationName: string | null
}

/** Their lots, in the order in which they were opened; the index is lots_by_balance. */
export const READ_LOTS = `
select l.id, l.balance_id as "balanceId", l.provider, l.identity_id as "identityId", l.aggregate_id as "aggregateId"
  from unnest($2::uuid[]) as u (id)
  ${eachOne('lots', 'l', 'x.book_id = $1 and x.balance_id = u.id and x.deleted_at is null')}
 order by l.id`

export function lineagesOf(
  holders: readonly HolderRow[],
  lots: readonly Lot[],
  ledgerId: string,
): readonly Lineage[] {
  return holders.map(({ id, identityId, firstName, lastName, organizationName }) => ({
    balanceId: id,
    ledgerId,
    holder:
      identityId === null
        ? ''
        : holderName({
            id: identityId,
            firstName: inClear(firstName),
            lastName: inClear(lastName),
            organizationName: inClear(organizationName),
          }),
    lots: lots.filter((lot) => lot.balanceId === id),
  }))
}

/** A name that is kept encrypted names nobody: what a lot is called is no secret. */
function inClear(name: string | null): string | null {
  return name?.startsWith('FPT:') === true ? null : name
}

/** What transactions did to lots, the settlements of holds included; the index is transactions_by_parent. */
export const READ_POSTED_STEPS = `
select t.id as "originalId", s.source_id as "sourceId", s.destination_id as "destinationId", s.amount
  from ${WITH_SETTLEMENTS}
  ${eachOne('transactions', 's', "x.book_id = $1 and x.parent_id = f.id and x.kind = 'lineage' and x.status = 'posted'")}
 order by s.id`

export type PostedStepRow = {
  readonly originalId: string
  readonly sourceId: string
  readonly destinationId: string
  readonly amount: string
}

/** A step as a reversal sees it: what debits a lot fills it. */
export function postedStepOf(row: PostedStepRow, lotIds: ReadonlySet<string>): PostedStep {
  const { sourceId, destinationId, amount } = row
  return lotIds.has(sourceId)
    ? { lotId: sourceId, aggregateId: destinationId, direction: 'in', amount: amountOf(amount) }
    : { lotId: destinationId, aggregateId: sourceId, direction: 'out', amount: amountOf(amount) }
}
