/** The directory folded from its events, for verification. */
import { snakeCase, type View } from '../view.ts'

/** Events that do not go on where the event before them of the same row ended. Erased events say nothing. */
export const READ_BROKEN_STORIES = `
select s.id, s.entity, s.verb, s.subject_id as "subjectId", s.previous_id as "previousId",
       s.previous_verb as "previousVerb", s.continues
  from (
    select v.*, lag(v.id) over w as previous_id, lag(v.verb) over w as previous_verb,
           v.after is null
             or (lag(v.id) over w is not null and lag(v.after) over w is null)
             or (v.verb = 'created' and v.before is null and coalesce(lag(v.verb) over w, 'deleted') = 'deleted')
             or (v.verb <> 'created' and v.before = lag(v.after) over w) as continues
      from events v
     where v.book_id = $1
    window w as (partition by v.subject_id, v.entity order by v.id)
  ) s
 where not coalesce(s.continues, false)
    or s.verb not in ('created', 'updated', 'deleted')
    or not coalesce(
         s.after is null
         or (s.after ->> 'id' = s.subject_id::text and s.after ->> 'bookId' = s.book_id::text
             and (s.verb <> 'deleted' or s.after ->> 'deletedAt' is not null)), false)`

function properties(view: View): string {
  return Object.entries(view.columns)
    .map(([property, { sql }]) => `${sql} as "${property}"`)
    .join(', ')
}

/** Rows of one kind with the last event of each, through events_by_subject. $2 is the kind. */
export function toldRowsText(view: View): string {
  const { name } = view
  return `
select ${properties(view)}, v.id as "eventId", v.after as "eventAfter"
  from ${name}
  left join lateral (
    select x.id, x.after from events x
     where x.book_id = $1 and x.subject_id = ${name}.id and x.entity = $2
     order by x.id desc limit 1
  ) v on true
 where ${name}.book_id = $1`
}

/** Subjects of events of one kind whose rows are not there. */
export function missingRowsText(view: View): string {
  return `
select v.subject_id as id, max(v.id::text) as "eventId"
  from events v
 where v.book_id = $1 and v.entity = $2
   and not exists (select from ${view.name} r where r.book_id = $1 and r.id = v.subject_id)
 group by v.subject_id`
}

export function rowText(view: View): string {
  return `select ${properties(view)} from ${view.name} where book_id = $1 and id = $2`
}

/** The events before and after one of the same row, through events_by_subject. */
export const READ_NEIGHBOURS = `
select (select x.after from events x
         where x.book_id = $1 and x.subject_id = $2 and x.id < $3 order by x.id desc limit 1) as "previousAfter",
       (select x.before from events x
         where x.book_id = $1 and x.subject_id = $2 and x.id > $3 order by x.id limit 1) as "nextBefore"
 where $1::bigint is not null`

/** The columns of a kind of row by the names of the program. */
export function columnsOf(
  view: View,
): ReadonlyMap<string, { readonly column: string; readonly isTime: boolean }> {
  return new Map(
    Object.entries(view.columns).map(([property, { kind }]) => [
      property,
      { column: snakeCase(property), isTime: kind === 'time' },
    ]),
  )
}
