/** A search that cannot be carried out as it was asked for, in the words of Typesense, which clients know. */
export class SearchFault extends Error {
  override readonly name = 'SearchFault'
  /** The status that Typesense gives it. */
  readonly status: 400 | 404

  constructor(text: string, status: 400 | 404 = 400) {
    super(text)
    this.status = status
  }
}

export function unknownField(name: string, where = ''): SearchFault {
  return new SearchFault(
    `Could not find a field named \`${short(name)}\` in the schema${where}.`,
    404,
  )
}

/** What was asked, as far as it can be repeated. */
export function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
