/** Balances by the names that transactions call them by. */
import type { BalanceFacts, BalanceName } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'

/** Names that are remembered; when there are more, all are looked up again. */
const REMEMBERED_MAX = 100_000

export const DEFAULT_KEY = 'default'

/**
 * Remembers which balance a name stands for. It is only a hint: a name may stand for another balance by now, and then
 * the engine, which knows, turns the posting down, and the names are looked up again.
 */
export class BalanceNames {
  readonly #services: Services
  readonly #known = new Map<string, BalanceFacts>()

  constructor(services: Services) {
    this.#services = services
  }

  /** The balance as it is remembered, or undefined. */
  recall(bookId: number, ledgerId: string, alias: string, key: string): BalanceFacts | undefined {
    return this.#known.get(nameOf(bookId, ledgerId, alias, key))
  }

  /** Looks names up and remembers what they stand for; what there is none of is forgotten. */
  async learn(bookId: number, ledgerId: string, names: readonly BalanceName[]): Promise<void> {
    if (this.#known.size + names.length > REMEMBERED_MAX) this.#known.clear()
    for (const { alias, key } of names) this.#known.delete(nameOf(bookId, ledgerId, alias, key))
    const found = await this.#services.journal.balancesByName(bookId, ledgerId, names)
    for (const facts of found)
      this.#known.set(nameOf(bookId, ledgerId, facts.alias, facts.key), facts)
  }
}

function nameOf(bookId: number, ledgerId: string, alias: string, key: string): string {
  return `${bookId}\0${ledgerId}\0${alias}\0${key}`
}
