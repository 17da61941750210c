-- What can be searched and filtered, kept behind the book by whoever follows its log: never written on the path of money.
-- Each row is what the tables of the book said when it was last looked at, and can be made again at any time.

create extension if not exists pg_trgm;

-- The words of a text: runs of letters and digits of any script, in lower case, in their order. What letters are does not
-- depend on the locale of the database where PostgreSQL knows them itself.
do $$
begin
  execute format($function$
    create function words_in(text) returns table (word text, nth bigint)
    language sql immutable parallel safe as $body$
      select left(w.word, 60), w.nth
        from regexp_split_to_table(lower(left($1, 2000) collate pg_catalog.%1$I), '[^[:alnum:]]+' collate pg_catalog.%1$I)
          with ordinality as w (word, nth)
       where w.word <> ''
    $body$
  $function$, case when current_setting('server_version_num')::int >= 170000 then 'pg_c_utf8' else 'default' end);
end
$$;

-- All words of a text, each behind the code of any of some fields; the last may be only begun. Null without words.
create function query_of(codes text[], asked text, begun boolean) returns tsquery
language sql immutable parallel safe as $$
  select string_agg(
    '(' || array_to_string(array(
      select '''' || c || ':' || w.word || '''' || case when begun and w.last then ':*' else '' end from unnest(codes) as c
    ), '|') || ')', '&')::tsquery
    from (select word, nth = max(nth) over () as last from words_in(asked)) as w
$$;

-- How far the log of a book has been followed: every fact up to this id is in.
create table search_positions (
  book_id  bigint not null primary key,
  position uuid   not null
);

-- How making everything again is coming along, while the log is followed as ever. One row per book.
create table search_reindexings (
  book_id      bigint      not null primary key,
  status       text        not null check (status in ('in_progress', 'completed')),
  -- Facts up to this one were looked at again.
  position     uuid        not null,
  -- Null until they have been counted.
  total        bigint,
  processed    bigint      not null,
  -- What went wrong last, though it is tried again.
  failure      text,
  started_at   timestamptz not null,
  completed_at timestamptz
);

create table search_transactions (
  book_id          bigint      not null,
  id               uuid        not null,
  kind             text        not null,
  status           text        not null,
  -- Of the words that callers see for it.
  status_order     integer,
  currency         text        not null,
  -- As it was stated: in the units of its precision.
  amount           numeric     not null,
  precision        numeric,
  recorded_at      timestamptz not null,
  value_at         timestamptz not null,
  parent_id        uuid,
  request_id       uuid,
  source_id        uuid,
  destination_id   uuid,
  reference        text,
  description      text,
  metadata         jsonb,
  -- The words of its texts, each behind the name of its field.
  words            tsvector    not null,
  -- By what its caller called it: that of the request or the hold that it carries out, else its own.
  origin_reference text,
  -- What it belongs to with others: a bulk, a split.
  family_id        uuid        not null,
  primary key (book_id, id)
);

-- For reconciliation, which reads what was posted.
create index search_transactions_posted_by_amount
  on search_transactions (book_id, currency, amount, id) where status = 'posted';
create index search_transactions_posted_by_date
  on search_transactions (book_id, currency, recorded_at, id) where status = 'posted';

-- For filters and sorting, one for each field that can be asked for.
create index search_transactions_by_amount on search_transactions (book_id, amount, id);
create index search_transactions_by_currency on search_transactions (book_id, currency, id);
create index search_transactions_by_status on search_transactions (book_id, status, id);
create index search_transactions_by_status_order on search_transactions (book_id, status_order, id);
create index search_transactions_by_precision on search_transactions (book_id, precision, id);
create index search_transactions_by_recording on search_transactions (book_id, recorded_at, id);
create index search_transactions_by_value on search_transactions (book_id, value_at, id);
create index search_transactions_by_parent on search_transactions (book_id, parent_id, id);
create index search_transactions_by_request on search_transactions (book_id, request_id, id);
create index search_transactions_by_source on search_transactions (book_id, source_id, id);
create index search_transactions_by_destination on search_transactions (book_id, destination_id, id);
create index search_transactions_by_reference on search_transactions (book_id, reference, id);
-- Descriptions may be longer than an entry of an index; what is equal begins alike.
create index search_transactions_by_description on search_transactions (book_id, left(description, 200), id);

-- Inverted: by what stands in a text, in the metadata, or as a word. They cannot lead with the book.
create index search_transactions_reference_parts on search_transactions using gin (reference gin_trgm_ops);
create index search_transactions_description_parts on search_transactions using gin (description gin_trgm_ops);
create index search_transactions_metadata on search_transactions using gin (metadata);
create index search_transactions_words on search_transactions using gin (words);

-- Everything else that can be searched: ledgers, balances, identities, reconciliations.
create table search_documents (
  book_id    bigint      not null,
  collection text        not null,
  id         uuid        not null,
  created_at timestamptz not null,
  -- Fields by name, as they can be filtered.
  fields     jsonb       not null,
  words      tsvector    not null,
  primary key (book_id, collection, id)
);

create index search_documents_by_time on search_documents (book_id, collection, created_at, id);
-- Of balances, which are many: what lists are filtered by, where many have the same.
create index search_balances_by_balance on search_documents (book_id, ((fields ->> 'balance')::numeric), id)
  where collection = 'balances';
create index search_balances_by_currency on search_documents (book_id, (fields ->> 'currency'), id)
  where collection = 'balances';
create index search_balances_by_ledger on search_documents (book_id, (fields ->> 'ledger_id'), id)
  where collection = 'balances';
create index search_balances_by_identity on search_documents (book_id, (fields ->> 'identity_id'), id)
  where collection = 'balances' and fields ->> 'identity_id' is not null;
create index search_balances_by_indicator on search_documents (book_id, (fields ->> 'indicator'), id)
  where collection = 'balances' and fields ->> 'indicator' is not null;
-- How often they have what, which the database does not learn from indexes of some rows only.
create statistics search_documents_balance on ((fields ->> 'balance')::numeric) from search_documents;
create statistics search_documents_currency on (fields ->> 'currency') from search_documents;
create statistics search_documents_ledger on (fields ->> 'ledger_id') from search_documents;
create statistics search_documents_identity on (fields ->> 'identity_id') from search_documents;

create index search_documents_fields on search_documents using gin (fields jsonb_path_ops);
create index search_documents_words on search_documents using gin (words);

-- Words without digits, to find those that were mistyped.
create table search_words (
  book_id    bigint not null,
  collection text   not null,
  word       text   not null,
  primary key (book_id, collection, word)
);

create index search_words_parts on search_words using gin (word gin_trgm_ops);
