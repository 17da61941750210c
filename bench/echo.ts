/**
 * The limit E: a server that only speaks HTTP. It parses the same body with JSON.parse and answers a reply of the same
 * size as the ledger's, so whatever the ledger does beyond that is its own.
 */
import { createServer } from 'node:http'

const replyBytes = Number(process.argv[2] ?? '800')
const frame = JSON.stringify({ text: '' })
const reply = Buffer.from(JSON.stringify({ text: 'x'.repeat(replyBytes - frame.length) }))

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (chunks.length > 0) JSON.parse(Buffer.concat(chunks).toString())
    response.writeHead(request.method === 'POST' ? 201 : 200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': reply.length,
    })
    response.end(reply)
  })
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(`port ${address.port}`)
})
