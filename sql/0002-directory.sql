-- The directory: everything of a book that is not money. Rows are projections of the events: each change writes the
-- whole row. Deleted rows stay, so that history can still name them; names are unique among those that live.

create table organizations (
  book_id             bigint      not null,
  id                  uuid        not null,
  parent_id           uuid,
  legal_name          text        not null,
  legal_document      text        not null,
  doing_business_as   text,
  address             jsonb,
  status_code         text        not null,
  status_description  text,
  metadata            jsonb,
  created_at          timestamptz not null,
  updated_at          timestamptz not null,
  deleted_at          timestamptz,
  primary key (book_id, id)
);

-- The way from an organization to its book: the one look-up that no book can be named for.
create unique index organizations_by_id on organizations (id);

create table ledgers (
  book_id            bigint      not null,
  id                 uuid        not null,
  organization_id    uuid        not null,
  -- The book that its money is in: its own, or the one it shares.
  money_book_id      bigint      not null,
  name               text        not null,
  -- What must be unique of the name; null where names may repeat.
  name_key           text,
  status_code        text        not null,
  status_description text,
  settings           jsonb,
  metadata           jsonb,
  created_at         timestamptz not null,
  updated_at         timestamptz not null,
  deleted_at         timestamptz,
  primary key (book_id, id)
);

create unique index ledgers_by_name on ledgers (book_id, name_key) where deleted_at is null;

create table identities (
  book_id            bigint      not null,
  id                 uuid        not null,
  identity_type      text,
  organization_name  text,
  category           text,
  first_name         text,
  last_name          text,
  other_names        text,
  gender             text,
  email_address      text,
  phone_number       text,
  nationality        text,
  street             text,
  country            text,
  state              text,
  post_code          text,
  city               text,
  born_at            timestamptz,
  metadata           jsonb,
  created_at         timestamptz not null,
  updated_at         timestamptz not null,
  deleted_at         timestamptz,
  primary key (book_id, id)
);

create table assets (
  book_id            bigint      not null,
  id                 uuid        not null,
  ledger_id          uuid        not null,
  name               text        not null,
  name_key           text,
  type               text        not null,
  code               text        not null,
  -- Decimals of the minor unit; null while nothing has told.
  scale              smallint check (scale between 0 and 18),
  status_code        text        not null,
  status_description text,
  metadata           jsonb,
  created_at         timestamptz not null,
  updated_at         timestamptz not null,
  deleted_at         timestamptz,
  primary key (book_id, id)
);

create unique index assets_by_code on assets (book_id, ledger_id, code) where deleted_at is null;
create unique index assets_by_name on assets (book_id, ledger_id, name_key) where deleted_at is null;

create table portfolios (
  book_id            bigint      not null,
  id                 uuid        not null,
  ledger_id          uuid        not null,
  name               text        not null,
  entity_id          text,
  status_code        text        not null,
  status_description text,
  metadata           jsonb,
  created_at         timestamptz not null,
  updated_at         timestamptz not null,
  deleted_at         timestamptz,
  primary key (book_id, id)
);

create table segments (
  book_id            bigint      not null,
  id                 uuid        not null,
  ledger_id          uuid        not null,
  name               text        not null,
  name_key           text,
  status_code        text        not null,
  status_description text,
  metadata           jsonb,
  created_at         timestamptz not null,
  updated_at         timestamptz not null,
  deleted_at         timestamptz,
  primary key (book_id, id)
);

create unique index segments_by_name on segments (book_id, ledger_id, name_key) where deleted_at is null;

create table account_types (
  book_id     bigint      not null,
  id          uuid        not null,
  ledger_id   uuid        not null,
  name        text        not null,
  description text,
  key_value   text        not null,
  metadata    jsonb,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  deleted_at  timestamptz,
  primary key (book_id, id)
);

create unique index account_types_by_key on account_types (book_id, ledger_id, key_value)
  where deleted_at is null;

create table accounts (
  book_id            bigint      not null,
  id                 uuid        not null,
  ledger_id          uuid        not null,
  asset_code         text        not null,
  name               text,
  alias              text        not null,
  -- The name by which any caller may use the account without having made it; one account per indicator and asset.
  indicator          text,
  type               text        not null,
  -- Stands for the outside world: its balances may carry any sign.
  external           boolean     not null,
  parent_id          uuid,
  portfolio_id       uuid,
  segment_id         uuid,
  entity_id          text,
  identity_id        uuid,
  blocked            boolean     not null,
  status_code        text        not null,
  status_description text,
  metadata           jsonb,
  created_at         timestamptz not null,
  updated_at         timestamptz not null,
  deleted_at         timestamptz,
  primary key (book_id, id)
);

create unique index accounts_by_alias on accounts (book_id, ledger_id, alias) where deleted_at is null;
create unique index accounts_by_indicator on accounts (book_id, indicator, asset_code)
  where deleted_at is null and indicator is not null;
create index accounts_by_identity on accounts (book_id, identity_id) where identity_id is not null;

-- A balance's terms. What moves with every posting is in balance_sums, so that a posting rewrites a short row.
create table balances (
  book_id         bigint      not null,
  id              uuid        not null,
  account_id      uuid        not null,
  ledger_id       uuid        not null,
  key             text        not null,
  asset_code      text        not null,
  normal_side     text        not null check (normal_side in ('debit', 'credit')),
  -- Kept by the ledger itself: the companion that carries the overdraft of its principal.
  internal        boolean     not null,
  principal_id    uuid,
  companion_id    uuid,
  overdraft_limit numeric,
  may_send        boolean     not null,
  may_receive     boolean     not null,
  settings        jsonb,
  lineage         text check (lineage in ('fifo', 'lifo', 'proportional')),
  metadata        jsonb,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  deleted_at      timestamptz,
  primary key (book_id, id)
);

create unique index balances_by_key on balances (book_id, account_id, key) where deleted_at is null;
create index balances_by_ledger on balances (book_id, ledger_id, id) where deleted_at is null;
create index balances_by_principal on balances (book_id, principal_id) where principal_id is not null;

-- What was written into a transaction or an entry after it was recorded: the journal itself never changes. The id is
-- that of the transaction or the entry; what stands here replaces what stands there.
create table amendments (
  book_id     bigint      not null,
  id          uuid        not null,
  description text,
  metadata    jsonb,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  deleted_at  timestamptz,
  primary key (book_id, id)
);
