-- From when an asset rate holds, where its caller has said so. Otherwise it holds from when it was put.

alter table asset_rates add column effective_at timestamptz;
