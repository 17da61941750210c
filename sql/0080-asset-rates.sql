-- What one asset of a ledger is worth in another, as its callers say. Nothing is converted by it.

create table asset_rates (
  book_id     bigint      not null,
  id          uuid        not null,
  ledger_id   uuid        not null,
  -- By what its callers call it.
  external_id uuid        not null,
  from_code   text        not null,
  to_code     text        not null,
  -- A whole number: so many units of ten to the minus scale.
  rate        numeric     not null,
  scale       bigint      not null,
  source      text,
  -- Seconds for which it holds.
  ttl         numeric     not null,
  metadata    jsonb,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  deleted_at  timestamptz,
  primary key (book_id, id)
);

create unique index asset_rates_by_pair on asset_rates (book_id, ledger_id, from_code, to_code)
  where deleted_at is null;
create unique index asset_rates_by_external_id on asset_rates (book_id, ledger_id, external_id)
  where deleted_at is null;
-- For the list of all rates from an asset, in the order of their making.
create index asset_rates_by_asset on asset_rates (book_id, ledger_id, from_code, id) where deleted_at is null;
