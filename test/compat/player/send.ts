/** Sends a request just as a scenario writes it: paths and bodies are not tidied up on the way. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { type Exact, parse, stringify } from './exact.ts'
import type { Asked } from './scenario.ts'

export type Received = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })
const BOUNDARY = '----scenario-boundary'

export function send(
  base: string,
  asked: Asked,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<Received> {
  const payload = payloadOf(asked)
  const all: Record<string, string> = { ...headers, ...asked.headers }
  if (payload !== null) {
    if (!Object.keys(all).some((name) => name.toLowerCase() === 'content-type'))
      all['content-type'] = payload.type
    all['content-length'] = String(Buffer.byteLength(payload.text))
  }
  const { hostname, port } = new URL(base)
  return new Promise((resolve) => {
    const failed = (error: Error) => resolve({ status: 0, headers: {}, text: error.message })
    const outgoing = request(
      { hostname, port, method: asked.method, path: asked.path, headers: all, agent },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', failed)
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        )
      },
    )
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error('no answer in time')))
    outgoing.on('error', failed)
    outgoing.end(payload?.text)
  })
}

type Payload = { readonly text: string; readonly type: string }

function payloadOf(asked: Asked): Payload | null {
  const json = (text: string) => ({ text, type: 'application/json' })
  if (asked.multipart !== undefined)
    return {
      text: multipart(asked.multipart),
      type: `multipart/form-data; boundary=${BOUNDARY}`,
    }
  if (asked.form !== undefined)
    return {
      text: new URLSearchParams(asked.form).toString(),
      type: 'application/x-www-form-urlencoded',
    }
  if (asked.body_raw !== undefined) return json(asked.body_raw)
  if (asked.body !== undefined) return json(stringify(asked.body))
  if (asked.body_repeat !== undefined) {
    const { prefix, unit, count, suffix } = asked.body_repeat
    return json(prefix + unit.repeat(Number(count.rawJSON)) + suffix)
  }
  return asked.body_items === undefined ? null : json(items(asked.body_items))
}

/** As many copies of a template as it says, `$n$` replaced by the number of each. */
function items(list: NonNullable<Asked['body_items']>): string {
  const template = stringify(list.template)
  const copies: Exact[] = Array.from({ length: Number(list.count.rawJSON) }, (_, n) =>
    parse(template.replaceAll('$n$', String(n))),
  )
  return stringify({ ...list.with, [list.key]: copies })
}

function multipart(parts: NonNullable<Asked['multipart']>): string {
  let text = ''
  for (const part of parts) {
    const file = part.filename === undefined ? '' : `; filename="${part.filename}"`
    const type = part.type === undefined ? '' : `Content-Type: ${part.type}\r\n`
    text += `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${part.name}"${file}\r\n${type}\r\n${part.content}\r\n`
  }
  return `${text}--${BOUNDARY}--\r\n`
}
