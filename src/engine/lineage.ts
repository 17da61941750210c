/**
 * What happens to the lots of tracked balances when money moves: decided on top of what was decided before, like the
 * movement itself, and recorded beside it, one transaction for each lot that is filled or drawn on. Where no balance is
 * tracked there is nothing to decide and nothing is recorded.
 */
import {
  aggregateName,
  assert,
  type Balance,
  type Balances,
  type Change,
  currencyScale,
  Draft,
  decimalsOf,
  drawBack,
  drawFrom,
  type Effect,
  formatDecimal,
  fromUnits,
  type JsonObject,
  type Leg,
  type Lineage,
  LOTS_MAX,
  type Lot,
  type LotStep,
  lotName,
  openingOf,
  type Piece,
  type Post,
  partWithin,
  passOn,
  type Refusal,
  type Reversible,
  type Transaction,
  unspent,
} from '../ledger/index.ts'

/** What deciding about lots reads, and how it remembers what it has decided. */
export interface Traced extends Balances {
  readonly bookId: number
  readonly now: number
  mintId(): string
  lineage(balanceId: string): Lineage | undefined
  /** Remembers a lot that was opened. */
  open(
    lineage: Lineage,
    balances: readonly Balance[],
    changes: readonly Change[],
    actor: string | null,
  ): void
  record(transaction: Transaction, draft: Draft, hold: null): unknown
}

/** A step, or as much of it as is taken now. */
export type StepPart = { readonly step: LotStep; readonly amount: bigint }

const NO_STEPS: readonly LotStep[] = []

/** What a posting or a hold does to lots: draws on those of its sources, fills those of its destinations. */
export function stepsOf(
  { sources, destinations, provider }: Pick<Post, 'sources' | 'destinations' | 'provider'>,
  actor: string | null,
  scope: Traced,
): readonly LotStep[] | Refusal {
  const isTracked = (leg: Leg) => trackedOf(leg, scope) !== null
  const fills = destinations.some(isTracked)
  if (!fills && !sources.some(isTracked)) return NO_STEPS
  const { steps, given } = drawSteps(sources, scope)
  if (!fills) return steps
  const received = passOn(
    given,
    destinations.map((leg) => leg.amount),
  )
  const refusal = refusalOfLots(destinations, received, provider, scope)
  if (refusal !== null) return refusal
  let from = 0n
  for (const [index, leg] of destinations.entries()) {
    const balance = trackedOf(leg, scope)
    if (balance !== null)
      fill(steps, balance, received[index] ?? [], { provider, from, actor }, scope)
    from += leg.amount
  }
  return steps
}

/** Whether a balance would have more lots than it may, before any of them is opened. */
function refusalOfLots(
  destinations: readonly Leg[],
  received: readonly (readonly Piece[])[],
  provider: string | undefined,
  scope: Traced,
): Refusal | null {
  for (const [index, leg] of destinations.entries()) {
    const lineage = trackedOf(leg, scope) === null ? undefined : scope.lineage(leg.balanceId)
    if (lineage === undefined) continue
    const identityId = scope.get(leg.balanceId)?.terms.identityId
    const own = lineage.lots.filter((lot) => lot.identityId === identityId)
    const known = new Set(own.map((lot) => lot.provider))
    const named = (received[index] ?? []).map((piece) => piece.provider ?? provider)
    const added = new Set(named.filter((name) => name !== undefined && !known.has(name)))
    if (lineage.lots.length + added.size > LOTS_MAX)
      return { code: 'too_many_lots', balanceId: leg.balanceId, max: LOTS_MAX }
  }
  return null
}

function trackedOf(leg: Leg, scope: Traced): Balance | null {
  const balance = scope.get(leg.balanceId)
  return balance !== undefined && balance.terms.lineage !== null ? balance : null
}

function drawSteps(sources: readonly Leg[], scope: Traced) {
  const steps: LotStep[] = []
  const given: Piece[] = []
  let from = 0n
  for (const leg of sources) {
    const balance = trackedOf(leg, scope)
    const { balanceId } = leg
    let rest = leg.amount
    if (balance !== null) {
      const { lots, left, strategy, unit } = holdingsOf(balance, leg.amount, steps, scope)
      for (const draw of drawFrom(left, leg.amount, strategy, unit)) {
        const lot = lots[draw.lot]
        assert(lot !== undefined, 'what is drawn on is a lot')
        const { amount } = draw
        steps.push({ type: 'release', lot, from, amount, strategy, giverId: null })
        given.push({ provider: lot.provider, balanceId, amount })
        from += amount
        rest -= amount
      }
    }
    if (rest > 0n) given.push({ provider: null, balanceId, amount: rest })
    from += rest
  }
  return { steps, given }
}

/** What the lots of a balance have left, less what the steps so far will draw. */
function holdingsOf(
  balance: Balance,
  amount: bigint,
  steps: readonly LotStep[],
  scope: Traced,
): {
  readonly lots: readonly Lot[]
  readonly left: readonly bigint[]
  readonly strategy: NonNullable<Balance['terms']['lineage']>
  readonly unit: bigint
} {
  const lineage = scope.lineage(balance.id)
  const strategy = balance.terms.lineage
  assert(lineage !== undefined && strategy !== null, 'a tracked balance has a lineage')
  const left = lineage.lots.map((lot) => {
    const taken = steps.filter((step) => step.type === 'release' && step.lot.id === lot.id)
    return taken.reduce((rest, step) => rest - step.amount, unspent(balanceOf(lot.id, scope)))
  })
  const { assetCode, assetScale } = balance.terms
  const least = assetScale ?? currencyScale(assetCode) ?? 0
  const scale = Math.max(least, balance.scale, decimalsOf(amount))
  return { lots: lineage.lots, left, strategy, unit: fromUnits(1n, scale) }
}

function balanceOf(id: string, scope: Traced): Balance {
  const balance = scope.get(id)
  assert(balance !== undefined, 'a lot and its aggregate are balances')
  return balance
}

type Filling = {
  readonly provider: string | undefined
  readonly from: bigint
  readonly actor: string | null
}

/** What comes to a balance keeps its provider; what has none is of the one that was said. */
function fill(
  steps: LotStep[],
  balance: Balance,
  pieces: readonly Piece[],
  filling: Filling,
  scope: Traced,
): void {
  let { from } = filling
  for (const { provider: known, amount, balanceId } of pieces) {
    const provider = known ?? filling.provider
    const lot = provider === undefined ? null : lotFor(balance, provider, filling.actor, scope)
    const type = known === null ? 'credit' : 'receive'
    const giverId = known === null ? null : balanceId
    if (lot !== null) add(steps, { type, lot, from, amount, strategy: null, giverId })
    from += amount
  }
}

/** Adds a step, to the one before it where it only goes on. */
function add(steps: LotStep[], step: LotStep): void {
  const last = steps.at(-1)
  const goesOn =
    last !== undefined &&
    last.type === step.type &&
    last.lot.id === step.lot.id &&
    last.giverId === step.giverId &&
    last.from + last.amount === step.from
  if (goesOn) steps[steps.length - 1] = { ...last, amount: last.amount + step.amount }
  else steps.push(step)
}

/** The lot of a provider under the present holder of a balance, opened now unless it is there; none where nobody holds it. */
function lotFor(
  balance: Balance,
  provider: string,
  actor: string | null,
  scope: Traced,
): Lot | null {
  const lineage = scope.lineage(balance.id)
  const { identityId } = balance.terms
  assert(lineage !== undefined, 'a tracked balance has a lineage')
  if (identityId === null) return null
  const own = lineage.lots.filter((lot) => lot.identityId === identityId)
  const found = own.find((lot) => lot.provider === provider)
  if (found !== undefined) return found
  const [aggregateId, aggregateAccountId] =
    own[0] === undefined ? [scope.mintId(), scope.mintId()] : [own[0].aggregateId, null]
  const lot: Lot = { id: scope.mintId(), aggregateId, balanceId: balance.id, provider, identityId }
  const { changes, balances } = openingOf({
    lot,
    bookId: scope.bookId,
    now: scope.now,
    tracked: balance.terms,
    ledgerId: lineage.ledgerId,
    name: lotName(provider, lineage.holder),
    aggregateName: aggregateName(lineage.holder),
    lotAccountId: scope.mintId(),
    aggregateAccountId,
  })
  scope.open({ ...lineage, lots: [...lineage.lots, lot] }, balances, changes, actor)
  return lot
}

/** The steps of a hold as far as they lie in a part of it. */
export function partsWithin(
  steps: readonly LotStep[],
  start: bigint,
  end: bigint,
): readonly StepPart[] {
  return steps.flatMap((step) => {
    const amount = partWithin(step, start, end)
    return amount > 0n ? [{ step, amount }] : []
  })
}

/**
 * What undoing a transaction does to lots. Who gives back draws first on the lots that were filled, then as for any other
 * payment; who is given back to gets it into the lots that it was drawn from.
 */
export function stepsBack(
  { steps: posted = [] }: Reversible,
  {
    sources,
    destinations,
  }: { readonly sources: readonly Leg[]; readonly destinations: readonly Leg[] },
  scope: Traced,
): readonly LotStep[] {
  const steps: LotStep[] = []
  for (const leg of sources) {
    const balance = trackedOf(leg, scope)
    if (balance === null) continue
    const { lots, left, strategy, unit } = holdingsOf(balance, leg.amount, steps, scope)
    const filled = lots.map((lot) => totalOf(posted, lot, 'in'))
    for (const draw of drawBack(left, filled, leg.amount, strategy, unit)) {
      const lot = lots[draw.lot]
      assert(lot !== undefined, 'what is drawn on is a lot')
      steps.push({ type: 'release', lot, from: 0n, amount: draw.amount, strategy, giverId: null })
    }
  }
  const giverId = sources.length === 1 ? (sources[0]?.balanceId ?? null) : null
  for (const balanceId of new Set(destinations.map((leg) => leg.balanceId)))
    for (const lot of scope.lineage(balanceId)?.lots ?? []) {
      const amount = totalOf(posted, lot, 'out')
      if (amount > 0n)
        steps.push({ type: 'receive', lot, from: 0n, amount, strategy: null, giverId })
    }
  return steps
}

function totalOf(
  posted: NonNullable<Reversible['steps']>,
  lot: Lot,
  direction: 'in' | 'out',
): bigint {
  let total = 0n
  for (const step of posted)
    if (step.lotId === lot.id && step.direction === direction) total += step.amount
  return total
}

export function whole(steps: readonly LotStep[]): readonly StepPart[] {
  return steps.map((step) => ({ step, amount: step.amount }))
}

/** The terms of a movement with what it drew from each provider, as it is shown. */
export function withDrawn(terms: JsonObject | null, parts: readonly StepPart[]): JsonObject | null {
  const { drawn: _before, ...others } = terms ?? {}
  const amounts = new Map<string, bigint>()
  for (const { step, amount } of parts)
    if (step.type === 'release')
      amounts.set(step.lot.provider, (amounts.get(step.lot.provider) ?? 0n) + amount)
  if (amounts.size === 0) return terms === null ? null : others
  const drawn = [...amounts].map(([provider, amount]) => ({
    provider,
    amount: formatDecimal(amount),
  }))
  return { ...others, drawn }
}

/** Records what a movement does to lots, each step as a transaction under it. */
export function recordSteps(
  parent: Transaction,
  parts: readonly StepPart[],
  effect: Effect,
  scope: Traced,
): void {
  for (const { step, amount } of parts) {
    const { lot, type } = step
    const draft = new Draft(scope, scope.mintId())
    const [sourceId, destinationId] =
      type === 'release' ? [lot.aggregateId, lot.id] : [lot.id, lot.aggregateId]
    draft.add(balanceOf(sourceId, scope), 'debit', effect, amount, null)
    draft.add(balanceOf(destinationId, scope), 'credit', effect, amount, null)
    draft.assertBalanced()
    scope.record(
      {
        id: draft.transactionId,
        kind: 'lineage',
        status: parent.status,
        recordedAt: parent.recordedAt,
        effectiveAt: parent.effectiveAt,
        parentId: parent.id,
        requestId: null,
        reference: null,
        assetCode: parent.assetCode,
        amount,
        sourceId,
        destinationId,
        description: null,
        metadata: null,
        terms: { step: shownStep(step, parent) },
        plan: null,
        reversesId: null,
        actor: parent.actor,
      },
      draft,
      null,
    )
  }
}

/** What a face needs to show a step: whose money, where from, and why this lot. */
function shownStep(
  { type, lot, strategy, giverId }: LotStep,
  { reference }: Transaction,
): JsonObject {
  const { provider, balanceId, identityId } = lot
  return { type, provider, balanceId, identityId, strategy, giverId, of: reference }
}
