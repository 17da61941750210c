-- Routes: which accounts may give and take, and under which rubrics it is booked; and whether a ledger moves money under
-- routes only. All of it is kept in the book of the money, so that whoever changes it advances that book's head: a server
-- that decided by the routes of before is fenced off.

-- What a ledger asks of every posting. The id is that of the ledger.
create table ledger_rules (
  book_id         bigint      not null,
  id              uuid        not null,
  validate_routes boolean     not null,
  metadata        jsonb,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  deleted_at      timestamptz,
  primary key (book_id, id)
);

-- The rule for one leg.
create table operation_routes (
  book_id            bigint      not null,
  id                 uuid        not null,
  ledger_id          uuid        not null,
  title              text        not null,
  description        text,
  code               text,
  operation_type     text        not null check (operation_type in ('source', 'destination', 'bidirectional')),
  -- Which accounts it is for; null for all.
  account            jsonb,
  -- Rubrics of the chart of accounts, by what is done.
  accounting_entries jsonb,
  metadata           jsonb,
  created_at         timestamptz not null,
  updated_at         timestamptz not null,
  deleted_at         timestamptz,
  primary key (book_id, id)
);

create index operation_routes_by_ledger on operation_routes (book_id, ledger_id, id) where deleted_at is null;

-- A set of them, which a transaction follows.
create table transaction_routes (
  book_id          bigint      not null,
  id               uuid        not null,
  ledger_id        uuid        not null,
  title            text        not null,
  description      text,
  operation_routes jsonb       not null,
  metadata         jsonb,
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  deleted_at       timestamptz,
  primary key (book_id, id)
);

create index transaction_routes_by_ledger on transaction_routes (book_id, ledger_id, id) where deleted_at is null;
-- Which routes an operation route belongs to. Ids of operation routes are unique over all books.
create index transaction_routes_by_operation_route on transaction_routes using gin (operation_routes jsonb_path_ops)
  where deleted_at is null;
