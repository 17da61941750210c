/** The body is not JSON, or not text. */
export class MalformedBody extends Error {
  override readonly name = 'MalformedBody'
}
