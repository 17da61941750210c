-- Accounts at banks that lead to balances, and orders of lists that ids do not give.

create table bank_accounts (
  book_id     bigint      not null,
  id          uuid        not null,
  name        text        not null,
  number      text        not null,
  bank_name   text        not null,
  asset_code  text        not null,
  ledger_id   uuid        not null,
  balance_id  uuid        not null,
  identity_id uuid        not null,
  metadata    jsonb,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  deleted_at  timestamptz,
  primary key (book_id, id)
);

create unique index bank_accounts_by_number on bank_accounts (book_id, number)
  where deleted_at is null and number <> '';
create index bank_accounts_by_identity on bank_accounts (book_id, identity_id);

-- An identity may bring its own id, so its id does not tell when it was made.
create index identities_by_time on identities (book_id, created_at, id);
