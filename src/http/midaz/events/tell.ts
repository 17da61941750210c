/** What the facts of a book mean in Midaz's words. */
import type { Account } from '../../../directory/index.ts'
import { entryId } from '../../../engine/index.ts'
import type { Entry, Transaction } from '../../../ledger/index.ts'
import type { ChangeFact, Fact, Message, TransactionFact } from '../../../outbox/index.ts'
import { type BalanceFacts, FIRST_PAGE } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import type { Place } from '../tenant.ts'
import { ofChange } from './entities.ts'
import { messageOf } from './message.ts'
import { type Around, ofTransaction } from './movements.ts'

const REMEMBERED_MAX = 10_000

type Owner = Pick<Place, 'organizationId' | 'bookId'>

export class Teller {
  readonly #services: Services
  /** Whose each book is; none ever changes hands. */
  readonly #owners = new Map<number, Owner>()

  constructor(services: Services) {
    this.#services = services
  }

  async tell(bookId: number, facts: readonly Fact[]): Promise<readonly Message[]> {
    const owner = facts.length === 0 ? null : await this.#ownerOf(bookId)
    if (owner === null) return []
    const [around, accounts] = await Promise.all([
      this.#around(bookId, facts, owner),
      this.#accounts(bookId, facts),
    ])
    const placeOf = (ledgerId: string): Place => ({ ...owner, ledgerId, moneyBookId: bookId })
    return facts.flatMap((fact) => {
      const change = fact.type === 'change' ? ofChange(fact, placeOf, accounts) : null
      const own = fact.type === 'change' ? [change ?? []].flat() : ofTransaction(fact, around)
      return own.map((one, part) => messageOf(fact, part, one, owner.organizationId))
    })
  }

  async #ownerOf(bookId: number): Promise<Owner | null> {
    const known = this.#owners.get(bookId)
    if (known !== undefined) return known
    const { outgoing, directory } = this.#services
    const homeId = (await outgoing.store.homeOf(bookId)) ?? bookId
    const page = { ...FIRST_PAGE, limit: 1 }
    const [organization] = await directory.store.list('organization', homeId, page)
    // What was deleted is still told of: its id is in the first change of its book.
    const organizationId = organization?.id ?? (await this.#firstOrganization(homeId))
    if (organizationId === null) return null
    const owner = { organizationId, bookId: homeId }
    if (this.#owners.size >= REMEMBERED_MAX) this.#owners.clear()
    this.#owners.set(bookId, owner)
    return owner
  }

  async #firstOrganization(bookId: number): Promise<string | null> {
    const { log } = this.#services.outgoing
    const { facts } = await log.page(bookId, '00000000-0000-0000-0000-000000000000', 10)
    const made = facts.find((fact) => fact.type === 'change' && fact.entity === 'organization')
    return made?.type === 'change' ? made.subjectId : null
  }

  /** What the transactions among facts refer to. */
  async #around(
    bookId: number,
    facts: readonly Fact[],
    { organizationId }: Owner,
  ): Promise<Around> {
    const { journal, outgoing } = this.#services
    const moved = facts.filter((fact) => fact.type === 'transaction')
    const holds = await this.#holds(bookId, moved)
    const ids = new Set([
      ...moved.flatMap(({ entries }) => entries.map(({ balanceId }) => balanceId)),
      ...[...moved.map(({ transaction }) => transaction), ...holds.values()].flatMap(({ plan }) =>
        plan?.kind === 'legs' ? plan.legs.map(({ balanceId }) => balanceId) : [],
      ),
    ])
    const found = ids.size === 0 ? [] : await journal.balanceFacts(bookId, [...ids])
    const balances = new Map(found.map((one) => [one.id, one]))
    const internal = found.filter((one) => one.internal).map(({ id }) => id)
    const last = moved.at(-1)
    const told =
      internal.length === 0 || last === undefined
        ? []
        : await outgoing.log.changesOf(bookId, internal, last.id)
    const principals = await this.#principals(bookId, told, balances)
    const carried = await this.#carried(bookId, moved, balances)
    return { organizationId, balances, holds, principals, carried }
  }

  async #holds(
    bookId: number,
    moved: readonly TransactionFact[],
  ): Promise<ReadonlyMap<string, Transaction>> {
    const ids = moved
      .filter(({ transaction: { kind } }) => kind === 'settlement' || kind === 'release')
      .map(({ transaction }) => transaction.parentId ?? '')
    const found = await this.#services.outgoing.log.facts(bookId, [...new Set(ids)])
    return new Map(
      found.flatMap((fact) =>
        fact.type === 'transaction' ? [[fact.id, fact.transaction] as const] : [],
      ),
    )
  }

  /** What companions carried around the entries of transactions that touch a balance with an overdraft. */
  async #carried(
    bookId: number,
    moved: readonly TransactionFact[],
    balances: ReadonlyMap<string, BalanceFacts>,
  ): Promise<Around['carried']> {
    const hasCompanion = ({ balanceId }: Entry) =>
      (balances.get(balanceId)?.companionId ?? null) !== null
    const touching = moved.filter(({ entries }) => entries.some(hasCompanion)).map(({ id }) => id)
    const found = await this.#services.journal.operationsOf(bookId, touching)
    return new Map(found.map((one) => [entryId(one.transactionId, one.leg), one.carried]))
  }

  /** The balance whose overdraft each internal balance carries, as its own story tells. */
  async #principals(
    bookId: number,
    told: readonly ChangeFact[],
    balances: ReadonlyMap<string, BalanceFacts>,
  ): Promise<ReadonlyMap<string, BalanceFacts>> {
    const pairs = told.flatMap(({ subjectId, after }) => {
      const principalId = after?.['principalId']
      return typeof principalId === 'string' ? [[subjectId, principalId] as const] : []
    })
    const missing = [...new Set(pairs.map(([, id]) => id))].filter((id) => !balances.has(id))
    const found =
      missing.length === 0 ? [] : await this.#services.journal.balanceFacts(bookId, missing)
    const all = new Map([...balances, ...found.map((one) => [one.id, one] as const)])
    return new Map(
      pairs.flatMap(([id, principalId]) => {
        const principal = all.get(principalId)
        return principal === undefined ? [] : [[id, principal] as const]
      }),
    )
  }

  /** The accounts of balances that were changed, as they were then. */
  async #accounts(bookId: number, facts: readonly Fact[]): Promise<ReadonlyMap<string, Account>> {
    const changed = facts.filter(
      (fact): fact is ChangeFact => fact.type === 'change' && fact.entity === 'balance',
    )
    const last = changed.at(-1)
    if (last === undefined) return new Map()
    const ids = new Set(changed.map(({ after }) => String(after?.['accountId'])))
    ids.delete('undefined')
    const told = await this.#services.outgoing.log.changesOf(bookId, [...ids], last.id)
    return new Map(told.map(({ subjectId, after }) => [subjectId, after as unknown as Account]))
  }
}
