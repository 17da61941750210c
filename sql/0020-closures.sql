-- The end of a book. Its row is written by the book's own engine, which advances the head of the book: so every server
-- that remembers the book as open is fenced off, reads the head again, and finds it closed.

create table closures (
  book_id    bigint      not null,
  -- What was deleted: the ledger or the organization that the book belonged to.
  id         uuid        not null,
  metadata   jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (book_id, id)
);
