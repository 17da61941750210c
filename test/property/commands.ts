/** Commands of every kind, mostly sensible, often wrong in one way. */
import type { Command, Leg, OverdraftPermit, Post } from '../../src/ledger/index.ts'
import type { Chance } from '../support/chance.ts'

/** What commands can name. */
export type Scene = {
  /** Those of one asset, those of another, and those that nobody may name. */
  readonly dollars: string[]
  readonly euros: string[]
  readonly internal: string[]
  readonly holds: string[]
  readonly posted: string[]
  readonly scheduled: string[]
  /** Makes references that were not used before. */
  tag: number
}

const CENT = 10n ** 16n
const NOBODY = '00000000-0000-7000-8000-00000000dead'
const FAR = Date.UTC(2200, 0, 1) * 1000

export function makeGroup(scene: Scene, chance: Chance): readonly Command[] {
  const count = chance.isHit(0.2) ? chance.between(2, 4) : 1
  return Array.from({ length: count }, () => makeCommand(scene, chance, count === 1))
}

function makeCommand(scene: Scene, chance: Chance, isAlone: boolean): Command {
  const kind = chance.below(14)
  const follow = { reference: reference(scene, chance), actor: null, inherit: chance.isHit(0.5) }
  if (kind < 2 && scene.holds.length > 0) {
    const holdId = pickOr(scene.holds, chance)
    const amount = chance.isHit(0.5) ? null : cents(chance, -2, 5000)
    return { ...follow, type: 'settle', holdId, amount }
  }
  if (kind === 2 && scene.holds.length > 0)
    return { ...follow, type: 'release', holdId: pickOr(scene.holds, chance), status: 'voided' }
  if (kind === 3 && scene.posted.length > 0)
    return {
      ...labels(reference(scene, chance)),
      type: 'reverse',
      transactionId: pickOr(scene.posted, chance),
      unconditional: chance.isHit(0.4),
      key: null,
      request: null,
    }
  if (kind === 4 && scene.scheduled.length > 0)
    return { type: 'execute', requestId: pickOr(scene.scheduled, chance) }
  return makePost(scene, chance, isAlone)
}

function pickOr(ids: readonly string[], chance: Chance): string {
  return chance.isHit(0.02) ? NOBODY : chance.pick(ids.slice(-6))
}

function cents(chance: Chance, least: number, most: number): bigint {
  return BigInt(chance.between(least, most)) * CENT
}

/** New mostly, sometimes used before, sometimes none. */
function reference(scene: Scene, chance: Chance): string | null {
  if (chance.isHit(0.2)) return null
  if (chance.isHit(0.1) && scene.tag > 0) return `reference ${chance.below(scene.tag)}`
  scene.tag += 1
  return `reference ${scene.tag}`
}

function labels(name: string | null) {
  const nothing = { parentId: null, requestId: null, effectiveAt: null, actor: null }
  return { ...nothing, reference: name, description: null, metadata: null, terms: null }
}

function makePost(scene: Scene, chance: Chance, isAlone: boolean): Post {
  const amount = chance.isHit(0.02) ? cents(chance, -1, 0) : cents(chance, 1, 10_000)
  const all = [...scene.dollars, ...scene.euros, ...scene.internal]
  const among = chance.isHit(0.05) ? all : chance.isHit(0.85) ? scene.dollars : scene.euros
  const sources = makeLegs(among, chance, amount)
  const givers = sources.map((leg) => leg.balanceId)
  const others = among.filter((id) => !givers.includes(id))
  const key = isAlone && chance.isHit(0.2) ? makeKey(chance) : null
  const isRequest = key === null && chance.isHit(0.15)
  const own = reference(scene, chance)
  const jointly = isRequest && chance.isHit(0.5)
  return {
    ...labels(own),
    type: 'post',
    kind: chance.pick(['transfer', 'transfer', 'transfer', 'hold', 'hold', 'note']),
    assetCode: chance.isHit(0.1) ? chance.pick(['USD', 'EUR']) : null,
    amount: chance.isHit(0.02) ? amount + CENT : amount,
    sources,
    destinations: makeLegs(
      others.length === 0 || chance.isHit(0.02) ? all : others,
      chance,
      amount,
    ),
    reserveDestinations: chance.isHit(0.3),
    key,
    expiresAt: chance.isHit(0.2) ? FAR : null,
    settlesAt: null,
    jointly,
    request: isRequest
      ? {
          reference: `${own ?? 'nameless'} ${scene.tag} request`,
          dueAt: chance.isHit(0.4) ? FAR : null,
        }
      : null,
  }
}

/** A key that lasts, or one that has expired already and so is as good as none. */
function makeKey(chance: Chance) {
  const isExpired = chance.isHit(0.2)
  return {
    key: `${isExpired ? 'expired' : 'key'} ${chance.below(30)}`,
    fingerprint: `fingerprint ${chance.below(2)}`,
    expiresAt: isExpired ? 0 : FAR,
  }
}

function makeLegs(among: readonly string[], chance: Chance, amount: bigint): readonly Leg[] {
  const count = chance.isHit(0.2) ? chance.between(2, 4) : 1
  const legs: Leg[] = []
  let rest = amount
  for (let index = 0; index < count; index += 1) {
    const isLast = index === count - 1
    const part = isLast ? rest : rest / 2n - ((rest / 2n) % (chance.isHit(0.1) ? 1n : CENT))
    rest -= part
    const balanceId = chance.isHit(0.01) ? NOBODY : chance.pick(among)
    legs.push({ balanceId, amount: part, overdraft: permit(chance), details: null })
  }
  return legs
}

function permit(chance: Chance): OverdraftPermit {
  if (chance.isHit(0.9)) return { kind: 'none' }
  return chance.isHit(0.5)
    ? { kind: 'unlimited' }
    : { kind: 'limited', limit: cents(chance, 0, 9000) }
}
