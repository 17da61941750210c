-- Entries of transactions that count for another time than the one at which they were recorded, by balance in the order of
-- that time: the operations of an account in a span of time are a range of it, however many other accounts have some
-- in the same span. A projection of the journal; only what has a value date pays for it.
create table value_dated_entries (
  book_id        bigint      not null,
  balance_id     uuid        not null,
  effective_at   timestamptz not null,
  transaction_id uuid        not null,
  leg            smallint    not null,
  primary key (book_id, balance_id, effective_at, transaction_id, leg)
);

insert into value_dated_entries (book_id, balance_id, effective_at, transaction_id, leg)
select e.book_id, e.balance_id, t.effective_at, e.transaction_id, e.leg
  from transactions t
  join entries e on e.book_id = t.book_id and e.transaction_id = t.id
 where t.effective_at is not null;
