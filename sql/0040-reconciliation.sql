-- Reconciliation: what others say happened, beside what the book says.

create table matching_rules (
  book_id     bigint      not null,
  id          uuid        not null,
  name        text        not null,
  description text        not null,
  criteria    jsonb       not null,
  metadata    jsonb,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  deleted_at  timestamptz,
  primary key (book_id, id)
);

create table uploads (
  book_id      bigint      not null,
  id           uuid        not null,
  kind         text        not null check (kind in ('file', 'url', 'instant')),
  source       text        not null,
  status       text        not null check (status in ('receiving', 'ready', 'refused')),
  record_count bigint      not null,
  metadata     jsonb,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  deleted_at   timestamptz,
  primary key (book_id, id)
);

-- Uploads whose records are still coming in: what a crash leaves here is cleared away.
create index uploads_receiving on uploads (created_at) where status = 'receiving';

-- What an upload says, row by row. Written before the upload is ready, never changed afterwards.
create table external_records (
  book_id     bigint      not null,
  upload_id   uuid        not null,
  -- Counted from 1, in the order of the file.
  number      integer     not null,
  external_id text        not null,
  currency    text        not null,
  amount      numeric     not null,
  dated_at    timestamptz not null,
  reference   text        not null,
  description text        not null,
  source      text        not null,
  primary key (book_id, upload_id, number)
);

create table reconciliations (
  book_id      bigint      not null,
  id           uuid        not null,
  upload_id    uuid        not null,
  strategy     text        not null check (strategy in ('one_to_one', 'one_to_many', 'many_to_one')),
  grouping     text,
  -- The rules as they were when it was started.
  rules        jsonb       not null,
  dry_run      boolean     not null,
  status       text        not null check (status in ('started', 'in_progress', 'completed', 'failed')),
  matched      bigint      not null,
  unmatched    bigint      not null,
  -- Why it failed.
  failure      text,
  started_by   text,
  completed_at timestamptz,
  metadata     jsonb,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  deleted_at   timestamptz,
  primary key (book_id, id)
);

-- What is still to be done, by whichever server takes it.
create index reconciliations_open on reconciliations (created_at) where status in ('started', 'in_progress');

-- How far a reconciliation has come, and who works on it until when. Only the latest attempt may write: a server that
-- was thought dead and is not finds its attempt outdated.
create table reconciliation_runs (
  book_id     bigint      not null,
  id          uuid        not null,
  attempt     integer     not null,
  -- Attempts since the last that came any further.
  stalled     integer     not null default 0,
  leased_to   timestamptz not null,
  phase       text        not null check (phase in ('matching', 'marking')),
  -- The last transaction that it considers.
  up_to       uuid        not null,
  -- The last record that was dealt with, in the order of the run.
  position    jsonb,
  processed   bigint      not null,
  matched     bigint      not null,
  primary key (book_id, id)
);

-- Which record belongs to which transaction.
create table reconciliation_matches (
  book_id           bigint  not null,
  reconciliation_id uuid    not null,
  record_number     integer not null,
  transaction_id    uuid    not null,
  primary key (book_id, reconciliation_id, record_number, transaction_id)
);

create index reconciliation_matches_by_transaction
  on reconciliation_matches (book_id, reconciliation_id, transaction_id);

-- Records or transactions that count as one, for as long as a reconciliation runs.
create table reconciliation_groups (
  book_id           bigint      not null,
  reconciliation_id uuid        not null,
  number            bigint      not null,
  -- Null when its members have more than one.
  currency          text,
  amount            numeric     not null,
  dated_at          timestamptz not null,
  reference         text[]      not null,
  description       text[]      not null,
  -- The members: records of the upload, or transactions.
  record_numbers    integer[],
  transaction_ids   uuid[],
  primary key (book_id, reconciliation_id, number)
);

create index reconciliation_groups_by_amount
  on reconciliation_groups (book_id, reconciliation_id, currency, amount, number);
