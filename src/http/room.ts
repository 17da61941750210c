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
   * Takes a place until the answer has been sent or the client is gone. Whoever is turned away loses the connection: clients
   * that do not wait as long as they are told would keep the server busy with turning them away.
   *
   * @throws Overloaded when there is none
   */
  enter(answer: ServerResponse): void {
    if (this.#taken >= this.#most) {
      answer.shouldKeepAlive = false
      throw new Overloaded('Too many requests are under way')
    }
    this.#taken += 1
    answer.once('close', () => {
      this.#taken -= 1
    })
  }
}
