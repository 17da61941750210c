/**
 * Writes rows of the directory as their changes say. Each row is written whole, by its key; a row is never removed. Of
 * several changes of a row the last one stands.
 */
import type { Change, EntityName } from '../../ledger/index.ts'
import { snakeCase } from '../view.ts'
import { directoryViews } from '../views.ts'
import { metadataStatements } from './metadata-rows.ts'
import type { Statement } from './statement.ts'

export function writeRows(changes: readonly Change[]): readonly Statement[] {
  const byEntity = [...Map.groupBy(changes, (change) => change.entity)]
  return [
    ...byEntity.map(([entity, group]) => upsert(entity, group)),
    ...byEntity.flatMap(([entity, group]) => metadataStatements(entity, group)),
  ]
}

const texts = new Map<EntityName, string>()

function upsert(entity: EntityName, changes: readonly Change[]): Statement {
  let text = texts.get(entity)
  if (text === undefined) {
    const table = directoryViews[entity].name
    const columns = Object.keys(directoryViews[entity].columns).map(snakeCase)
    const others = columns.filter((column) => column !== 'book_id' && column !== 'id')
    text = `insert into ${table} (${columns.join(', ')})
select ${columns.join(', ')} from jsonb_populate_recordset(null::${table}, $1::jsonb)
on conflict (book_id, id) do update set ${others.map((column) => `${column} = excluded.${column}`).join(', ')}`
    texts.set(entity, text)
  }
  const last = new Map(changes.map((change) => [change.id, change.after]))
  const rows = [...last.values()].map((after) =>
    Object.fromEntries(Object.entries(after).map(([name, value]) => [snakeCase(name), value])),
  )
  return { name: `write ${entity}`, text, values: [JSON.stringify(rows)] }
}
