/** How many requests may be under way at once: what is beyond is turned away before anything of it is read. */
import type { ServerResponse } from 'node:http'
import { Overloaded } from '../engine/index.ts'

export class Room {
  readonly #most: number
  #taken = 0

  constructor(most: number) {
    this.#most = most
  }

  /**
   * Takes a place until the answer has been sent or the client is gone.
   *
   * @throws Overloaded when there is none
   */
  enter(answer: ServerResponse): void {
    if (this.#taken >= this.#most) throw new Overloaded('Too many requests are under way')
    this.#taken += 1
    answer.once('close', () => {
      this.#taken -= 1
    })
  }
}
