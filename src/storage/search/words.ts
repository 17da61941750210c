/** The words of a row as its index keeps them: each behind the code of its field, such as `r:inv`. */

/** Characters of a text that are searched for words. */
const TEXT_MAX = 2000
const WORD_MAX = 60

/** Words of texts, by the codes of their fields; of free-form data, all of its texts. */
export function wordsSql(texts: readonly (readonly [string, string])[], metadata: string): string {
  const rows = texts.map(([code, sql]) => `('${code}', left(${sql}, ${TEXT_MAX}))`)
  return `array_to_tsvector(array(
    select distinct f.code || ':' || left(w.word, ${WORD_MAX})
      from (
        select v.code, v.text from (values ${rows.join(', ')}) as v (code, text) where v.text is not null
        union all
        select 'm', left(j.value #>> '{}', ${TEXT_MAX})
          from jsonb_path_query(${metadata}, 'lax $.**') as j (value)
         where jsonb_typeof(j.value) in ('string', 'number')
      ) f
      cross join lateral regexp_split_to_table(lower(f.text), '[^[:alnum:]]+') as w (word)
     where w.word <> ''))`
}
