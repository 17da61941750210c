-- Changes of ledgers' settings that are not in force for certain yet: what settings ask of postings is kept in the book of the
-- money, and the settings in that of the organization. A work list, not book data: a change is noted before it is made, and
-- taken off when it is in force. What a server left here when it died, another one puts in force.

create table settings_underway (
  -- That of the organization.
  book_id   bigint      not null,
  id        uuid        not null,
  ledger_id uuid        not null,
  noted_at  timestamptz not null,
  primary key (book_id, id)
);

create index settings_underway_by_time on settings_underway (noted_at);
