-- Keys of an owner: those that are made through Blnk's API belong to somebody, who lists and revokes them there. A key of
-- the operator's, made on the command line, belongs to nobody.

alter table api_keys add column owner text;

create index api_keys_by_owner on api_keys (owner, created_at, id) where owner is not null;
