-- A balance is what its last entry says: its sums are not kept a second time.

alter table entries add column scale smallint not null default 0;

update entries e
   set scale = s.scale
  from (
    select book_id, balance_id, version,
           max(scale(trim_scale(amount))) over (partition by book_id, balance_id order by version) as scale
      from entries
  ) s
 where s.scale > 0 and s.book_id = e.book_id and s.balance_id = e.balance_id and s.version = e.version;

alter table entries alter column scale drop default;

comment on column entries.scale is 'the most decimals that were ever posted to the balance, up to this entry';

drop table balance_sums;

-- The sums of each balance, and the transaction that made them what they are; zero and none before the first. Asked for some
-- balances it looks up the last entry of each by the key.
create view balance_sums as
select b.book_id, b.id,
       coalesce(e.posted_debits, 0) as posted_debits, coalesce(e.posted_credits, 0) as posted_credits,
       coalesce(e.pending_debits, 0) as pending_debits, coalesce(e.pending_credits, 0) as pending_credits,
       coalesce(e.version, 0) as version, coalesce(e.scale, 0::smallint) as scale, e.transaction_id
  from balances b
  left join lateral (
    select x.* from entries x
     where x.book_id = b.book_id and x.balance_id = b.id
     order by x.version desc limit 1
  ) e on true;
