-- Books: the units of order, consistency and tamper evidence, and the log of what changed in them.

-- One row per book. Whoever writes to a book advances this row, guarded by the seq that it read; so the row is the
-- order of the book, the fence against a second writer, and the head of its chain. fillfactor leaves room for
-- updates in place, since nothing in it is indexed but the key.
create table books (
  book_id     bigint      not null primary key,
  seq         bigint      not null check (seq >= 0),
  head        text        not null,
  recorded_at timestamptz not null,
  created_at  timestamptz not null
) with (fillfactor = 50);

-- One row per commit of a book. Append-only.
create table batches (
  book_id     bigint      not null,
  seq         bigint      not null,
  recorded_at timestamptz not null,
  leaf_count  integer     not null,
  root        text        not null,
  head        text        not null,
  primary key (book_id, seq)
);

-- Every change of the directory, with the row before and after it. Append-only. Together with the transactions, in
-- the order of their ids, it is the event log of the book.
--
-- seal is the salt of the commitment (32 hex digits), or the commitment itself (64) once before and after are erased.
create table events (
  book_id    bigint not null,
  id         uuid   not null,
  seq        bigint not null,
  entity     text   not null,
  verb       text   not null,
  subject_id uuid   not null,
  before     jsonb,
  after      jsonb,
  actor      text,
  seal       text   not null,
  primary key (book_id, id)
);

create index events_by_subject on events (book_id, subject_id, id);
