/**
 * Decides commands in order, in memory, on top of what was decided before. Nothing here reads a clock, a database or
 * chance: a batch that could not be written is decided again from what is true then.
 */
import {
  assert,
  type Command,
  Draft,
  draftPosting,
  draftRelease,
  draftSettlement,
  type Execute,
  type Follow,
  formatDecimal,
  type Hold,
  isAboutState,
  type Leg,
  type LotStep,
  NO_OVERDRAFT,
  type Opposite,
  oppositeOf,
  type Plan,
  type PlannedLeg,
  type Post,
  type PostingOrder,
  type Refusal,
  type Release,
  type RequestRecord,
  type Reverse,
  type Reversible,
  refusalOfOrder,
  type Settle,
  type Transaction,
  type TransactionRoute,
} from '../ledger/index.ts'
import type { BatchBuilder } from './batch.ts'
import {
  partsWithin,
  recordSteps,
  type StepPart,
  stepsBack,
  stepsOf,
  whole,
  withDrawn,
} from './lineage.ts'
import type { Done, GroupDecision, Outcome } from './outcome.ts'
import type { StoredHold } from './port.ts'
import {
  isRouted,
  routedHold,
  routedPost,
  routedSides,
  ruleOverdrafts,
  unruled,
} from './routing.ts'
import { Scope } from './scope.ts'
import type { Working } from './working.ts'

/** Decides a group of commands: all of them are accepted, or the group leaves no trace. */
export function decideGroup(
  commands: readonly Command[],
  working: Working,
  batch: BatchBuilder,
  sharedRejection: Refusal | null = null,
): GroupDecision {
  const scope = new Scope(working, batch, sharedRejection)
  const outcomes: Outcome[] = []
  for (const [index, command] of commands.entries()) {
    const outcome = decideCommand(command, scope)
    if ('code' in outcome) return { accepted: false, refusal: { index, refusal: outcome } }
    const rejection = outcome.type === 'done' ? outcome.rejection : null
    if (rejection !== null && sharedRejection === null && isJoint(command, scope))
      return decideGroup(commands, working, batch, rejection)
    outcomes.push(outcome)
  }
  scope.keep()
  return { accepted: true, outcome: outcomes }
}

function isJoint(command: Command, scope: Scope): boolean {
  if (command.type === 'post') return command.request !== null && command.jointly === true
  const plan =
    command.type === 'execute' ? scope.request(command.requestId)?.transaction.plan : null
  return plan?.kind === 'command' && plan.command.jointly === true
}

/**
 * What a group is told one of whose commands, up to the one that it was turned down for, has a name that turns out to be
 * taken. Null when that makes no difference.
 */
export function decideByName(
  commands: readonly Command[],
  index: number,
  working: Working,
  batch: BatchBuilder,
): GroupDecision | null {
  const command = commands[index]
  const earlier =
    command === undefined ? null : earlierAnswer(command, new Scope(working, batch, null))
  if (earlier === null) return null
  return 'code' in earlier
    ? { accepted: false, refusal: { index, refusal: earlier } }
    : decideGroup(commands, working, batch)
}

function decideCommand(command: Command, scope: Scope): Outcome | Refusal {
  const earlier = earlierAnswer(command, scope)
  if (earlier !== null) return earlier
  switch (command.type) {
    case 'post':
      return decidePost(command, scope)
    case 'execute':
      return decideExecute(command, scope)
    case 'settle':
      return decideSettle(command, scope)
    case 'release':
      return decideRelease(command, scope)
    case 'reverse':
      return decideReverse(command, scope)
  }
}

/** The answer to a command that was given before, or that names something that has its name already. */
function earlierAnswer(command: Command, scope: Scope): Outcome | Refusal | null {
  switch (command.type) {
    case 'execute':
      return null
    case 'settle':
    case 'release':
      return referenceTaken(command.reference, scope)
    case 'post':
    case 'reverse':
      return (
        replayOf(command.key, scope) ??
        referenceTaken(command.request?.reference ?? null, scope) ??
        // What is to be posted later claims its reference only then: nothing that is written now could hold it.
        (isForLater(command.request, scope) ? null : referenceTaken(command.reference, scope))
      )
  }
}

function isForLater(request: RequestRecord | null, scope: Scope): boolean {
  return request !== null && request.dueAt !== null && request.dueAt > scope.now
}

function decidePost(post: Post, scope: Scope): Outcome | Refusal {
  if (post.request !== null) return decideRequest(post, post.request, scope)
  const posted = postNow(post, scope)
  if (!('code' in posted)) claimKey(post, posted.transaction.id, scope)
  return posted
}

function replayOf(key: Post['key'], scope: Scope): Outcome | Refusal | null {
  const used = key === null ? undefined : scope.usedKey(key.key)
  if (key === null || used === undefined) return null
  return used.fingerprint === key.fingerprint
    ? { type: 'replay', transactionId: used.transactionId }
    : { code: 'key_reused', key: key.key }
}

function claimKey(command: Post | Reverse, transactionId: string, scope: Scope): void {
  if (command.key !== null) scope.claimKey({ ...command.key, transactionId })
}

function referenceTaken(reference: string | null, scope: Scope): Refusal | null {
  if (reference === null) return null
  const transactionId = scope.holderOf(reference)
  return transactionId === undefined ? null : { code: 'reference_taken', reference, transactionId }
}

/** Moves the money, sets it aside, or notes it. */
function postNow(asked: Post, scope: Scope): Done | Refusal {
  const id = scope.mintId()
  const routed = isRouted([...asked.sources, ...asked.destinations], scope)
    ? (refusalOfOrder(orderOf(asked), scope) ?? routedPost(asked, scope))
    : { movement: asked, route: null }
  if ('code' in routed) return routed
  const { movement: post, route } = routed
  const order = orderOf(post)
  if (post.kind === 'note')
    return refusalOfOrder(order, scope) ?? scope.record(noteOf(post, id, scope), null, null)
  const draft = new Draft(scope, id)
  const refusal = draftPosting(order, draft) ?? ruleOverdrafts(route, draft, scope)
  if (refusal !== null) return refusal
  const steps = stepsOf(post, post.actor, scope)
  if ('code' in steps) return steps
  const assetCode = assetOf(post.sources[0], scope)
  const terms = steps.length === 0 ? post.terms : withDrawn(post.terms, whole(steps))
  const transaction = transactionOf(
    { ...post, terms },
    {
      id,
      kind: post.kind,
      status: post.kind === 'hold' ? 'pending' : 'posted',
      recordedAt: scope.now,
      assetCode,
      plan: post.kind === 'hold' ? planOf(post, draft, steps) : null,
    },
  )
  const isHold = post.kind === 'hold'
  const done = scope.record(transaction, draft, isHold ? holdOf(transaction) : null)
  if (steps.length > 0) recordSteps(transaction, whole(steps), isHold ? 'hold' : 'post', scope)
  if (post.expiresAt !== null)
    scope.addDue({ transactionId: id, action: 'expire', dueAt: post.expiresAt })
  if (post.settlesAt !== null)
    scope.addDue({ transactionId: id, action: 'settle', dueAt: post.settlesAt })
  return done
}

function orderOf(post: Post): PostingOrder {
  return { ...post, effect: post.kind === 'hold' ? 'hold' : 'post', respectFlags: true }
}

function assetOf(leg: Leg | undefined, scope: Scope): string {
  const balance = leg === undefined ? undefined : scope.get(leg.balanceId)
  assert(balance !== undefined, 'an accepted posting has sources')
  return balance.terms.assetCode
}

type Recorded = Pick<Transaction, 'id' | 'kind' | 'status' | 'recordedAt' | 'assetCode' | 'plan'>

function transactionOf(post: Post, recorded: Recorded): Transaction {
  return {
    ...recorded,
    effectiveAt: post.effectiveAt,
    parentId: post.parentId,
    requestId: post.requestId,
    reference: post.reference,
    amount: post.amount,
    sourceId: onlyBalance(post.sources),
    destinationId: onlyBalance(post.destinations),
    description: post.description,
    metadata: post.metadata,
    terms: post.terms,
    actor: post.actor,
    reversesId: null,
  }
}

function onlyBalance(legs: readonly Leg[]): string | null {
  return legs.length === 1 ? (legs[0]?.balanceId ?? null) : null
}

function noteOf(post: Post, id: string, scope: Scope): Transaction {
  return transactionOf(post, {
    id,
    kind: 'note',
    status: 'noted',
    recordedAt: scope.now,
    assetCode: post.assetCode ?? assetOf(post.sources[0], scope),
    plan: { kind: 'legs', legs: plannedLegs(post, false) },
  })
}

function plannedLegs(post: Post, reserved: boolean): readonly PlannedLeg[] {
  const planned = (side: 'debit' | 'credit', set: boolean) => (leg: Leg) => ({
    side,
    balanceId: leg.balanceId,
    amount: leg.amount,
    reserved: set,
    details: leg.details,
  })
  return [
    ...post.sources.map(planned('debit', reserved)),
    ...post.destinations.map(planned('credit', reserved && post.reserveDestinations)),
  ]
}

/** The legs of a hold: what was set aside, as its entries say, and what is still to be credited. */
function planOf(post: Post, draft: Draft, steps: readonly LotStep[]): Plan {
  const reserved = draft.entries
    .filter(({ effect }) => effect === 'hold')
    .map((entry) => ({
      side: entry.side,
      balanceId: entry.balanceId,
      amount: entry.amount,
      reserved: true,
      details: entry.details,
    }))
  const open = post.reserveDestinations
    ? []
    : plannedLegs(post, false).filter((leg) => leg.side === 'credit')
  const legs = [...reserved, ...open]
  return steps.length === 0 ? { kind: 'legs', legs } : { kind: 'legs', legs, steps }
}

function holdOf(transaction: Transaction): StoredHold {
  assert(transaction.plan?.kind === 'legs', 'a hold has legs')
  const hold = {
    transactionId: transaction.id,
    status: 'pending' as const,
    amount: transaction.amount,
    settled: 0n,
    plan: transaction.plan.legs,
  }
  return { hold, transaction }
}

/** Records what was asked for, and beside it what became of it: the posting, or a rejection. */
function decideRequest(post: Post, record: RequestRecord, scope: Scope): Outcome | Refusal {
  const scheduled = record.dueAt !== null
  const later = isForLater(record, scope)
  const id = scope.mintId()
  const requestId = post.requestId ?? id
  const sharedRejection = post.jointly === true ? scope.sharedRejection : null
  const isNotTried = later || sharedRejection !== null
  const fault = isNotTried ? refusalOfOrder(orderOf(post), scope) : null
  if (fault !== null && !isAboutState(fault)) return fault
  const child: Post = { ...post, request: null, key: null, parentId: id, requestId }
  const request = transactionOf(
    { ...post, reference: record.reference, requestId },
    {
      id,
      kind: 'request',
      status: scheduled ? 'scheduled' : 'queued',
      recordedAt: scope.now,
      assetCode: post.assetCode ?? requestedAsset(post, scope),
      plan: later ? { kind: 'command', command: child } : null,
    },
  )
  const recorded = scope.record(request, null, null)
  claimKey(post, id, scope)
  if (!later || record.dueAt === null) {
    const done =
      sharedRejection !== null
        ? recordRejection(child, sharedRejection, scope)
        : carryOut(child, scope)
    const { rejection } = done
    return rejection === null || isAboutState(rejection) ? { ...done, request } : rejection
  }
  scope.addDue({ transactionId: id, action: 'execute', dueAt: record.dueAt })
  scope.changeRequest({ transaction: request, executed: false })
  return recorded
}

function requestedAsset(post: Post, scope: Scope): string {
  const named = [...post.sources, ...post.destinations]
  const balance = named.map((leg) => scope.get(leg.balanceId)).find((found) => found !== undefined)
  return balance?.terms.assetCode ?? ''
}

/** Carries out a recorded request; a refusal is recorded too, so that the caller can find it. */
function carryOut(post: Post, scope: Scope): Done {
  const posted = postNow(post, scope)
  return 'code' in posted ? recordRejection(post, posted, scope) : posted
}

function recordRejection(post: Post, refusal: Refusal, scope: Scope): Done {
  const rejection = transactionOf(post, {
    id: scope.mintId(),
    kind: 'rejection',
    status: 'rejected',
    recordedAt: scope.now,
    assetCode: post.assetCode ?? requestedAsset(post, scope),
    plan: null,
  })
  const terms = { ...rejection.terms, refusal: refusalAsJson(refusal) }
  return { ...scope.record({ ...rejection, terms }, null, null), rejection: refusal }
}

function refusalAsJson(refusal: Refusal): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(refusal).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? formatDecimal(value) : value,
    ]),
  )
}

function decideExecute(execute: Execute, scope: Scope): Outcome | Refusal {
  const stored = scope.request(execute.requestId)
  const plan = stored?.transaction.plan
  if (stored === undefined || plan?.kind !== 'command' || stored.executed)
    return { code: 'transaction_not_found', transactionId: execute.requestId }
  scope.changeRequest({ ...stored, executed: true })
  const taken = referenceTaken(plan.command.reference, scope)
  // What was scheduled is carried out once, even if only to say that somebody else has its name by now.
  if (taken !== null) return recordRejection({ ...plan.command, reference: null }, taken, scope)
  return scope.sharedRejection !== null && plan.command.jointly === true
    ? recordRejection(plan.command, scope.sharedRejection, scope)
    : carryOut(plan.command, scope)
}

function decideSettle(settle: Settle, scope: Scope): Outcome | Refusal {
  const stored = scope.hold(settle.holdId)
  if (stored === undefined) return { code: 'transaction_not_found', transactionId: settle.holdId }
  const id = scope.mintId()
  const draft = new Draft(scope, id)
  const routed = routedHold('commit', stored, true, scope)
  if ('code' in routed) return routed
  const settled = draftSettlement(routed.movement.hold, settle.amount, draft)
  if ('code' in settled) return settled
  const refusal = ruleOverdrafts(routed.route, draft, scope)
  if (refusal !== null) return refusal
  const as = { id, kind: 'settlement', status: 'posted' } as const
  scope.extendReversible(stored.transaction, draft.entries)
  return recordEnd(settle, stored, settled, as, draft, scope)
}

function decideRelease(release: Release, scope: Scope): Outcome | Refusal {
  const stored = scope.hold(release.holdId)
  if (stored === undefined) return { code: 'transaction_not_found', transactionId: release.holdId }
  const id = scope.mintId()
  const draft = new Draft(scope, id)
  const routed = routedHold('cancel', stored, release.status === 'voided', scope)
  if ('code' in routed) return routed
  const released = draftRelease(routed.movement.hold, release.status, draft)
  if ('code' in released) return released
  const refusal = ruleOverdrafts(routed.route, draft, scope)
  if (refusal !== null) return refusal
  const as = { id, kind: 'release', status: release.status } as const
  return recordEnd(release, stored, released, as, draft, scope)
}

/** Records the settlement or the release of a hold as a child of it. */
function recordEnd(
  follow: Follow,
  stored: StoredHold,
  end: { readonly hold: StoredHold['hold']; readonly amount: bigint },
  as: Pick<Transaction, 'id' | 'kind' | 'status'>,
  draft: Draft,
  scope: Scope,
): Done {
  const held = stored.transaction
  const hold: StoredHold = { ...stored, hold: { ...end.hold, plan: stored.hold.plan } }
  const parts = partsOf(stored, end.amount)
  const terms = follow.inherit ? held.terms : null
  scope.changeHold(hold)
  const ended: Transaction = {
    ...held,
    ...as,
    recordedAt: scope.now,
    effectiveAt: follow.inherit ? held.effectiveAt : null,
    parentId: held.id,
    requestId: held.requestId,
    reference: follow.reference,
    amount: end.amount,
    description: follow.inherit ? held.description : null,
    metadata: follow.inherit ? held.metadata : null,
    terms: parts === null ? terms : withDrawn(terms, as.kind === 'settlement' ? parts : []),
    plan: null,
    actor: follow.actor,
  }
  const done = scope.record(ended, draft, null)
  if (parts !== null)
    recordSteps(ended, parts, as.kind === 'settlement' ? 'settle' : 'release', scope)
  return { ...done, hold: end.hold satisfies Hold }
}

/** What of a hold's steps is taken when so much of it ends; null where it has none. */
function partsOf({ hold, transaction }: StoredHold, amount: bigint): readonly StepPart[] | null {
  const steps = transaction.plan?.kind === 'legs' ? transaction.plan.steps : undefined
  return steps === undefined ? null : partsWithin(steps, hold.settled, hold.settled + amount)
}

function decideReverse(reverse: Reverse, scope: Scope): Outcome | Refusal {
  const original = scope.reversible(reverse.transactionId)
  if (original === undefined)
    return { code: 'transaction_not_found', transactionId: reverse.transactionId }
  const overdraft = reverse.unconditional ? ({ kind: 'unlimited' } as const) : NO_OVERDRAFT
  const planned = oppositeOf(original, scope, overdraft)
  if ('code' in planned) return planned
  const routed = routedReversal(original, planned, scope)
  if ('code' in routed) return routed
  const { movement: opposite, route } = routed
  const requestId = reverse.request === null ? null : scope.mintId()
  const draft = new Draft(scope, scope.mintId())
  const turnedDown = draftPosting(
    {
      ...opposite,
      effect: 'post',
      assetCode: original.transaction.assetCode,
      reserveDestinations: false,
      respectFlags: reverse.respectFlags ?? !reverse.unconditional,
    },
    draft,
  )
  const refusal = turnedDown ?? ruleOverdrafts(route, draft, scope)
  if (refusal !== null) return refusal
  return recordReversal(reverse, original, opposite, draft, requestId, scope)
}

/** A reversal follows the route of what it undoes. */
function routedReversal(
  { transaction }: Reversible,
  planned: Opposite,
  scope: Scope,
): { readonly movement: Opposite; readonly route: TransactionRoute | null } | Refusal {
  const movement = {
    ...planned,
    sources: unruled(planned.sources),
    destinations: unruled(planned.destinations),
  }
  if (!isRouted([...planned.sources, ...planned.destinations], scope))
    return { movement, route: null }
  const routed = routedSides('revert', transaction.terms, movement, scope)
  if ('code' in routed) return routed
  const { route, sources, destinations } = routed
  return { movement: { ...planned, sources, destinations }, route }
}

function recordReversal(
  reverse: Reverse,
  original: Reversible,
  opposite: Opposite,
  draft: Draft,
  requestId: string | null,
  scope: Scope,
): Done {
  const base = {
    recordedAt: scope.now,
    effectiveAt: reverse.effectiveAt,
    assetCode: original.transaction.assetCode,
    amount: opposite.amount,
    sourceId: onlyBalance(opposite.sources),
    destinationId: onlyBalance(opposite.destinations),
    description: reverse.description,
    metadata: reverse.metadata,
    terms: reverse.terms,
    plan: null,
    actor: reverse.actor,
  }
  let request: Transaction | null = null
  if (reverse.request !== null && requestId !== null) {
    request = {
      ...base,
      id: requestId,
      kind: 'request',
      status: 'queued',
      parentId: reverse.parentId,
      requestId: reverse.requestId ?? requestId,
      reference: reverse.request.reference,
      reversesId: null,
    }
    scope.record(request, null, null)
  }
  const reversal: Transaction = {
    ...base,
    id: draft.transactionId,
    kind: 'reversal',
    status: 'posted',
    parentId: request?.id ?? reverse.parentId,
    requestId: request?.requestId ?? reverse.requestId,
    reference: reverse.reference,
    reversesId: original.transaction.id,
  }
  scope.endReversibles(original.transaction, reversal.id)
  claimKey(reverse, request?.id ?? reversal.id, scope)
  const steps = stepsBack(original, opposite, scope)
  const parts = whole(steps)
  const terms = steps.length === 0 ? reversal.terms : withDrawn(reversal.terms, parts)
  const done = scope.record({ ...reversal, terms }, draft, null)
  if (steps.length > 0) recordSteps(reversal, parts, 'post', scope)
  return { ...done, request }
}
