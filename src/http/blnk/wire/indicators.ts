/**
 * Which balance an indicator stands for in a currency. What is remembered is a hint: the engine refuses a balance that is
 * no longer there, and then it is looked up again. An indicator that nobody has used before is made on the way.
 */
import {
  type Actor,
  findIndicator,
  openSharedAccount,
  PLAIN_BALANCE,
  SHARED_LEDGER_ID,
} from '../../../directory/index.ts'
import type { Services } from '../../services.ts'
import { INDICATOR_TYPE, PLAIN_ACCOUNT } from '../balances/plain.ts'
import { directoryProblem } from './refusals.ts'

const REMEMBERED_MAX = 100_000

export class Indicators {
  readonly #services: Services
  readonly #known = new Map<string, string>()

  constructor(services: Services) {
    this.#services = services
  }

  /** The balance, if it is known without asking. */
  known(indicator: string, currency: string): string | undefined {
    return this.#known.get(keyOf(indicator, currency))
  }

  /** The balance, or null where the indicator has never been used in this currency. */
  async find(indicator: string, currency: string): Promise<string | null> {
    const known = this.known(indicator, currency)
    if (known !== undefined) return known
    const { directory, home } = this.#services
    const found = await findIndicator(directory.store, home.bookId, indicator, currency)
    if (found === null) return null
    return this.#remember(indicator, currency, found.balance.id)
  }

  /** The balance, made now if the indicator has never been used in this currency. */
  async ensure(
    indicator: string,
    currency: string,
    scale: number | null,
    actor: Actor,
  ): Promise<string> {
    const found = await this.find(indicator, currency)
    if (found !== null) return found
    const { directory, home } = this.#services
    const decision = await openSharedAccount(
      directory,
      home.bookId,
      {
        account: {
          ...PLAIN_ACCOUNT,
          ledgerId: SHARED_LEDGER_ID,
          assetCode: currency,
          indicator,
          type: INDICATOR_TYPE,
          identityId: null,
          metadata: null,
        },
        balance: PLAIN_BALANCE,
        scale,
      },
      actor,
    )
    if (decision.accepted) return this.#remember(indicator, currency, decision.outcome.balance.id)
    // Somebody else made it in the meantime.
    const made =
      decision.refusal.code === 'name_taken' ? await this.find(indicator, currency) : null
    if (made === null) throw directoryProblem(decision.refusal)
    return made
  }

  /** Forgets what stands for a balance that is not there; whether anything did. */
  forget(balanceId: string): boolean {
    const keys = [...this.#known].filter(([, id]) => id === balanceId).map(([key]) => key)
    for (const key of keys) this.#known.delete(key)
    return keys.length > 0
  }

  #remember(indicator: string, currency: string, balanceId: string): string {
    if (this.#known.size >= REMEMBERED_MAX) this.#known.clear()
    this.#known.set(keyOf(indicator, currency), balanceId)
    return balanceId
  }
}

function keyOf(indicator: string, currency: string): string {
  return `${currency}\n${indicator}`
}
