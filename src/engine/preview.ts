/** What would become of commands if they were submitted now. Nothing is written, and nothing is remembered. */
import { assert, type Balance, type Command } from '../ledger/index.ts'
import { BatchBuilder } from './batch.ts'
import { decideGroup } from './decide.ts'
import type { EngineLimits } from './limits.ts'
import type { GroupDecision } from './outcome.ts'
import type { BookStore, Surroundings } from './port.ts'
import { Working } from './working.ts'

/** A decision that was not taken, with the balances as they are and as they would be. */
export type Preview = {
  readonly decision: GroupDecision
  readonly balances: ReadonlyMap<string, Projected>
}

export type Projected = { readonly before: Balance; readonly after: Balance }

export type PreviewOptions = {
  /** Whether each group stands on what those before it would have left. */
  readonly cumulative: boolean
  /** Balances that would be made on the way. */
  readonly assumed: readonly Balance[]
}

export async function previewGroups<Reader>(
  store: BookStore<Reader>,
  around: Surroundings,
  limits: EngineLimits,
  bookId: number,
  groups: readonly (readonly Command[])[],
  { cumulative, assumed }: PreviewOptions,
): Promise<readonly Preview[]> {
  const head = await store.head(bookId)
  assert(head !== null, 'commands are previewed in books that exist')
  const commands = groups.flat()
  const references = commands.flatMap((command) =>
    command.type === 'execute' || command.reference === null ? [] : [command.reference],
  )
  const names = await store.names(bookId, { references, keys: [] })
  const fresh = () => {
    const working = new Working({ balances: limits.balancesMax, others: limits.othersMax })
    for (const balance of assumed) working.balances.set(balance.id, balance)
    return working
  }
  const wants = fresh().missing(commands)
  const found = wants === null ? null : await store.read(bookId, wants)
  const start = () => {
    const working = fresh()
    if (wants !== null && found !== null) working.learn(wants, found)
    working.learnNames(names)
    return working
  }
  const before = start()
  let after = start()
  return groups.map((group) => {
    if (!cumulative) after = start()
    const decision = decideGroup(group, after, new BatchBuilder(head, around))
    return { decision, balances: projected(before, after) }
  })
}

function projected(before: Working, after: Working): ReadonlyMap<string, Projected> {
  const balances = new Map<string, Projected>()
  for (const [id, balance] of before.balances.entries())
    balances.set(id, { before: balance, after: after.balances.get(id) ?? balance })
  return balances
}
