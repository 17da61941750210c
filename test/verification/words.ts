import type { TestDatabase } from '../support/database.ts'

/** The words that a column takes, as its check constraint lists them; none where it takes any. */
export async function allowedWords(
  database: TestDatabase,
  table: string,
  column: string,
): Promise<readonly string[]> {
  const [row] = await database.query<{ text: string | null }>(
    `select string_agg(pg_get_constraintdef(oid), ' ') as text from pg_constraint
      where conrelid = $1::regclass and contype = 'c' and pg_get_constraintdef(oid) ~ $2`,
    [table, `\\m${column}\\M = ANY`],
  )
  return [...(row?.text ?? '').matchAll(/'([^']+)'::text/g)].map(([, word]) => word ?? '')
}
