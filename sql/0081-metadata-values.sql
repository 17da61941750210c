-- What metadata can be found by, kept with it in the same commit: each name with its value, as text, leads to the rows that
-- have it, in the order in which they are listed. One table for everybody's names: none of them needs an index of its own.
-- A row that was found is looked at before it is shown, so a line too many does no harm.

create table metadata_values (
  book_id    bigint not null,
  -- What has it, by the name that the events have for it.
  entity     text   not null,
  key        text   not null,
  -- The first half of the SHA-256 of the value: values may be longer than an entry of an index.
  value_hash bytea  not null,
  id         uuid   not null,
  primary key (book_id, entity, key, value_hash, id)
);

-- Organizations are listed across their books.
create index metadata_values_of_organizations on metadata_values (key, value_hash, id) where entity = 'organization';

-- The same for entries, which are listed by balance and version.
create table entry_metadata (
  book_id    bigint not null,
  balance_id uuid   not null,
  key        text   not null,
  value_hash bytea  not null,
  version    bigint not null,
  primary key (book_id, balance_id, key, value_hash, version)
);

-- What was there before.
insert into metadata_values (book_id, entity, key, value_hash, id)
select r.book_id, r.entity, m.key, substring(sha256(convert_to(m.value, 'UTF8')) for 16), r.id
  from (
    select book_id, 'organization' as entity, id, metadata from organizations where deleted_at is null
    union all select book_id, 'ledger', id, metadata from ledgers where deleted_at is null
    union all select book_id, 'asset', id, metadata from assets where deleted_at is null
    union all select book_id, 'asset_rate', id, metadata from asset_rates where deleted_at is null
    union all select book_id, 'portfolio', id, metadata from portfolios where deleted_at is null
    union all select book_id, 'segment', id, metadata from segments where deleted_at is null
    union all select book_id, 'account_type', id, metadata from account_types where deleted_at is null
    union all select book_id, 'account', id, metadata from accounts where deleted_at is null
    union all select book_id, 'transaction', id, metadata from transactions
    union all select book_id, 'transaction', id, metadata from amendments where id::text like '%000'
  ) r
  cross join lateral (
    select key, value from jsonb_each_text(r.metadata)
     where value is not null and octet_length(key) <= 400 limit 500) m
on conflict do nothing;

insert into entry_metadata (book_id, balance_id, key, value_hash, version)
select e.book_id, e.balance_id, m.key, substring(sha256(convert_to(m.value, 'UTF8')) for 16), e.version
  from entries e
  left join amendments a on a.book_id = e.book_id
   and a.id = (left(e.transaction_id::text, 33) || lpad(to_hex(e.leg + 1), 3, '0'))::uuid
  cross join lateral (values ((e.details -> 'metadata')::jsonb), (a.metadata)) r (metadata)
  cross join lateral (
    select key, value from jsonb_each_text(r.metadata)
     where value is not null and octet_length(key) <= 400 limit 500) m
 where jsonb_typeof(r.metadata) = 'object'
on conflict do nothing;

-- Names that somebody asked to have indexed, for the list of them: they are found like all others.
create table metadata_indexes (
  entity     text        not null,
  key        text        not null,
  is_unique  boolean     not null,
  is_sparse  boolean     not null,
  created_at timestamptz not null,
  primary key (entity, key)
);
