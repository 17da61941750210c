-- Lots: where the money of tracked balances came from. What is in a lot is told by the balance of the same id, whose
-- entries are the lot's; what the lots of one holder hold in all, by the balance that is their aggregate.
create table lots (
  book_id        bigint      not null,
  id             uuid        not null,
  -- Whose money it is.
  balance_id     uuid        not null,
  provider       text        not null,
  -- Who held the balance when the lot was opened.
  identity_id    uuid        not null,
  aggregate_id   uuid        not null,
  -- What callers know the two balances by. Holders and providers may be of one name, so these are not unique.
  name           text        not null,
  aggregate_name text        not null,
  metadata       jsonb,
  created_at     timestamptz not null,
  updated_at     timestamptz not null,
  deleted_at     timestamptz,
  primary key (book_id, id)
);

create unique index lots_by_balance on lots (book_id, balance_id, provider, identity_id) where deleted_at is null;
create index lots_by_aggregate on lots (book_id, aggregate_id, id);
create index lots_by_name on lots (book_id, name);
create index lots_by_aggregate_name on lots (book_id, aggregate_name);
