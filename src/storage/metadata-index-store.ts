import type { MetadataIndex, MetadataIndexStore } from '../directory/port.ts'
import { isoOf, type Micros } from '../ledger/index.ts'
import type { Querier, Row } from './connection.ts'

const COLUMNS =
  'entity, key, is_unique as "isUnique", is_sparse as "isSparse", created_at as "createdAt"'

type IndexRow = Row & Omit<MetadataIndex, 'createdAt'> & { readonly createdAt: Micros }

/** Which names of metadata somebody asked to have indexed. There is one list for the whole server. */
export function metadataIndexStore(querier: Querier): MetadataIndexStore {
  const list = async (entity: string | null) => {
    const rows = await querier.query<IndexRow>(
      'metadata indexes',
      `select ${COLUMNS} from metadata_indexes where $1::text is null or entity = $1 order by entity, key`,
      [entity],
    )
    return rows.map((row) => ({ ...row, createdAt: isoOf(row.createdAt) }))
  }
  return {
    list,
    async create({ entity, key, isUnique, isSparse }, now, most) {
      await querier.query(
        'create metadata index',
        `insert into metadata_indexes (entity, key, is_unique, is_sparse, created_at)
         select $1, $2, $3, $4, $5::timestamptz
          where (select count(*) from metadata_indexes where entity = $1) < $6::int
         on conflict do nothing`,
        [entity, key, isUnique, isSparse, isoOf(now), most],
      )
      return (await list(entity)).find((index) => index.key === key) ?? null
    },
    async remove(entity, key) {
      const rows = await querier.query(
        'remove metadata index',
        'delete from metadata_indexes where entity = $1 and key = $2 returning key',
        [entity, key],
      )
      return rows.length > 0
    },
  }
}
