-- What reading the journal leans on beyond its keys. None of it is touched by a posting that has no value date of its own.

-- Transactions that count for another time than the one at which they were recorded, in the order of that time.
create index transactions_by_effect on transactions (book_id, effective_at, id) where effective_at is not null;

-- All balances of an account, those that were closed included: their entries stay part of its history.
create index balances_by_account on balances (book_id, account_id);

-- Accounts by what they belong to.
create index accounts_by_parent on accounts (book_id, parent_id, id) where parent_id is not null;
create index accounts_by_portfolio on accounts (book_id, portfolio_id, id) where portfolio_id is not null;
create index accounts_by_segment on accounts (book_id, segment_id, id) where segment_id is not null;
create index accounts_by_entity on accounts (book_id, entity_id, id) where entity_id is not null;
