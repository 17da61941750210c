/**
 * A ledger in its plainest form, written without a look at the real one: what every command does to balances, and why it
 * is turned down. It knows nothing of batches, databases or time.
 */
import type { Command, Leg, Post } from '../../src/ledger/index.ts'

export type ModelBalance = {
  asset: string
  scale: number | null
  external: boolean
  /** Whether debits raise it. */
  debitNormal: boolean
  internal: boolean
  maySend: boolean
  mayReceive: boolean
  isOpen: boolean
  companion: string | null
  principal: string | null
  limit: bigint | null
  debits: bigint
  credits: bigint
  heldDebits: bigint
  heldCredits: bigint
  version: number
}

/** `+` posts, `?` sets aside, `!` posts what was set aside, `~` gives it back. */
type Mark = '+' | '?' | '!' | '~'
type Move = { id: string; side: 'd' | 'c'; mark: Mark; amount: bigint }
type Made = {
  kind: string
  parent: string | null
  moves: Move[]
  /** For a hold: what is still to be credited when it is posted, how much is left, and how it ended. */
  open: Leg[]
  amount: bigint
  left: bigint
  end: 'open' | 'posted' | 'voided'
  reversedBy: string | null
  later: Post | null
}

/** What became of one command: a name for what it made, that of something made before, or why not. */
export type Result =
  | { made: string; moves: Move[]; isRejected?: boolean; isJoint?: boolean }
  | { again: string }
  | { no: string }

/** Reasons that may be gone the next time; a request that is turned down for one of them is recorded with its rejection. */
const PASSING = [
  'sending_not_allowed',
  'receiving_not_allowed',
  'overdraft_limit_exceeded',
  'insufficient_funds',
]

const SCALE = 10n ** 18n

export class Model {
  balances = new Map<string, ModelBalance>()
  made = new Map<string, Made>()
  references = new Map<string, string>()
  keys = new Map<string, { fingerprint: string; made: string; isExpired: boolean }>()
  #count = 0
  /** Whether requests that belong together are all rejected because one of them is. */
  #rejectJoint = false

  /** All or nothing: a result for each command, or the index of the one that was turned down. */
  submit(
    commands: readonly Command[],
    rejectJoint = false,
  ): Result[] | { index: number; no: string } {
    this.#rejectJoint = rejectJoint
    const before = structuredClone({
      balances: this.balances,
      made: this.made,
      references: this.references,
      keys: this.keys,
    })
    const results: Result[] = []
    for (const [index, command] of commands.entries()) {
      const isJoint = this.#isJoint(command)
      const result = this.#do(command)
      if ('no' in result) {
        Object.assign(this, before)
        return { index, no: result.no }
      }
      if ('made' in result && result.isRejected === true && isJoint && !rejectJoint) {
        Object.assign(this, before)
        return this.submit(commands, true)
      }
      results.push(result)
    }
    return results
  }

  #isJoint(command: Command): boolean {
    if (command.type === 'post') return command.request !== null && command.jointly === true
    return command.type === 'execute' && this.made.get(command.requestId)?.later?.jointly === true
  }

  #do(command: Command): Result {
    switch (command.type) {
      case 'post':
        return this.#post(command)
      case 'execute': {
        const request = this.made.get(command.requestId)
        if (request?.later == null) return { no: 'transaction_not_found' }
        const post = request.later
        request.later = null
        return this.#carryOut(post, command.requestId)
      }
      case 'settle':
      case 'release': {
        if (this.#isTaken(command.reference)) return { no: 'reference_taken' }
        const hold = this.made.get(command.holdId)
        if (hold?.kind !== 'hold') return { no: 'transaction_not_found' }
        if (hold.end !== 'open') return { no: `hold_already_${hold.end}` }
        return command.type === 'settle'
          ? this.#settle(command.holdId, hold, command.amount, command.reference)
          : this.#release(command.holdId, hold, command.reference)
      }
      case 'reverse':
        return this.#reverse(command)
    }
  }

  #post(post: Post): Result {
    const used = post.key === null ? undefined : this.keys.get(post.key.key)
    if (used !== undefined && !used.isExpired)
      return used.fingerprint === post.key?.fingerprint
        ? { again: used.made }
        : { no: 'key_reused' }
    if (post.request !== null) {
      const isLater = post.request.dueAt !== null
      if (this.#isTaken(post.request.reference) || (!isLater && this.#isTaken(post.reference)))
        return { no: 'reference_taken' }
      const reason = this.#reason(post)
      if (reason !== null && !PASSING.includes(reason)) return { no: reason }
      const name = this.#keep('request', null, [], post.request.reference)
      this.#claim(post, name)
      if (!isLater) return this.#carryOut(post, name)
      this.#known(name).later = { ...post, request: null }
      return { made: name, moves: [] }
    }
    if (this.#isTaken(post.reference)) return { no: 'reference_taken' }
    const result = this.#move(post, null)
    if ('made' in result) this.#claim(post, result.made)
    return result
  }

  #claim(post: Post, made: string): void {
    if (post.key === null) return
    const { key, fingerprint, expiresAt } = post.key
    this.keys.set(key, { fingerprint, made, isExpired: expiresAt === 0 })
  }

  /** A recorded request that cannot be carried out leaves a rejection. */
  #carryOut(post: Post, request: string): Result {
    const rejected = (reference: string | null): Result => {
      return { made: this.#keep('rejection', request, [], reference), moves: [], isRejected: true }
    }
    if (this.#isTaken(post.reference)) return rejected(null)
    if (this.#rejectJoint && post.jointly === true) return rejected(post.reference)
    const result = this.#move(post, request)
    return 'no' in result ? rejected(post.reference) : result
  }

  #move(post: Post, parent: string | null): Result {
    const no = this.#reason(post)
    if (no !== null) return { no }
    if (post.kind === 'note')
      return { made: this.#keep('note', parent, [], post.reference), moves: [] }
    const held = post.kind === 'hold'
    const before = structuredClone(this.balances)
    const moves: Move[] = []
    const refused = (reason: string): Result => {
      this.balances = before
      return { no: reason }
    }
    for (const leg of post.sources) {
      const reason = this.#take(leg, held ? '?' : '+', moves)
      if (reason !== null) return refused(reason)
    }
    if (!held || post.reserveDestinations)
      for (const leg of post.destinations) {
        if (this.#roomFor(leg.balanceId) < leg.amount) return refused('insufficient_funds')
        if (held) this.#enter(leg.balanceId, 'c', '?', leg.amount, moves)
        else this.#give(leg.balanceId, leg.amount, moves)
      }
    const name = this.#keep(post.kind, parent, moves, post.reference)
    const made = this.#known(name)
    made.amount = post.amount
    made.left = post.amount
    if (held && !post.reserveDestinations) made.open = [...post.destinations]
    return { made: name, moves }
  }

  /** Reasons that have nothing to do with how much there is. */
  #reason(post: {
    kind: string
    amount: bigint
    assetCode: string | null
    sources: readonly Leg[]
    destinations: readonly Leg[]
    ignoresFlags?: boolean
  }): string | null {
    if (post.amount <= 0n) return 'amount_not_positive'
    for (const legs of [post.sources, post.destinations]) {
      if (legs.some((leg) => leg.amount <= 0n)) return 'legs_unequal'
      if (legs.reduce((sum, leg) => sum + leg.amount, 0n) !== post.amount) return 'legs_unequal'
    }
    for (const leg of [...post.sources, ...post.destinations])
      if (this.balances.get(leg.balanceId)?.isOpen !== true) return 'balance_not_found'
    const givers = post.sources.map((leg) => leg.balanceId)
    if (post.destinations.some((leg) => givers.includes(leg.balanceId)))
      return 'balance_on_both_sides'
    const asset = post.assetCode ?? this.#balance(givers[0] ?? '').asset
    for (const [legs, side] of [
      [post.sources, 'd'],
      [post.destinations, 'c'],
    ] as const)
      for (const leg of legs) {
        const balance = this.#balance(leg.balanceId)
        if (balance.internal) return 'balance_internal'
        if (balance.asset !== asset) return 'asset_mismatch'
        if (balance.scale !== null && leg.amount % (SCALE / 10n ** BigInt(balance.scale)) !== 0n)
          return 'amount_too_precise'
        if (side === 'd' && !balance.maySend && post.ignoresFlags !== true)
          return 'sending_not_allowed'
        if (side === 'c' && !balance.mayReceive && post.ignoresFlags !== true)
          return 'receiving_not_allowed'
        if (side === 'd' && balance.external && post.kind === 'hold') return 'hold_on_external'
      }
    return null
  }

  #take(leg: Leg, mark: Mark, moves: Move[]): string | null {
    const balance = this.#balance(leg.balanceId)
    const missing = leg.amount - (balance.credits - balance.debits - balance.heldDebits)
    const { kind } = leg.overdraft
    const isCovered =
      balance.external || balance.debitNormal || missing <= 0n || kind === 'unlimited'
    if (isCovered || (leg.overdraft.kind === 'limited' && missing <= leg.overdraft.limit)) {
      this.#enter(leg.balanceId, 'd', mark, leg.amount, moves)
      return null
    }
    if (kind === 'limited') return 'overdraft_limit_exceeded'
    if (balance.companion === null || balance.limit === 0n) return 'insufficient_funds'
    const companion = this.#balance(balance.companion)
    const drawn = companion.debits - companion.credits + companion.heldDebits
    if (balance.limit !== null && drawn + missing > balance.limit) return 'overdraft_limit_exceeded'
    const own = leg.amount - missing
    if (own > 0n) this.#enter(leg.balanceId, 'd', mark, own, moves)
    this.#enter(balance.companion, 'd', mark, own > 0n ? missing : leg.amount, moves)
    return null
  }

  /** How much more may be credited; on most balances, anything. */
  #roomFor(id: string): bigint {
    const { external, debitNormal, debits, credits, heldCredits } = this.#balance(id)
    return external || !debitNormal ? 10n ** 90n : debits - credits - heldCredits
  }

  /** Credits a balance, its debt first. */
  #give(id: string, amount: bigint, moves: Move[]): void {
    const { companion } = this.#balance(id)
    const owing = companion === null ? null : this.#balance(companion)
    const debt = owing === null ? 0n : owing.debits - owing.credits
    const repaid = debt < amount ? (debt > 0n ? debt : 0n) : amount
    if (repaid < amount) this.#enter(id, 'c', '+', amount - repaid, moves)
    if (companion !== null && repaid > 0n) this.#enter(companion, 'c', '+', repaid, moves)
  }

  #enter(id: string, side: 'd' | 'c', mark: Mark, amount: bigint, moves: Move[]): void {
    const balance = this.#balance(id)
    const held = mark === '?' ? amount : mark === '+' ? 0n : -amount
    const posted = mark === '+' || mark === '!' ? amount : 0n
    if (side === 'd') {
      balance.debits += posted
      balance.heldDebits += held
    } else {
      balance.credits += posted
      balance.heldCredits += held
    }
    balance.version += 1
    moves.push({ id, side, mark, amount })
  }

  #settle(name: string, hold: Made, wanted: bigint | null, reference: string | null): Result {
    const amount = wanted ?? hold.left
    if (amount <= 0n) return { no: 'amount_not_positive' }
    if (amount > hold.left) return { no: 'amount_exceeds_hold' }
    const isPart = amount < hold.amount
    if (isPart && hold.moves.length + hold.open.length > 2) return { no: 'hold_not_divisible' }
    const ids = [...hold.moves.map((move) => move.id), ...hold.open.map((leg) => leg.balanceId)]
    if (ids.some((id) => !this.#balance(id).isOpen)) return { no: 'balance_not_found' }
    const before = structuredClone(this.balances)
    const moves: Move[] = []
    for (const move of hold.moves)
      this.#enter(move.id, move.side, '!', isPart ? amount : move.amount, moves)
    for (const leg of hold.open) {
      const part = isPart ? amount : leg.amount
      if (this.#roomFor(leg.balanceId) < part) {
        this.balances = before
        return { no: 'insufficient_funds' }
      }
      this.#give(leg.balanceId, part, moves)
    }
    hold.left -= amount
    if (hold.left === 0n) hold.end = 'posted'
    return { made: this.#keep('settlement', name, moves, reference), moves }
  }

  #release(name: string, hold: Made, reference: string | null): Result {
    if (hold.moves.some((move) => !this.#balance(move.id).isOpen))
      return { no: 'balance_not_found' }
    const moves: Move[] = []
    for (const move of hold.moves)
      this.#enter(move.id, move.side, '~', hold.left < hold.amount ? hold.left : move.amount, moves)
    hold.end = 'voided'
    return { made: this.#keep('release', name, moves, reference), moves }
  }

  #reverse(command: Extract<Command, { type: 'reverse' }>): Result {
    if (this.#isTaken(command.reference)) return { no: 'reference_taken' }
    const original = this.made.get(command.transactionId)
    if (original === undefined) return { no: 'transaction_not_found' }
    const settlements = [...this.made].filter(
      ([, one]) => one.kind === 'settlement' && one.parent === command.transactionId,
    )
    const parent = original.kind === 'settlement' ? this.made.get(original.parent ?? '') : undefined
    const family = [original, parent, ...settlements.map(([, one]) => one)]
    if (family.some((one) => one !== undefined && one.reversedBy !== null))
      return { no: 'already_reversed' }
    if (original.kind === 'reversal') return { no: 'is_reversal' }
    const moved = [original, ...settlements.map(([, one]) => one)]
      .flatMap((one) => one.moves)
      .filter((move) => move.mark === '+' || move.mark === '!')
    if (moved.length === 0) return { no: 'not_reversible' }
    const sources = this.#legsBack(moved, 'c', command.unconditional)
    const destinations = this.#legsBack(moved, 'd', false)
    const amount = sources.reduce((sum, leg) => sum + leg.amount, 0n)
    const no = this.#reason({
      kind: 'transfer',
      amount,
      assetCode: null,
      sources,
      destinations,
      ignoresFlags: command.unconditional,
    })
    if (no !== null) return { no }
    const before = structuredClone(this.balances)
    const moves: Move[] = []
    for (const leg of sources) {
      const reason = this.#take(leg, '+', moves)
      if (reason !== null) {
        this.balances = before
        return { no: reason }
      }
    }
    for (const leg of destinations) {
      if (this.#roomFor(leg.balanceId) < leg.amount) {
        this.balances = before
        return { no: 'insufficient_funds' }
      }
      this.#give(leg.balanceId, leg.amount, moves)
    }
    const name = this.#keep('reversal', null, moves, command.reference)
    original.reversedBy = name
    return { made: name, moves }
  }

  /** What was moved on one side, as legs the other way; what an overdraft carried goes with its principal. */
  #legsBack(moved: readonly Move[], side: 'd' | 'c', isUnlimited: boolean): Leg[] {
    const legs: { id: string; amount: bigint; last: string }[] = []
    for (const move of moved) {
      if (move.side !== side) continue
      const id =
        this.balances.get(move.id)?.isOpen === true
          ? (this.#balance(move.id).principal ?? move.id)
          : move.id
      const last = legs.at(-1)
      if (last !== undefined && last.id === id && last.last !== move.id) {
        last.amount += move.amount
        last.last = move.id
      } else legs.push({ id, amount: move.amount, last: move.id })
    }
    return legs.map(({ id, amount }) => ({
      balanceId: id,
      amount,
      overdraft: { kind: isUnlimited ? 'unlimited' : 'none' },
      details: null,
    }))
  }

  #keep(kind: string, parent: string | null, moves: Move[], reference: string | null): string {
    this.#count += 1
    const name = `made ${this.#count}`
    const rest = { amount: 0n, left: 0n, end: 'open' as const, reversedBy: null, later: null }
    this.made.set(name, { kind, parent, moves, open: [], ...rest })
    if (reference !== null) this.references.set(reference, name)
    return name
  }

  #isTaken(reference: string | null): boolean {
    return reference !== null && this.references.has(reference)
  }

  #known(name: string): Made {
    const made = this.made.get(name)
    if (made === undefined) throw new Error(`${name} is not there`)
    return made
  }

  #balance(id: string): ModelBalance {
    const balance = this.balances.get(id)
    if (balance === undefined) throw new Error(`${id} is not there`)
    return balance
  }
}
