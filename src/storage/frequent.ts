/** Texts that nobody has named, because they are made as lists are asked for. */

/** Texts that are remembered while it is not known yet whether they come again. */
const SEEN_MAX = 256

/** How often a text comes before it gets a name. */
const TIMES = 3

/**
 * Gives names to the texts that come often, so that each connection plans them once: planning a list takes longer than
 * carrying it out. There are few names, since every connection keeps a plan for each; whatever comes after they are given
 * is planned anew each time.
 */
export class Frequent {
  readonly #namesMax: number
  readonly #names = new Map<string, string>()
  readonly #seen = new Map<string, number>()

  constructor(namesMax: number) {
    this.#namesMax = namesMax
  }

  /** The name of a text; '' for one that has none. */
  nameOf(text: string): string {
    const name = this.#names.get(text)
    if (name !== undefined) return name
    if (this.#names.size >= this.#namesMax) return ''
    const times = (this.#seen.get(text) ?? 0) + 1
    this.#seen.delete(text)
    if (times >= TIMES) return this.#give(text)
    this.#seen.set(text, times)
    if (this.#seen.size > SEEN_MAX) {
      const [oldest = ''] = this.#seen.keys()
      this.#seen.delete(oldest)
    }
    return ''
  }

  #give(text: string): string {
    const name = `frequent ${this.#names.size}`
    this.#names.set(text, name)
    if (this.#names.size >= this.#namesMax) this.#seen.clear()
    return name
  }
}
