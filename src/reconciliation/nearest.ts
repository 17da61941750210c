/** Rows in an order, those of them that are still free, and how to find the free ones that are nearest to a value. */

/** A value that rows are ordered by. */
type Value = bigint | number

/**
 * Some rows in the order of a value. Rows that were taken are jumped over: what is known to be free next is remembered,
 * so that a stretch of taken rows is walked through once.
 */
export class Order {
  readonly #rows: Int32Array
  readonly #valueIn: (row: number) => Value
  readonly #isTaken: (row: number) => boolean
  /** Where to look next for a free row, for places whose row was found taken. */
  readonly #onwards: Int32Array
  readonly #back: Int32Array

  /** The rows must be in ascending order of their values. */
  constructor(
    rows: Int32Array,
    valueIn: (row: number) => Value,
    isTaken: (row: number) => boolean,
  ) {
    this.#rows = rows
    this.#valueIn = valueIn
    this.#isTaken = isTaken
    this.#onwards = new Int32Array(rows.length)
    this.#back = new Int32Array(rows.length)
  }

  get length(): number {
    return this.#rows.length
  }

  /** The first place from `from` on whose value is not below the one given. */
  placeOf(value: Value, from = 0, to: number = this.length): number {
    let [low, high] = [from, to]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#valueAt(middle) < value) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The first place behind all rows with this value. */
  placeBehind(value: Value, from = 0, to: number = this.length): number {
    let [low, high] = [from, to]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#valueAt(middle) <= value) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The free rows between two places, in order. */
  *free(from = 0, to: number = this.length): Iterable<number> {
    for (let place = this.#nextFree(from, to); place < to; place = this.#nextFree(place + 1, to))
      yield this.#rows[place] ?? 0
  }

  /**
   * Stretches of places that have rows of one value, or of two values that are equally far away, the nearest first. Only
   * stretches with something free in them are told, and none further away than the places allow.
   */
  *outwards(value: Value, from = 0, to: number = this.length): Iterable<readonly Stretch[]> {
    const start = this.placeOf(value, from, to)
    let left = this.#lastFree(start - 1, from)
    let right = this.#nextFree(start, to)
    while (left >= from || right < to) {
      const below = left >= from ? this.#stretchBelow(left, from) : null
      const above = right < to ? this.#stretchAbove(right, to) : null
      const nearer = compareDistances(value, below?.value, above?.value)
      if (nearer === 0 && below !== null && above !== null) yield [below, above]
      else if (nearer <= 0 && below !== null) yield [below]
      else if (above !== null) yield [above]
      if (nearer <= 0 && below !== null) left = this.#lastFree(below.from - 1, from)
      if (nearer >= 0 && above !== null) right = this.#nextFree(above.to, to)
    }
  }

  #stretchBelow(place: number, from: number): Stretch {
    const value = this.#valueAt(place)
    return { value, from: this.placeOf(value, from, place), to: place + 1 }
  }

  #stretchAbove(place: number, to: number): Stretch {
    const value = this.#valueAt(place)
    return { value, from: place, to: this.placeBehind(value, place, to) }
  }

  #valueAt(place: number): Value {
    return this.#valueIn(this.#rows[place] ?? 0)
  }

  #nextFree(start: number, to: number): number {
    let place = start
    while (place < to && this.#isTaken(this.#rows[place] ?? 0))
      place = Math.max(place + 1, this.#onwards[place] ?? 0)
    for (let passed = start; passed < place && passed < to; ) {
      const next = Math.max(passed + 1, this.#onwards[passed] ?? 0)
      this.#onwards[passed] = place
      passed = next
    }
    return place
  }

  #lastFree(start: number, from: number): number {
    let place = start
    while (place >= from && this.#isTaken(this.#rows[place] ?? 0))
      place -= Math.max(1, this.#back[place] ?? 0)
    for (let passed = start; passed > place && passed >= from; ) {
      const step = Math.max(1, this.#back[passed] ?? 0)
      this.#back[passed] = passed - place
      passed -= step
    }
    return place
  }
}

export type Stretch = { readonly value: Value; readonly from: number; readonly to: number }

/** Below zero when the value below is nearer, above zero when the one above is. */
function compareDistances(
  value: Value,
  below: Value | undefined,
  above: Value | undefined,
): number {
  if (below === undefined) return 1
  if (above === undefined) return -1
  const left = (value as number) - (below as number)
  const right = (above as number) - (value as number)
  return left < right ? -1 : left > right ? 1 : 0
}
