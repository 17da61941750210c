/** Hands orders to the engine and puts its answer into words. */
import type { Done, GroupDecision } from '../../../engine/index.ts'
import { type Post, type Refusal, scaleOfPrecision } from '../../../ledger/index.ts'
import type { Face } from '../face.ts'
import type { Problem } from '../wire/problem.ts'
import { problemOf } from '../wire/refusals.ts'
import { commandsOf, type Manner } from './commands.ts'
import { type Order, orderOf } from './order.ts'
import { within } from './problems.ts'

/** Orders that are carried out as one group, each in its own manner. */
export type Placed = { readonly order: Order; readonly manner: Manner }

/** What became of a group: the outcomes of each order, or which order was turned down, and why. */
export type Placing =
  | { readonly accepted: true; readonly outcomes: readonly (readonly Done[])[] }
  | {
      readonly accepted: false
      readonly index: number
      readonly refusal: Refusal
      readonly part: number
    }

/**
 * Submits orders as one group: all are carried out or none. What the face took from memory is looked up again when the
 * engine says that it does not hold: the asset of balances, the balances of indicators.
 */
export async function place(face: Face, placed: readonly Placed[]): Promise<Placing> {
  const first = await submit(face, placed)
  if (first.accepted) return first
  const mended = await mend(face, placed, first.refusal)
  return mended === null ? first : submit(face, mended)
}

async function submit(face: Face, placed: readonly Placed[]): Promise<Placing> {
  const commands = placed.map(({ order, manner }) => commandsOf(order, manner))
  const all: readonly Post[] = commands.length === 1 ? (commands[0] ?? []) : commands.flat()
  return placingOf(await face.services.engine.submit(face.bookId, all), commands)
}

function placingOf(decision: GroupDecision, commands: readonly (readonly Post[])[]): Placing {
  if (decision.accepted) {
    const done = decision.outcome as readonly Done[]
    let end = 0
    const outcomes = commands.map(({ length }) => {
      end += length
      return done.slice(end - length, end)
    })
    return { accepted: true, outcomes }
  }
  const { refusal } = decision.refusal
  let part = decision.refusal.index
  let index = 0
  for (const { length } of commands) {
    if (part < length) break
    part -= length
    index += 1
  }
  return { accepted: false, index, part, refusal }
}

/** The orders with what was wrong in the face's memory put right, or null when nothing was. */
export async function mend(
  face: Face,
  placed: readonly Placed[],
  refusal: Refusal,
): Promise<readonly Placed[] | null> {
  switch (refusal.code) {
    case 'balance_not_found':
      if (!face.indicators.forget(refusal.balanceId)) return null
      return replaceAll(placed, ({ order, manner }) => orderOf(face, order.body, manner.actor))
    case 'asset_mismatch':
      return replaceAll(placed, (one) => inAssetOfBalances(face, one))
    default:
      return null
  }
}

async function replaceAll(
  placed: readonly Placed[],
  replace: (placed: Placed) => Promise<Order>,
): Promise<readonly Placed[]> {
  const replaced: Placed[] = []
  for (const one of placed) replaced.push({ ...one, order: await replace(one) })
  return replaced
}

/** The order in the asset that its balances are kept in, where they agree on one. */
async function inAssetOfBalances(face: Face, { order, manner }: Placed): Promise<Order> {
  const ids = new Set(order.movements.flatMap((one) => [one.sourceId, one.destinationId]))
  const { balances } = face.services
  const views = await Promise.all([...ids].map((id) => balances.load(face.bookId, id)))
  const codes = new Set(views.map((view) => view?.terms.assetCode ?? order.assetCode))
  const [assetCode = order.assetCode] = codes
  if (codes.size !== 1 || assetCode === order.assetCode) return order
  const proposed = scaleOfPrecision(order.precision)
  return { ...order, assetCode, scale: await face.scales.settle(assetCode, proposed, manner.actor) }
}

/** A refusal of an order in Blnk's words. */
export function problemOfOrder({ isSplit }: Order, refusal: Refusal, part: number): Problem {
  const problem = problemOf(refusal)
  return isSplit ? within(`failed to record split transaction ${part}: `, problem) : problem
}
