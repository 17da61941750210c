/**
 * The transactions that are still free, and which of them a record takes.
 *
 * Rules are tried in the order in which they were given; the first by which anything agrees decides. Of what agrees the
 * nearest is taken: nearest in amount where the rule asks for the amount, then nearest in date where it asks for the
 * date, then the earliest. What is taken is free no more.
 */
import { assert } from '../ledger/index.ts'
import { agree } from './agreement.ts'
import { amountsNear, criterionOf, datesNear } from './bounds.ts'
import { indexTexts, rowsThatMayOverlap, type TextIndex } from './grams.ts'
import { Order } from './nearest.ts'
import type { Criterion, Rule } from './rule.ts'
import { earlierFirst, type Side } from './side.ts'

/** So many candidates are looked at one by one rather than through an index. */
const FEW = 64

/** Rows that are looked through together, in the orders in which they are. */
type Shelf = {
  /** By amount, then date, then key. */
  readonly byAmount: Order
  /** The same rows; dates ascend within one amount. */
  readonly withinAmount: Order
  /** By date, then key. */
  readonly byDate: Order
}

const TEXT_FIELDS = ['reference', 'description'] as const
type TextField = (typeof TEXT_FIELDS)[number]

/** What a rule asks for, as far as it helps to find candidates. */
type Search = {
  readonly rule: Rule
  readonly amount: Criterion | null
  readonly date: Criterion | null
  readonly equal: TextField | undefined
  /** A text that must overlap, no differences allowed. */
  readonly overlapping: TextField | undefined
}

export class Pool {
  readonly #sides: readonly Side[]
  readonly #taken: Uint8Array
  readonly #searches: readonly Search[]
  readonly #byCurrency = new Map<string, Shelf>()
  readonly #equal = new Map<TextField, ReadonlyMap<string, number[]>>()
  readonly #shelvesOfTexts = new Map<readonly number[], Shelf>()
  readonly #texts = new Map<TextField, TextIndex>()

  constructor(internals: readonly Side[], rules: readonly Rule[]) {
    this.#sides = internals.toSorted(earlierFirst)
    this.#taken = new Uint8Array(internals.length)
    this.#searches = rules.map(searchOf)
    const rows = Map.groupBy(this.#sides.keys(), (row) => this.#side(row).currency)
    for (const [currency, group] of rows) this.#byCurrency.set(currency, this.#shelf(group))
  }

  /** The transaction that the record takes, which is not free afterwards; null when none agrees with it. */
  take(external: Side): Side | null {
    for (const search of this.#searches) {
      const row = this.#find(search, external)
      if (row === null) continue
      this.#taken[row] = 1
      return this.#side(row)
    }
    return null
  }

  #side(row: number): Side {
    const side = this.#sides[row]
    assert(side !== undefined, 'rows have sides')
    return side
  }

  #find(search: Search, external: Side): number | null {
    if (search.equal !== undefined) return this.#findEqual(search, search.equal, external)
    const shelf = this.#byCurrency.get(external.currency)
    if (shelf === undefined) return null
    const [from, to] = placesOf(shelf, search, external)
    if (search.overlapping !== undefined && to - from > FEW) {
      const rows = this.#rowsOverlapping(search.overlapping, external)
      if (rows !== null) return this.#nearestOf(rows, search, external)
    }
    return this.#nearestOn(shelf, search, external)
  }

  #findEqual(search: Search, field: TextField, external: Side): number | null {
    const rows = textsOf(external, field).map((text) => this.#rowsWith(field, text))
    if (rows.every((some) => some.length <= FEW))
      return this.#nearestOf(rows.flat(), search, external)
    const shelves = rows.filter((some) => some.length > 0).map((some) => this.#shelfOf(some))
    return this.#nearestOnShelves(shelves, search, external)
  }

  #rowsWith(field: TextField, text: string): readonly number[] {
    let byText = this.#equal.get(field)
    if (byText === undefined) {
      byText = groupByText(this.#sides, field)
      this.#equal.set(field, byText)
    }
    return text === '' ? [] : (byText.get(text) ?? [])
  }

  #shelfOf(rows: readonly number[]): Shelf {
    let shelf = this.#shelvesOfTexts.get(rows)
    if (shelf === undefined) {
      shelf = this.#shelf(rows)
      this.#shelvesOfTexts.set(rows, shelf)
    }
    return shelf
  }

  #rowsOverlapping(field: TextField, external: Side): readonly number[] | null {
    let index = this.#texts.get(field)
    if (index === undefined) {
      index = indexTexts(this.#sides.map((side) => textsOf(side, field)))
      this.#texts.set(field, index)
    }
    const found: number[] = []
    for (const text of textsOf(external, field)) {
      const rows = text === '' ? [] : rowsThatMayOverlap(index, text)
      if (rows === null) return null
      for (const row of rows) found.push(row)
    }
    return found
  }

  #nearestOf(rows: readonly number[], search: Search, external: Side): number | null {
    let best: number | null = null
    for (const row of rows)
      if (this.#agrees(row, search, external)) best = this.#nearer(best, row, search, external)
    return best
  }

  #nearestOnShelves(shelves: readonly Shelf[], search: Search, external: Side): number | null {
    let best: number | null = null
    for (const shelf of shelves)
      best = this.#nearer(best, this.#nearestOn(shelf, search, external), search, external)
    return best
  }

  #nearestOn(shelf: Shelf, search: Search, external: Side): number | null {
    const [from, to] = placesOf(shelf, search, external)
    if (search.amount === null) return this.#nearestInDate(shelf.byDate, search, external, from, to)
    for (const stretches of shelf.byAmount.outwards(external.amount, from, to)) {
      let best: number | null = null
      for (const stretch of stretches) {
        const found = this.#nearestInDate(
          shelf.withinAmount,
          search,
          external,
          stretch.from,
          stretch.to,
        )
        best = this.#nearer(best, found, search, external)
      }
      if (best !== null) return best
    }
    return null
  }

  #nearestInDate(
    order: Order,
    search: Search,
    external: Side,
    from: number,
    to: number,
  ): number | null {
    if (search.date === null) return this.#firstOf(order.free(from, to), search, external)
    for (const stretches of order.outwards(external.date, from, to))
      for (const stretch of stretches) {
        const row = this.#firstOf(order.free(stretch.from, stretch.to), search, external)
        if (row !== null) return row
      }
    return null
  }

  #firstOf(rows: Iterable<number>, search: Search, external: Side): number | null {
    for (const row of rows) if (this.#agrees(row, search, external)) return row
    return null
  }

  #agrees(row: number, { rule }: Search, external: Side): boolean {
    return this.#taken[row] === 0 && agree(rule, external, this.#side(row))
  }

  #nearer(one: number | null, other: number | null, search: Search, external: Side): number | null {
    if (one === null || other === null) return one ?? other
    return compareNearness(search, external, this.#side(one), this.#side(other)) <= 0 ? one : other
  }

  #shelf(rows: Iterable<number>): Shelf {
    const byDate = Int32Array.from(rows)
    const byAmount = byDate.toSorted(
      (one, other) => compare(this.#side(one).amount, this.#side(other).amount) || one - other,
    )
    const isTaken = (row: number) => this.#taken[row] === 1
    const amountOf = (row: number) => this.#side(row).amount
    const dateOf = (row: number) => this.#side(row).date
    return {
      byAmount: new Order(byAmount, amountOf, isTaken),
      withinAmount: new Order(byAmount, dateOf, isTaken),
      byDate: new Order(byDate, dateOf, isTaken),
    }
  }
}

function searchOf(rule: Rule): Search {
  return {
    rule,
    amount: criterionOf(rule, 'amount', 'equals'),
    date: criterionOf(rule, 'date', 'equals'),
    equal: TEXT_FIELDS.find((field) => criterionOf(rule, field, 'equals') !== null),
    overlapping: TEXT_FIELDS.find(
      (field) => (criterionOf(rule, field, 'contains')?.drift ?? 1n) <= 0n,
    ),
  }
}

function textsOf(side: Side, field: TextField): readonly string[] {
  return field === 'reference' ? side.references : side.descriptions
}

function groupByText(sides: readonly Side[], field: TextField): ReadonlyMap<string, number[]> {
  const groups = new Map<string, number[]>()
  sides.forEach((side, row) => {
    for (const text of new Set(textsOf(side, field))) {
      const group = groups.get(text)
      if (group === undefined) groups.set(text, [row])
      else group.push(row)
    }
  })
  return groups
}

/** The places between which a candidate can stand: by amount where the rule asks for it, else by date. */
function placesOf(shelf: Shelf, search: Search, external: Side): readonly [number, number] {
  const { byAmount, byDate } = shelf
  if (search.amount !== null) {
    const span = amountsNear(external.amount, search.amount.drift)
    if (span === null) return [0, 0]
    return [
      byAmount.placeOf(span.from),
      span.to === null ? byAmount.length : byAmount.placeBehind(span.to),
    ]
  }
  if (search.date === null) return [0, byDate.length]
  const { from, to } = datesNear(external.date, search.date.drift)
  return [byDate.placeOf(from), to === null ? byDate.length : byDate.placeBehind(to)]
}

function compareNearness(search: Search, external: Side, one: Side, other: Side): number {
  const amounts =
    search.amount === null
      ? 0
      : compare(distance(external.amount, one.amount), distance(external.amount, other.amount))
  const dates =
    search.date === null
      ? 0
      : Math.abs(external.date - one.date) - Math.abs(external.date - other.date)
  return amounts || dates || earlierFirst(one, other)
}

function distance(one: bigint, other: bigint): bigint {
  return one < other ? other - one : one - other
}

function compare(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0
}
