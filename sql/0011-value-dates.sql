-- What value dates move: amounts that count for another time than the one at which they were recorded, added where they
-- count and taken off where they were recorded. With the sums after an entry this tells what a balance stood at for
-- any time, however many entries it has.
--
-- Time is cut into buckets at several levels, each level finer than the one before; a time before which everything is
-- asked for is a range of buckets at each level. A projection of the entries; only what has a value date pays for it.
create table value_dates (
  book_id    bigint   not null,
  balance_id uuid     not null,
  -- Two to this power microseconds make a bucket.
  level      smallint not null,
  bucket     bigint   not null,
  debits     numeric  not null,
  credits    numeric  not null,
  primary key (book_id, balance_id, level, bucket)
) with (fillfactor = 80);
