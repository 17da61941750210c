/**
 * How many decimals each currency is counted in. Blnk's whole numbers are values times ten to the power of it.
 *
 * An asset that has a scale keeps it, so what is known once stays true; a currency of ISO 4217 needs no looking up.
 */
import { ensureSharedAsset, SHARED_LEDGER_ID } from '../../../directory/index.ts'
import { currencyScale } from '../../../ledger/index.ts'
import { equals, FIRST_PAGE } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { directoryProblem } from './refusals.ts'

const REMEMBERED_MAX = 10_000

export class Scales {
  readonly #services: Services
  readonly #known = new Map<string, number>()

  constructor(services: Services) {
    this.#services = services
  }

  /** The scale, if it is known without asking. */
  known(code: string): number | null {
    return currencyScale(code) ?? this.#known.get(code) ?? null
  }

  /** Learns the scales of these currencies; those that nothing has settled yet stay unknown. */
  async learn(codes: Iterable<string>): Promise<void> {
    const missing = [...new Set(codes)].filter((code) => this.known(code) === null)
    if (missing.length === 0) return
    const { directory, home } = this.#services
    const rows = await directory.store.list('asset', home.bookId, {
      ...FIRST_PAGE,
      within: [
        equals('ledgerId', SHARED_LEDGER_ID),
        { field: 'code', operator: 'in', values: missing },
      ],
      limit: missing.length,
    })
    for (const { code, scale } of rows) if (scale !== null) this.#remember(code, scale)
  }

  /** The scale of a currency, settled now if nothing has settled it before. */
  async settle(code: string, proposed: number, actor: string | null): Promise<number> {
    const known = this.known(code)
    if (known !== null) return known
    const { directory, home } = this.#services
    const decision = await ensureSharedAsset(directory, home.bookId, code, proposed, actor)
    if (!decision.accepted) throw directoryProblem(decision.refusal)
    const scale = decision.outcome.scale ?? proposed
    this.#remember(code, scale)
    return scale
  }

  #remember(code: string, scale: number): void {
    if (this.#known.size >= REMEMBERED_MAX) this.#known.clear()
    this.#known.set(code, scale)
  }
}
