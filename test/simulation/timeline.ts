/** Time that passes only when nothing else is left to do. */
export class Timeline {
  /** Milliseconds since the beginning. */
  now = 0
  readonly #events: Event[] = []
  #count = 0

  /** Runs the work after some time has passed. */
  after(millis: number, work: () => void): void {
    const event = { at: this.now + millis, order: this.#count, work }
    this.#count += 1
    let place = this.#events.length
    while (place > 0 && isBefore(event, this.#events[place - 1])) place -= 1
    this.#events.splice(place, 0, event)
  }

  pause(millis: number): Promise<void> {
    return new Promise((resolve) => this.after(millis, resolve))
  }

  /** Lets time pass until nothing happens any more, or until `isOver`. */
  async run(isOver: () => boolean, stepsMax: number): Promise<void> {
    await settle()
    for (let steps = 0; this.#events.length > 0 && !isOver(); steps += 1) {
      if (steps > stepsMax) throw new Error(`Still not over after ${stepsMax} steps`)
      const event = this.#events.shift()
      if (event === undefined) return
      this.now = Math.max(this.now, event.at)
      event.work()
      await settle()
    }
  }
}

type Event = { readonly at: number; readonly order: number; readonly work: () => void }

function isBefore(event: Event, other: Event | undefined): boolean {
  return (
    other !== undefined &&
    (event.at < other.at || (event.at === other.at && event.order < other.order))
  )
}

/** Lets everything run that can run without time passing: what was awaited, and what the engine put off until then. */
async function settle(): Promise<void> {
  await immediately()
  await immediately()
}

function immediately(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
