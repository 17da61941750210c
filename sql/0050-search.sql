-- What can be searched and filtered, kept behind the book by whoever follows its log: never written on the path of money.
-- Each row is what the tables of the book said when it was last looked at, and can be made again at any time.

-- How far the log of a book has been followed: every fact up to this id is in.
create table search_positions (
  book_id      bigint not null primary key,
  position     uuid   not null,
  -- Transactions that are in.
  transactions bigint not null
);

create table search_transactions (
  book_id          bigint      not null,
  id               uuid        not null,
  kind             text        not null,
  status           text        not null,
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
  -- By what its caller called it: that of the request or the hold that it carries out, else its own.
  origin_reference text,
  -- What it belongs to with others: a bulk, a split.
  family_id        uuid        not null,
  primary key (book_id, id)
);

create index search_transactions_by_amount
  on search_transactions (book_id, currency, amount, id) where status = 'posted';
create index search_transactions_by_date
  on search_transactions (book_id, currency, recorded_at, id) where status = 'posted';
