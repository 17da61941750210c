/**
 * What an operator can set: by flag, by environment, or in a file. This table is all there is; the command line and the
 * reference page are made from it.
 */
import type { Block } from './outbox/index.ts'
import {
  address,
  blocks,
  burst,
  databaseUrl,
  encryptionKeys,
  headers,
  hosts,
  type MidazPort,
  type MidazProfile,
  midazPorts,
  midazProfile,
  oneOf,
  plainText,
  port,
  proxies,
  rate,
  seconds,
  switched,
  webUrl,
} from './setting-readers.ts'
import { algorithms, claimName, skew, trustedUrl } from './token-settings.ts'
import type { Algorithm } from './tokens/index.ts'

export type Setting<T> = {
  readonly flag: string
  readonly argument: string
  readonly env: string
  readonly fallback: T
  /** Reads the text of a flag or a variable; throws a sentence that says what is wrong. */
  readonly read: (text: string) => T
  readonly describe: string
}

function setting<T>(of: Setting<T>): Setting<T> {
  return of
}

export type { MidazProfile } from './setting-readers.ts'
export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug'
export type LogFormat = 'auto' | 'text' | 'json'

export const settings = {
  host: setting({
    flag: '--host',
    argument: '<address>',
    env: 'DIPTYCH_HOST',
    fallback: '127.0.0.1',
    read: address,
    describe: 'Address to listen on. Any but a loopback address needs an API key to exist.',
  }),
  port: setting({
    flag: '--port',
    argument: '<number>',
    env: 'DIPTYCH_PORT',
    fallback: 3001,
    read: port,
    describe: 'Port to listen on; 0 lets the system choose one.',
  }),
  blnkPort: setting<number | null>({
    flag: '--blnk-port',
    argument: '<number>',
    env: 'DIPTYCH_BLNK_PORT',
    fallback: null,
    read: port,
    describe: 'Another port to listen on, where clients of Blnk look: they expect 5001.',
  }),
  midazPorts: setting<readonly MidazPort[] | null>({
    flag: '--midaz-ports',
    argument: '<ports>',
    env: 'DIPTYCH_MIDAZ_PORTS',
    fallback: null,
    read: midazPorts,
    describe:
      'Other ports to listen on, where clients of Midaz look, separated by commas: they expect 3000 and 3002. Each may name the ' +
      'generation to answer as there: 3000:v3,3002:v4.',
  }),
  dataDir: setting({
    flag: '--data-dir',
    argument: '<directory>',
    env: 'DIPTYCH_DATA_DIR',
    fallback: './diptych-data',
    read: plainText,
    describe: 'Where the bundled PostgreSQL keeps its data. Not used with a database of your own.',
  }),
  databaseUrl: setting<string | null>({
    flag: '--database-url',
    argument: '<url>',
    env: 'DATABASE_URL',
    fallback: null,
    read: databaseUrl,
    describe: 'A PostgreSQL 15 to 18 of your own, instead of the bundled one.',
  }),
  databaseOwnerUrl: setting<string | null>({
    flag: '--database-owner-url',
    argument: '<url>',
    env: 'DIPTYCH_DATABASE_OWNER_URL',
    fallback: null,
    read: databaseUrl,
    describe:
      "The URL of the database's owner, for migrations and verification, where the server logs in as somebody else.",
  }),
  midazProfile: setting<MidazProfile>({
    flag: '--midaz-profile',
    argument: '<profile>',
    env: 'DIPTYCH_MIDAZ_PROFILE',
    fallback: 'seed',
    read: midazProfile,
    describe:
      'Generation of Midaz to answer as, unless a request says otherwise with X-Midaz-Profile: ' +
      'seed (integers and scale), v3 (decimal strings), v4 (decimal strings, problem details).',
  }),
  midazImplicitIdempotency: setting<boolean>({
    flag: '--midaz-implicit-idempotency',
    argument: '<on|off>',
    env: 'DIPTYCH_MIDAZ_IMPLICIT_IDEMPOTENCY',
    fallback: false,
    read: switched,
    describe:
      'Whether a transaction that comes through the Midaz API without an idempotency key is taken for the same as an ' +
      'equal one of the last 300 seconds, as Midaz does: on or off.',
  }),
  rateLimit: setting<number | null>({
    flag: '--rate-limit',
    argument: '<number>',
    env: 'DIPTYCH_RATE_LIMIT',
    fallback: null,
    read: rate,
    describe:
      'Requests per second that one client, known by its address, may keep up; beyond that the answer is 429. Half of the burst ' +
      'without it, and no limit without either.',
  }),
  rateLimitBurst: setting<number | null>({
    flag: '--rate-limit-burst',
    argument: '<number>',
    env: 'DIPTYCH_RATE_LIMIT_BURST',
    fallback: null,
    read: burst,
    describe: 'Requests that one client may send at once; twice what it may keep up without it.',
  }),
  trustedProxies: setting<readonly string[] | null>({
    flag: '--trusted-proxies',
    argument: '<blocks>',
    env: 'DIPTYCH_TRUSTED_PROXIES',
    fallback: null,
    read: proxies,
    describe:
      'Proxies in front of the server, as blocks such as 10.1.0.0/16, separated by commas: whom they name in X-Forwarded-For is the ' +
      'client.',
  }),
  uploadHosts: setting<readonly string[] | null>({
    flag: '--upload-hosts',
    argument: '<hosts>',
    env: 'DIPTYCH_UPLOAD_HOSTS',
    fallback: null,
    read: hosts,
    describe:
      'Hosts from which files to reconcile may be fetched, such as files.example.com or files.example.com:8443, ' +
      'separated by commas; none without it.',
  }),
  blnkWebhookUrl: setting<string | null>({
    flag: '--blnk-webhook-url',
    argument: '<url>',
    env: 'DIPTYCH_BLNK_WEBHOOK_URL',
    fallback: null,
    read: webUrl,
    describe: 'Where every event of the Blnk API is sent.',
  }),
  blnkWebhookHeaders: setting<Readonly<Record<string, string>> | null>({
    flag: '--blnk-webhook-headers',
    argument: '<json>',
    env: 'DIPTYCH_BLNK_WEBHOOK_HEADERS',
    fallback: null,
    read: headers,
    describe: 'Headers that are sent along with it, as a JSON object.',
  }),
  blnkSecretKey: setting<string | null>({
    flag: '--blnk-secret-key',
    argument: '<secret>',
    env: 'DIPTYCH_BLNK_SECRET_KEY',
    fallback: null,
    read: plainText,
    describe:
      'With what webhooks and hooks of the Blnk API are signed. Better given by environment or file: a command line can be seen.',
  }),
  blnkSecure: setting<boolean>({
    flag: '--blnk-secure',
    argument: '<on|off>',
    env: 'DIPTYCH_BLNK_SECURE',
    fallback: false,
    read: switched,
    describe:
      "Whether the Blnk secret key is a key for everything as well, as with Blnk's server.secure: on or off. Every request " +
      'needs a key then.',
  }),
  tokenizationKeys: setting<readonly Buffer[] | null>({
    flag: '--tokenization-keys',
    argument: '<keys>',
    env: 'DIPTYCH_TOKENIZATION_KEYS',
    fallback: null,
    read: encryptionKeys,
    describe:
      'Keys for personal data that is kept encrypted, separated by commas, each of 32 bytes: as text, as base64 or as 64 ' +
      'hexadecimal digits. The first one encrypts, all of them decrypt. Better given by environment or file.',
  }),
  webhookAllow: setting<readonly Block[] | null>({
    flag: '--webhook-allow',
    argument: '<blocks>',
    env: 'DIPTYCH_WEBHOOK_ALLOW',
    fallback: null,
    read: blocks,
    describe:
      'Addresses inside of your network to which webhooks may be sent, as blocks such as 10.1.0.0/16, separated by commas. ' +
      'All addresses that are not public are refused otherwise.',
  }),
  jwtIssuer: setting<string | null>({
    flag: '--jwt-issuer',
    argument: '<url>',
    env: 'DIPTYCH_JWT_ISSUER',
    fallback: null,
    read: trustedUrl,
    describe:
      'Whose signed tokens (JWT) are taken beside API keys: the issuer exactly as its tokens name it. Every request needs a ' +
      'key or a token then.',
  }),
  jwtAudience: setting<string | null>({
    flag: '--jwt-audience',
    argument: '<audience>',
    env: 'DIPTYCH_JWT_AUDIENCE',
    fallback: null,
    read: plainText,
    describe: 'The audience that a token must be for. Needed with an issuer.',
  }),
  jwtKeysUrl: setting<string | null>({
    flag: '--jwt-keys-url',
    argument: '<url>',
    env: 'DIPTYCH_JWT_KEYS_URL',
    fallback: null,
    read: trustedUrl,
    describe:
      "Where the issuer's public keys are (a JSON Web Key Set); found by its .well-known/openid-configuration otherwise.",
  }),
  jwtAlgorithms: setting<readonly Algorithm[]>({
    flag: '--jwt-algorithms',
    argument: '<names>',
    env: 'DIPTYCH_JWT_ALGORITHMS',
    fallback: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    read: algorithms,
    describe:
      'Algorithms that tokens may be signed with, separated by commas. Those with a shared secret, and none, are never taken.',
  }),
  jwtScopesClaim: setting<string>({
    flag: '--jwt-scopes-claim',
    argument: '<name>',
    env: 'DIPTYCH_JWT_SCOPES_CLAIM',
    fallback: 'scope',
    read: claimName,
    describe:
      'The claim with the scopes of a token: a list, or text with spaces between. Scopes are those of keys, such as ' +
      'transactions:write; others are passed over.',
  }),
  jwtOrganizationsClaim: setting<string>({
    flag: '--jwt-organizations-claim',
    argument: '<name>',
    env: 'DIPTYCH_JWT_ORGANIZATIONS_CLAIM',
    fallback: 'organizations',
    read: claimName,
    describe:
      'The claim with the ids of the organizations that a token is for: a list, or text with spaces between; * is all of them. ' +
      'Without it a token is for none.',
  }),
  jwtClockSkew: setting<number>({
    flag: '--jwt-clock-skew',
    argument: '<seconds>',
    env: 'DIPTYCH_JWT_CLOCK_SKEW',
    fallback: 30,
    read: skew,
    describe: "How far the issuer's clock may be from this server's, in seconds.",
  }),
  signingKey: setting<string | null>({
    flag: '--signing-key',
    argument: '<file>',
    env: 'DIPTYCH_SIGNING_KEY',
    fallback: null,
    read: plainText,
    describe:
      'A file with the private key that checkpoints of the books are signed with, from `diptych keys signing`; ' +
      'nothing is signed without it.',
  }),
  checkpointSeconds: setting<number>({
    flag: '--checkpoint-seconds',
    argument: '<seconds>',
    env: 'DIPTYCH_CHECKPOINT_SECONDS',
    fallback: 60,
    read: seconds,
    describe:
      'How often books that have grown are signed while the server runs; once more when it stops.',
  }),
  metricsToken: setting<string | null>({
    flag: '--metrics-token',
    argument: '<token>',
    env: 'DIPTYCH_METRICS_TOKEN',
    fallback: null,
    read: plainText,
    describe:
      'What /metrics asks for, as Authorization: Bearer <token>; everybody may read it otherwise. Better given by environment or ' +
      'file.',
  }),
  verifySeconds: setting<number | null>({
    flag: '--verify-seconds',
    argument: '<seconds>',
    env: 'DIPTYCH_VERIFY_SECONDS',
    fallback: null,
    read: seconds,
    describe:
      'How often all books are verified in the background, as by `diptych verify`, beginning at the start: 86400 is daily. ' +
      'Not at all without it.',
  }),
  logLevel: setting<LogLevel>({
    flag: '--log-level',
    argument: '<level>',
    env: 'DIPTYCH_LOG_LEVEL',
    fallback: 'info',
    read: oneOf('silent', 'error', 'warn', 'info', 'debug'),
    describe: 'How much to log, on standard error: silent, error, warn, info or debug.',
  }),
  logFormat: setting<LogFormat>({
    flag: '--log-format',
    argument: '<format>',
    env: 'DIPTYCH_LOG_FORMAT',
    fallback: 'auto',
    read: oneOf('auto', 'text', 'json'),
    describe:
      'How to log: text for people, json for collectors (then what is said at the start is a line of the log too), ' +
      'or auto: text on a terminal, json elsewhere.',
  }),
} as const
