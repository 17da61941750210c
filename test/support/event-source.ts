/** A client of server-sent events, which keeps what it heard. */
export type Heard = {
  readonly event: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into events of every shape
  readonly data: any
}

export class TestEventSource {
  readonly heard: Heard[] = []
  readonly response: Response
  /** From where it would go on. */
  lastId = ''
  isOver = false
  readonly #stop: AbortController

  private constructor(response: Response, stop: AbortController) {
    this.response = response
    this.#stop = stop
    void this.#read()
  }

  static async open(url: string, headers: Readonly<Record<string, string>> = {}) {
    const stop = new AbortController()
    const response = await fetch(url, { headers, signal: stop.signal })
    return new TestEventSource(response, stop)
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder()
    let text = ''
    try {
      for await (const chunk of this.response.body ?? []) {
        text += decoder.decode(chunk, { stream: true })
        const frames = text.split('\n\n')
        text = frames.pop() ?? ''
        for (const frame of frames) this.#take(frame)
      }
    } catch {
      // Cut off, as by a test that stops listening.
    }
    this.isOver = true
  }

  #take(frame: string): void {
    const fields = new Map<string, string>()
    for (const line of frame.split('\n')) {
      const [name = '', value = ''] = [
        line.slice(0, line.indexOf(':')),
        line.slice(line.indexOf(':') + 2),
      ]
      fields.set(name, value)
    }
    this.lastId = fields.get('id') ?? this.lastId
    const data = fields.get('data')
    if (data !== undefined)
      this.heard.push({ event: fields.get('event') ?? '', data: JSON.parse(data) })
  }

  close(): void {
    this.#stop.abort()
  }
}
