/** Wires who is known: by keys of this server, and by tokens of the issuer that the settings name, if they name one. */
import type { Logger } from 'pino'
import { Authenticator } from './auth/index.ts'
import type { Config } from './config.ts'
import type { Micros } from './ledger/index.ts'
import { keyCacheMs, tokenLimits } from './limits.ts'
import { type Connections, PostgresKeyStore } from './storage/index.ts'
import { trustedUrl } from './token-settings.ts'
import { IssuerTokens } from './tokens/index.ts'

export function authenticatorOf(
  connections: Connections,
  config: Config,
  now: () => Micros,
  log: Logger,
): Authenticator {
  const keys = new PostgresKeyStore(connections)
  const master = config.blnkSecure ? config.blnkSecretKey : null
  return new Authenticator(keys, now, keyCacheMs, master, tokensOf(config, now, log))
}

function tokensOf(config: Config, now: () => Micros, log: Logger): IssuerTokens | null {
  const { jwtIssuer: issuer, jwtAudience: audience } = config
  if (issuer === null || audience === null) return null
  const settings = {
    issuer,
    audience,
    keysUrl: config.jwtKeysUrl,
    checkUrl: trustedUrl,
    algorithms: config.jwtAlgorithms,
    scopesClaim: config.jwtScopesClaim,
    organizationsClaim: config.jwtOrganizationsClaim,
    skewSeconds: config.jwtClockSkew,
  }
  return new IssuerTokens(settings, tokenLimits, now, (error) =>
    log.warn({ issuer, reason: reasonOf(error) }, "the issuer's keys cannot be fetched"),
  )
}

/** What is wrong, with what lies beneath where a request says no more than that it failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, cause } = error
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}
