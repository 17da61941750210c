/** Gives lanes their turns: a bounded number at a time, first come, first served. */
export class Turns {
  readonly #max: number
  readonly #waiting: (() => Promise<void>)[] = []
  #running = 0
  #idle: (() => void)[] = []

  constructor(max: number) {
    this.#max = max
  }

  /** Runs the work when there is a place for it. The work must not throw. */
  add(work: () => Promise<void>): void {
    this.#waiting.push(work)
    this.#fill()
  }

  /** Forgets what waits and resolves when what runs has ended. */
  async end(): Promise<void> {
    this.#waiting.length = 0
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  #fill(): void {
    while (this.#running < this.#max) {
      const work = this.#waiting.shift()
      if (work === undefined) return
      this.#running += 1
      void work().finally(() => {
        this.#running -= 1
        if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve()
        this.#fill()
      })
    }
  }
}
