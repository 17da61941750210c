/** The text of an upload, a piece at a time, and what kind of file it is. */
import { UploadFault, UploadTooLarge } from './faults.ts'

/** Decodes UTF-8; what is no UTF-8, or has a NUL in it, is no text. */
export async function* textOf(
  bytes: AsyncIterable<Uint8Array>,
  bytesMax: number,
): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let size = 0
  for await (const piece of bytes) {
    size += piece.byteLength
    if (size > bytesMax) throw new UploadTooLarge()
    yield decoded(() => decoder.decode(piece, { stream: true }))
  }
  yield decoded(() => decoder.decode())
}

function decoded(decode: () => string): string {
  let text: string
  try {
    text = decode()
  } catch (cause) {
    throw new UploadFault('the file is not UTF-8 text', null, null, { cause })
  }
  if (text.includes('\0')) throw new UploadFault('the file is not text')
  return text
}

/** Tells by its first character what kind of file a text is, and gives the whole text back. */
export async function sniffed(
  pieces: AsyncIterable<string>,
): Promise<{ readonly kind: 'csv' | 'json'; readonly pieces: AsyncIterable<string> }> {
  const iterator = pieces[Symbol.asyncIterator]()
  let head = ''
  while (head.trimStart() === '') {
    if (head.length > BLANK_MAX) throw new UploadFault('the file begins with nothing but blanks')
    const next = await iterator.next()
    if (next.done === true) throw new UploadFault('the file is empty')
    head += next.value
  }
  const rest: AsyncIterable<string> = { [Symbol.asyncIterator]: () => iterator }
  return { kind: /^[[{]/.test(head.trimStart()) ? 'json' : 'csv', pieces: joined(head, rest) }
}

const BLANK_MAX = 64 * 1024

async function* joined(head: string, rest: AsyncIterable<string>): AsyncIterable<string> {
  yield head
  yield* rest
}
