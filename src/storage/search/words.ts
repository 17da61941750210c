/** The words of a row as its index keeps them: each behind the code of its field, such as `r:inv`. */

/** Characters of free-form data that are searched for words. */
const TEXT_MAX = 2000

/** Words of texts, by the codes of their fields; of free-form data, all of its values. */
export function wordsSql(texts: readonly (readonly [string, string])[], metadata: string): string {
  const rows = texts.map(([code, sql]) => `('${code}', ${sql})`)
  return `array_to_tsvector(array(
    select distinct f.code || ':' || w.word
      from (
        select v.code, v.text from (values ${rows.join(', ')}) as v (code, text) where v.text is not null
        union all
        select 'm', left(j.value #>> '{}', ${TEXT_MAX})
          from jsonb_path_query(${metadata}, 'lax $.**') as j (value)
         where jsonb_typeof(j.value) in ('string', 'number', 'boolean')
      ) f
      cross join lateral words_in(f.text) as w))`
}
