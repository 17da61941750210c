-- Who may use the server, and what the server has decided for itself.

create table api_keys (
  id            uuid        not null primary key,
  name          text        not null,
  -- Keyed hash of the key; the key itself is shown once and never kept.
  hash          text        not null,
  scopes        text[]      not null,
  -- The organizations it may use; null for all.
  organizations uuid[],
  created_at    timestamptz not null,
  expires_at    timestamptz,
  revoked_at    timestamptz,
  last_used_at  timestamptz
);

create unique index api_keys_by_hash on api_keys (hash);

create table settings (
  name  text  not null primary key,
  value jsonb not null
);
