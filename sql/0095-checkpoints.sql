-- Checkpoints: heads of a book as they were signed, with a key that the database does not have.

-- Append-only. Each takes up where the one before it ended, so that every batch is under exactly one of them; that is
-- what the second unique key is for, when several servers sign at once.
create table checkpoints (
  book_id    bigint      not null,
  -- The last batch that it covers, and the last that the one before it covers: 0 for the first.
  seq        bigint      not null,
  from_seq   bigint      not null,
  -- The head of the book after batch seq.
  head       text        not null,
  -- One hash over the heads of all batches that it covers, so that a proof for one of them is short.
  root       text        not null,
  signed_at  timestamptz not null,
  public_key text        not null,
  signature  text        not null,
  primary key (book_id, seq)
);

create unique index checkpoints_by_start on checkpoints (book_id, from_seq);
