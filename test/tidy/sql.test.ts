import ts from 'typescript'
import { expect, test } from 'vitest'
import { contentOf, files } from './tree.ts'

/**
 * Statements that do not name a book, by how they begin, each with its reason. Everything else says which book it is
 * about, so that books can live apart and no statement reads one by accident.
 */
const WITHOUT_A_BOOK: readonly (readonly [beginning: string, reason: string])[] = [
  ['select 1', 'asks whether the database is there'],
  ['select from pg_', 'asks the catalogue'],
  ['select pg_', 'locks and the like belong to the server'],
  ['select pg_try_advisory_lock', 'a lock of the server'],
  ['select to_regclass', 'asks the catalogue'],
  ['select r.rolname', 'asks the catalogue'],
  ['select coalesce((select has_table_privilege', 'asks the catalogue'],
  ['select number from schema_migrations', 'migrations are of the database'],
  ['insert into schema_migrations', 'migrations are of the database'],
  ['insert into api_keys', 'keys are of the server'],
  [`select \${COLUMNS} from api_keys`, 'keys are of the server'],
  ['select 1 from api_keys', 'keys are of the server'],
  ['update api_keys', 'keys are of the server'],
  ['select value from settings', 'settings are of the server'],
  ['insert into settings', 'settings are of the server'],
  [`select \${COLUMNS} from metadata_indexes`, 'the list of indexes is of the server'],
  ['insert into metadata_indexes', 'the list of indexes is of the server'],
  ['delete from metadata_indexes', 'the list of indexes is of the server'],
  ['select set_config', 'asks the connection'],
  [`select \${selectionOf(view)} from`, 'made from a view, whose condition names the book'],
  [
    `select count(*) as count from \${view.from}`,
    'made from a view, whose condition names the book',
  ],
  [
    `select \${DEAD_LETTER_COLUMNS} from dead_letters`,
    'of one receiver, through an index of its own',
  ],
  ['update dead_letters set replay_at = $3', 'of one receiver, through an index of its own'],
  [
    `select \${PROGRESS_COLUMNS} from subscription_cursors`,
    'of some receivers, through an index of their own',
  ],
  ['with hold', 'part of a statement'],
  ['with gone as ( delete from outbox_servers', 'servers that live are of the database'],
  ['select external, internal', 'rows of the statement itself'],
  ['select number::text as key', 'rows of the statement itself'],
  ['select p.* from unnest', 'rows of the statement itself'],
  ['select unnest', 'rows of the statement itself'],
  ['select id from ((', 'of documents, whose source names the book'],
  [`select id from (\${firstOf`, 'of documents, whose source names the book'],
  ['select id from ( select id, whole', 'of documents, whose source names the book'],
  [`select \${countSql`, 'of documents, whose source names the book'],
  [`select \${[columns, ...keys]`, 'of documents, whose source names the book'],
  [`select (\${inside`, 'of documents, whose source names the book'],
  ['select value, count(*) as count', 'of documents, whose source names the book'],
  ['select key, (array_agg(id', 'of documents, whose source names the book'],
  ['select word from words_in', 'asks how texts are split'],
]

const STATEMENT = /^\s*(with\s+\w+|select|insert\s+into|update\s+\w+\s+set|delete\s+from)\b/i

type Statement = { readonly place: string; readonly text: string }

/** The texts in a file that are statements, with what is put into them as ${…}. */
function statementsOf(file: string): readonly Statement[] {
  const content = contentOf(file)
  const source = ts.createSourceFile(file, content, ts.ScriptTarget.Latest, true)
  const found: Statement[] = []
  const visit = (node: ts.Node): void => {
    const text = textOf(node)
    if (text !== null && STATEMENT.test(text)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart())
      found.push({ place: `${file}:${line + 1}`, text: text.trim().replace(/\s+/g, ' ') })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text
  if (!ts.isTemplateExpression(node)) return null
  return (
    node.head.text +
    node.templateSpans
      .map((span) => `\${${span.expression.getText()}}${span.literal.text}`)
      .join('')
  )
}

const statements = files(/^src\/storage\/.*\.ts$/)
  .filter((file) => !file.endsWith('.test.ts'))
  .flatMap(statementsOf)

test('statements are found at all', () => {
  expect(statements.length).toBeGreaterThan(50)
})

test('every statement says which book it is about', () => {
  const silent = statements.filter(
    ({ text }) =>
      !/book_?id|bookSql/i.test(text) &&
      !WITHOUT_A_BOOK.some(([beginning]) => text.startsWith(beginning)),
  )
  expect(silent.map(({ place, text }) => `${place}: ${text.slice(0, 100)}`)).toEqual([])
})

test('keywords are in lower case', () => {
  const loud = statements.filter(({ text }) => /^(WITH|SELECT|INSERT|UPDATE|DELETE)\b/.test(text))
  expect(loud.map(({ place }) => place)).toEqual([])
})
