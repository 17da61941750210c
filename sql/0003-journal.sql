-- The journal: what was asked for, the entries it made, and how far holds have come.

-- The four sums of a balance: a projection of its entries, rewritten by each batch that touches it. fillfactor leaves
-- room for updates in place, since nothing in it is indexed but the key.
create table balance_sums (
  book_id         bigint      not null,
  id              uuid        not null,
  posted_debits   numeric     not null check (posted_debits >= 0),
  posted_credits  numeric     not null check (posted_credits >= 0),
  pending_debits  numeric     not null check (pending_debits >= 0),
  pending_credits numeric     not null check (pending_credits >= 0),
  -- How many entries it has.
  version         bigint      not null,
  -- The most decimals ever posted to it.
  scale           smallint    not null,
  updated_at      timestamptz not null,
  primary key (book_id, id)
) with (fillfactor = 70);

-- Append-only. Ids are time-ordered within a book, so the key also serves lists by time and the event log.
--
-- seal is the salt of the commitment to the free-form texts (32 hex digits), or the commitment itself (64) once they
-- are erased; null when there are none.
create table transactions (
  book_id        bigint      not null,
  id             uuid        not null,
  seq            bigint      not null,
  kind           text        not null,
  status         text        not null,
  recorded_at    timestamptz not null,
  effective_at   timestamptz,
  parent_id      uuid,
  request_id     uuid,
  reverses_id    uuid,
  reference      text,
  asset_code     text        not null,
  amount         numeric     not null,
  source_id      uuid,
  destination_id uuid,
  description    text,
  metadata       jsonb,
  terms          json,
  plan           json,
  actor          text,
  seal           text,
  primary key (book_id, id)
);

create unique index transactions_by_reference on transactions (book_id, reference) where reference is not null;
create unique index transactions_by_reversed on transactions (book_id, reverses_id) where reverses_id is not null;
create index transactions_by_parent on transactions (book_id, parent_id) where parent_id is not null;
create index transactions_by_request on transactions (book_id, request_id) where request_id is not null;

-- Append-only. One side of one leg on one balance, with the sums after it.
create table entries (
  book_id         bigint   not null,
  transaction_id  uuid     not null,
  leg             smallint not null,
  balance_id      uuid     not null,
  version         bigint   not null,
  side            text     not null,
  effect          text     not null,
  amount          numeric  not null check (amount > 0),
  posted_debits   numeric  not null,
  posted_credits  numeric  not null,
  pending_debits  numeric  not null,
  pending_credits numeric  not null,
  details         json,
  primary key (book_id, balance_id, version)
);

create unique index entries_by_transaction on entries (book_id, transaction_id, leg);

-- How far a hold has been settled: a projection of its settlements.
create table holds (
  book_id        bigint  not null,
  transaction_id uuid    not null,
  status         text    not null check (status in ('pending', 'posted', 'voided', 'expired')),
  amount         numeric not null check (amount > 0),
  settled        numeric not null check (settled >= 0 and settled <= amount),
  primary key (book_id, transaction_id)
) with (fillfactor = 80);

-- A caller's own keys for requests, kept until they expire.
create table idempotency_keys (
  book_id        bigint      not null,
  key            text        not null,
  fingerprint    text        not null,
  transaction_id uuid        not null,
  expires_at     timestamptz not null,
  primary key (book_id, key)
);

create index idempotency_keys_by_expiry on idempotency_keys (expires_at);

-- What is to be done by itself at a time. A work list, not book data: losing a row delays, repeating one does nothing.
create table due (
  book_id        bigint      not null,
  transaction_id uuid        not null,
  action         text        not null check (action in ('execute', 'settle', 'expire')),
  due_at         timestamptz not null,
  primary key (book_id, transaction_id, action)
);

create index due_by_time on due (due_at);
