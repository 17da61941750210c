/** Blnk's settings, by their places in its file and by its variables: what they mean here, or why they mean nothing. */
import type { SettingName } from './config.ts'

type Taken = {
  /** Its place in the file, in lower case. */
  readonly key: string
  readonly env: string
  /** Ours. */
  readonly to: SettingName
}

/** What means something here. */
export const TAKEN: readonly Taken[] = [
  { key: 'server.port', env: 'BLNK_SERVER_PORT', to: 'blnkPort' },
  { key: 'server.secure', env: 'BLNK_SERVER_SECURE', to: 'blnkSecure' },
  { key: 'server.secret_key', env: 'BLNK_SERVER_SECRET_KEY', to: 'blnkSecretKey' },
  { key: 'server.metrics_bearer_token', env: 'BLNK_METRICS_BEARER_TOKEN', to: 'metricsToken' },
  { key: 'server.upload_whitelist', env: 'BLNK_UPLOAD_DOMAIN_WHITELIST', to: 'uploadHosts' },
  { key: 'data_source.dns', env: 'BLNK_DATA_SOURCE_DNS', to: 'databaseUrl' },
  { key: 'tokenization_secret', env: 'BLNK_TOKENIZATION_SECRET', to: 'tokenizationKeys' },
  { key: 'notification.webhook.url', env: 'BLNK_WEBHOOK_URL', to: 'blnkWebhookUrl' },
  { key: 'notification.webhook.headers', env: 'BLNK_WEBHOOK_HEADERS', to: 'blnkWebhookHeaders' },
  { key: 'rate_limit.requests_per_second', env: 'BLNK_RATE_LIMIT_RPS', to: 'rateLimit' },
  { key: 'rate_limit.burst', env: 'BLNK_RATE_LIMIT_BURST', to: 'rateLimitBurst' },
]

type Dropped = {
  /** Places in the file that are, or begin with, one of these. */
  readonly keys: readonly string[]
  /** Variables whose names are, or begin with, one of these; an underscore at the end for beginnings. */
  readonly envs: readonly string[]
  readonly because: string
}

/** What means nothing here. */
export const DROPPED: readonly Dropped[] = [
  {
    keys: ['redis'],
    envs: ['BLNK_REDIS_'],
    because: 'there is no Redis: what is to be done is in PostgreSQL',
  },
  {
    keys: ['typesense', 'type_sense_key'],
    envs: ['BLNK_TYPESENSE_'],
    because: 'there is no Typesense: searches read PostgreSQL',
  },
  {
    keys: ['queue'],
    envs: ['BLNK_QUEUE_'],
    because: 'there is no queue: a transaction is committed when it is answered',
  },
  {
    keys: ['transaction'],
    envs: ['BLNK_TRANSACTION_'],
    because: 'batches, order and the hash chain are not a matter of settings: they are always on',
  },
  {
    keys: ['reconciliation'],
    envs: ['BLNK_RECONCILIATION_'],
    because: 'reconciliations choose their own pace',
  },
  {
    keys: ['data_source'],
    envs: ['BLNK_DATABASE_'],
    because: 'the server chooses how many connections it needs',
  },
  {
    keys: ['server.ssl', 'server.domain', 'server.ssl_email', 'server.cert_storage_path'],
    envs: ['BLNK_SERVER_SSL', 'BLNK_SERVER_SSL_', 'BLNK_CERT_STORAGE_PATH'],
    because: 'the server speaks HTTP; TLS is the business of a proxy in front of it',
  },
  {
    keys: [
      'server.max_upload_size_mb',
      'server.max_request_body_size_mb',
      'server.upload_url_timeout_sec',
    ],
    envs: [
      'BLNK_SERVER_MAX_UPLOAD_SIZE_MB',
      'BLNK_SERVER_MAX_REQUEST_BODY_SIZE_MB',
      'BLNK_UPLOAD_URL_TIMEOUT_SEC',
    ],
    because: 'limits are fixed: 5 MB for a body and 256 MB for an upload, as Blnk has them',
  },
  {
    keys: ['account_number_generation'],
    envs: ['BLNK_ACCOUNT_NUMBER_GENERATION_'],
    because: 'numbers of accounts are given by the caller',
  },
  {
    keys: ['notification.slack'],
    envs: ['BLNK_SLACK_WEBHOOK_URL'],
    because: 'nothing is sent to Slack; errors are in the log',
  },
  {
    keys: ['rate_limit.cleanup_interval_sec'],
    envs: ['BLNK_RATE_LIMIT_CLEANUP_INTERVAL_SEC'],
    because: 'clients are forgotten when there are many',
  },
  {
    keys: [
      'backup_dir',
      'aws_access_key_id',
      'aws_secret_access_key',
      's3_endpoint',
      's3_bucket_name',
      's3_region',
    ],
    envs: ['BLNK_BACKUP_DIR', 'BLNK_AWS_', 'BLNK_S3_'],
    because: "backups are made with PostgreSQL's tools, not over HTTP",
  },
  {
    keys: ['enable_telemetry', 'enable_observability', 'monitoring_dsn'],
    envs: ['BLNK_ENABLE_TELEMETRY', 'BLNK_ENABLE_OBSERVABILITY', 'BLNK_MONITORING_DSN'],
    because: 'nothing is reported to anybody; /metrics is always there',
  },
  {
    keys: ['project_name'],
    envs: ['BLNK_PROJECT_NAME'],
    because: 'the name is shown nowhere',
  },
]
