/** What a view is, and what is read of one. */

export type ColumnKind = 'text' | 'uuid' | 'time' | 'json' | 'boolean' | 'integer' | 'decimal'

export type Column = {
  readonly sql: string
  readonly kind: ColumnKind
  /**
   * What is true where the column is equal to a value, through an inverted index; more rows may satisfy it. The value
   * comes as SQL and as it was given.
   */
  readonly containedSql?: (sql: string, given: string) => string
}

/** A table whose rows are looked up by metadata, and whether across all books. */
export type Found = {
  readonly entity: string
  readonly table: string
  readonly alias: string
  readonly everyBook: boolean
}

export type View = {
  readonly name: string
  /** The tables, with $1 for the book. */
  readonly from: string
  readonly bookSql: string
  readonly idSql: string
  readonly metadataSql: string | null
  /** What is true where the metadata contains an object, through an inverted index. */
  readonly metadataContainedSql?: (value: string) => string
  /** What the rows are called where they are found by metadata, and which table they are of. */
  readonly found?: Found
  /** What is true of a row that lives. */
  readonly aliveSql: string | null
  readonly columns: Readonly<Record<string, Column>>
  /** What can be asked for and sorted by, but is not read. */
  readonly derived?: Readonly<Record<string, Column>>
  /** Whether its rows come with the names of the tables' columns, and not with those of the properties. */
  readonly namedAsInTables?: boolean
}

const selections = new WeakMap<View, string>()

/** What is read of a view. */
export function selectionOf(view: View): string {
  let selection = selections.get(view)
  if (selection === undefined) {
    const nameOf = (name: string) => (view.namedAsInTables === true ? snakeCase(name) : name)
    selection = Object.entries(view.columns)
      .map(([name, { sql }]) => `${sql} as "${nameOf(name)}"`)
      .join(', ')
    selections.set(view, selection)
  }
  return selection
}

const textsById = new WeakMap<View, string>()

/** Rows of a view by the key of their table, the ids at a parameter; the text is always the same, so that it is prepared once. */
export function textById(view: View, idsAt: number): string {
  let text = textsById.get(view)
  if (text === undefined) {
    const alive = view.aliveSql === null ? '' : ` and ${view.aliveSql}`
    text = `select ${selectionOf(view)} from ${view.from}
 where ${view.bookSql} = $1 and ${view.idSql} = any ($${idsAt}::uuid[])${alive}`
    textsById.set(view, text)
  }
  return text
}

export function columns(
  of: Readonly<Record<string, readonly [ColumnKind, string]>>,
): View['columns'] {
  return Object.fromEntries(
    Object.entries(of).map(([property, [kind, sql]]) => [property, { kind, sql }]),
  )
}

export function snakeCase(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
