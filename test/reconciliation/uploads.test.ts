import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { csv, line, upload } from './support.ts'

let server: TestServer
let host: Server
let address: string
beforeAll(async () => {
  host = createServer((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/records.csv' }).end()
    else if (request.url === '/records.csv') response.end(csv(line('fetched', 1, 'x')))
    else response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => host.once('listening', resolve))
  address = `127.0.0.1:${(host.address() as AddressInfo).port}`
  server = await startTestServer({
    uploadHosts: [address, 'localhost'],
    webhookAllow: [{ address: '127.0.0.1', prefix: 32 }],
  })
})
afterAll(async () => {
  await server.stop()
  host.closeAllConnections()
  host.close()
})

/** A form with a file of so many bytes: an array that begins so, and blanks until its end. */
function* formOf(begun: string, size: number): Iterable<Uint8Array> {
  const encoder = new TextEncoder()
  const blanks = new Uint8Array(1024 * 1024).fill(32)
  yield encoder.encode(
    `--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n${begun}`,
  )
  let left = size - begun.length - 1
  for (; left > 0; left -= blanks.length) yield blanks.subarray(0, Math.min(left, blanks.length))
  yield encoder.encode(']\r\n--b--\r\n')
}

const kept = async () =>
  (await server.database.query<{ count: string }>('select count(*) from external_records'))[0]
    ?.count

describe('an upload', () => {
  test('takes CSV whatever the case and the order of its columns, and leaves out what it does not know', async () => {
    const file =
      '\uFEFFdate,Note,AMOUNT,id\r\n2026-11-21,hm,"1.50",a\r\n\r\n2026-11-21 10:00:00,,2,"b"\r\n'
    const answer = await upload(server, file, 'till')
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ record_count: 2, source: 'till' })
    expect(answer.body.upload_id).toMatch(/^upload_/)
  })

  test('takes a JSON array, and keeps every digit of its numbers', async () => {
    const amount = '123456789012345678901234567890.123456789012345678'
    const file = `[ {"ID":"big","amount":${amount},"date":"2026-11-21T10:00:00+01:00","description":"a } in \\" text"} ,\n{"id":7,"amount":"1e-3","date":"2026-11-21"} ]`
    const answer = await upload(server, file)
    expect(answer.body.record_count).toBe(2)
    const rows = await server.database.query<{ amount: string; description: string }>(
      `select amount::text, description from external_records where external_id in ('big', '7') order by number`,
    )
    expect(rows).toMatchObject([{ amount, description: 'a } in " text' }, { amount: '0.001' }])
  })

  test('of a corrected file is taken, under the ids of the one before', async () => {
    const first = await upload(server, csv(line('same', 1, 'x')))
    const second = await upload(server, csv(line('same', 2, 'x')))
    expect([first.status, second.status]).toEqual([200, 200])
    expect(first.body.upload_id).not.toBe(second.body.upload_id)
  })

  const bad: readonly (readonly [string, string, number | null, string | null])[] = [
    ['without a column that is needed', 'ID,Amount\n1,2\n', null, 'date'],
    ['with a column twice', 'id,id,amount,date\n1,2,3,4\n', null, 'id'],
    ['with an amount that is none', csv(line('a', 1, ''), line('b', 'abc', '')), 2, 'amount'],
    ['with an amount of 400 digits', csv(line('a', '9'.repeat(400), '')), 1, 'amount'],
    ['with an amount of 19 decimals', csv(line('a', '0.1234567890123456789', '')), 1, 'amount'],
    ['with a date that is none', 'id,amount,date\na,1,2026-02-30\n', 1, 'date'],
    ['without an id', csv(line('', 1, '')), 1, 'id'],
    ['with an id twice', csv(line('x', 1, ''), line('y', 1, ''), line('x', 2, '')), 3, 'id'],
    ['with a quotation mark that is not closed', 'id,amount,date\na,1,"2026', 1, null],
    ['with a line without end', `id,amount,date\n${'a'.repeat(70_000)}`, 1, null],
    ['of nothing', '', null, null],
    ['of blanks', ' \n\t\n', null, null],
    ['of a header alone', 'id,amount,date\n', null, null],
    ['of an empty array', '[]', null, null],
    ['of an object', '{"id":"a"}', 1, null],
    ['of an array that ends too early', '[{"id":"a","amount":1,"date":"2026-11-21"}', null, null],
    ['of an array of numbers', '[1, 2]', 1, null],
    ['of broken JSON', '[{"id":}]', 1, null],
    ['of deep JSON', `[${'{"id":'.repeat(20_000)}`, 1, null],
    ['with an object for an amount', '[{"id":"a","amount":{},"date":"2026-11-21"}]', 1, 'amount'],
    ['with something behind the array', '[{"id":"a","amount":1,"date":"2026-11-21"}] x', 2, null],
    ['with a NUL character', csv(line('a\0', 1, '')), null, null],
    [
      'with an escaped NUL character',
      '[{"id":"a\\u0000","amount":1,"date":"2026-11-21"}]',
      1,
      'id',
    ],
    ['with a field that is too long', csv(line('a', 1, 'r'.repeat(5000))), 1, 'reference'],
  ]
  for (const [name, file, row, field] of bad)
    test(`of a file ${name} is refused, and nothing of it is kept`, async () => {
      const before = await kept()
      const answer = await upload(server, file)
      expect(answer.status, answer.text).toBe(400)
      expect(answer.body.error_detail, answer.text).toMatchObject({
        code: 'RECON_UPLOAD_PROCESSING_FAILED',
        details: { row, field },
      })
      expect(await kept()).toBe(before)
    })

  test('of bytes that are no UTF-8 is refused', async () => {
    const body = new Blob([
      '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nid,amount,date\n',
      new Uint8Array([0xff, 0xfe, 0x41]),
      '\r\n--b--\r\n',
    ])
    const response = await fetch(`${server.url}/reconciliation/upload`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body,
    })
    expect(response.status).toBe(400)
  })

  test.each([
    [0, 200],
    [1, 413],
  ])('of 256 MB and %i bytes, however it comes, is answered %i', async (more, status) => {
    const record = '{"id":"big","amount":1,"date":"2026-11-21"}'
    const answer = await fetch(`${server.url}/reconciliation/upload`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: ReadableStream.from(formOf(`[${record}`, 256 * 1024 * 1024 + more)),
      duplex: 'half',
    } as RequestInit)
    const body = (await answer.json()) as { readonly error?: string }
    expect([answer.status, body.error]).toEqual([
      status,
      status === 200 ? undefined : 'upload exceeds the maximum allowed size',
    ])
  })

  test('that says it will be too large is refused before it comes', async () => {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(`${server.url}/reconciliation/upload`, {
        method: 'POST',
        headers: {
          'content-type': 'multipart/form-data; boundary=b',
          'content-length': String(300 * 1024 * 1024),
        },
      })
      sent.once('response', resolve).once('error', reject).flushHeaders()
    })
    const body = JSON.parse(await text(answer))
    expect([answer.statusCode, body.error]).toEqual([
      413,
      'upload exceeds the maximum allowed size',
    ])
  })

  test('that is cut off keeps nothing', async () => {
    const before = await kept()
    const stop = new AbortController()
    const body = new ReadableStream({
      start: (controller) => {
        const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        const rows = Array.from({ length: 5000 }, (_, n) => line(`cut${n}`, 1, ''))
        controller.enqueue(new TextEncoder().encode(head + csv(...rows)))
        setTimeout(() => stop.abort(), 300)
      },
    })
    const sent = fetch(`${server.url}/reconciliation/upload`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body,
      duplex: 'half',
      signal: stop.signal,
    } as RequestInit)
    await expect(sent).rejects.toThrow()
    const settled = async () =>
      (await server.database.query(`select from uploads where status = 'receiving'`)).length === 0
    while (!(await settled())) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await kept()).toBe(before)
  })

  test('of whatever bytes is answered 200 or 400', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (file) => {
        const answer = await upload(server, file)
        expect([200, 400]).toContain(answer.status)
      }),
      { numRuns: 60 },
    )
  })
})

describe('an upload from a URL', () => {
  const fetched = (url: unknown) =>
    server.send('POST', '/reconciliation/upload', { url, source: 'bank' })
  const codeOf = async (url: unknown) => (await fetched(url)).body.error_detail?.code

  test('is fetched from a host that the operator named', async () => {
    const answer = await fetched(`http://${address}/records.csv`)
    expect(answer.body).toMatchObject({ record_count: 1, source: 'bank' })
  })

  test('is not fetched from any other, nor from a forbidden address under an allowed name', async () => {
    expect(await codeOf('http://example.com/x.csv')).toBe('RECON_UPLOAD_HOST_NOT_ALLOWED')
    expect(await codeOf('http://169.254.169.254/latest')).toBe('RECON_UPLOAD_HOST_NOT_ALLOWED')
    expect(await codeOf('http://[::1]/x')).toBe('RECON_UPLOAD_HOST_NOT_ALLOWED')
    expect(await codeOf('ftp://example.com/x.csv')).toBe('RECON_UPLOAD_URL_INVALID')
    expect(await codeOf('file:///etc/passwd')).toBe('RECON_UPLOAD_URL_INVALID')
    expect(await codeOf('http://')).toBe('RECON_UPLOAD_URL_INVALID')
    expect(await codeOf(7)).toBe('RECON_UPLOAD_FAILED')
  })

  test('follows no redirect, and says when there is nothing', async () => {
    expect(await codeOf(`http://${address}/moved`)).toBe('RECON_UPLOAD_FAILED')
    expect(await codeOf(`http://${address}/nothing`)).toBe('RECON_UPLOAD_FAILED')
  })
})
