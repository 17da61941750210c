-- What goes out: conditions on balances, who is told what happens, and how far each has been told. What happened itself
-- is in the journal and the events; nothing here is written when something is posted.

create table monitors (
  book_id     bigint      not null,
  id          uuid        not null,
  balance_id  uuid        not null,
  field       text        not null check (field in
    ('posted', 'posted_debits', 'posted_credits', 'pending', 'pending_debits', 'pending_credits')),
  operator    text        not null check (operator in ('>', '<', '>=', '<=', '=', '!=')),
  threshold   numeric     not null,
  description text,
  terms       jsonb,
  metadata    jsonb,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  deleted_at  timestamptz,
  primary key (book_id, id)
);

create index monitors_by_balance on monitors (book_id, balance_id) where deleted_at is null;

-- Which monitors have ever watched a balance: the log is told with the monitors that stood then.
create index events_of_monitors on events (book_id, (after ->> 'balanceId')) where entity = 'monitor';

-- In the book of the organization that is told.
create table subscriptions (
  book_id      bigint      not null,
  id           uuid        not null,
  name         text        not null,
  url          text        not null,
  wording      text        not null,
  -- The names of what it is told of; null for everything.
  events       jsonb,
  active       boolean     not null,
  timeout_ms   bigint      not null,
  attempts_max bigint,
  batch_max    bigint      not null,
  metadata     jsonb,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  deleted_at   timestamptz,
  primary key (book_id, id)
);

-- Kept apart from the subscription, whose every change is told in the append-only log.
create table subscription_secrets (
  book_id         bigint not null,
  subscription_id uuid   not null,
  secret          text   not null,
  -- The secret before it, which signs too until then.
  previous        text,
  previous_until  timestamptz,
  -- Sent along with every request.
  headers         jsonb,
  primary key (book_id, subscription_id)
);

-- Something to be told that neither a transaction nor another row tells.
create table notices (
  book_id    bigint      not null,
  id         uuid        not null,
  event      text        not null,
  data       jsonb       not null,
  metadata   jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (book_id, id)
);

-- The servers that tell. One that has not said for a while that it lives has lost what it held.
create table outbox_servers (
  id          uuid        not null primary key,
  alive_until timestamptz not null
) with (fillfactor = 50);

-- How far a subscriber has been told of a book. A server that tells it holds the row; only the holder moves it.
create table subscription_cursors (
  book_id         bigint   not null,
  subscription_id uuid     not null,
  -- The last record of the log that it has been told of whole, and how many parts of the next one.
  after           uuid     not null,
  part            integer  not null,
  -- The seq of the book up to which it has been told everything: when the book stands there, there is nothing new.
  seq             bigint   not null,
  holder          uuid,
  -- Attempts that failed for what is next.
  attempts        integer  not null,
  failing_since   timestamptz,
  next_attempt_at timestamptz,
  -- How the last attempt ended: with no error when it was taken.
  attempted_at    timestamptz,
  last_status     integer,
  last_error      text,
  primary key (book_id, subscription_id)
) with (fillfactor = 50);

create index subscription_cursors_under_way on subscription_cursors (subscription_id)
  where holder is not null or failing_since is not null;
create index subscription_cursors_by_subscription on subscription_cursors (subscription_id, book_id);

-- What could not be told, to be looked at and told again on request. What it said is in the log.
create table dead_letters (
  book_id         bigint      not null,
  subscription_id uuid        not null,
  record_id       uuid        not null,
  part            integer     not null,
  event           text        not null,
  attempts        integer     not null,
  last_status     integer,
  last_error      text        not null,
  failed_at       timestamptz not null,
  -- When somebody asked for it to be told again; null while nobody did.
  replay_at       timestamptz,
  primary key (book_id, subscription_id, record_id, part)
);

create index dead_letters_by_subscription on dead_letters (subscription_id, record_id, part, book_id);
create index dead_letters_to_replay on dead_letters (subscription_id, book_id) where replay_at is not null;

-- Whose the money of a book is, where a ledger has a book of its own.
create index ledgers_by_money_book on ledgers (money_book_id, book_id) where money_book_id <> book_id;
create index ledgers_with_book on ledgers (book_id, money_book_id) where money_book_id <> book_id;
