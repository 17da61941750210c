/** Puts together what an operator has set, by flag, by environment, or in a file, and finds what is wrong with it. */
import { readFileSync } from 'node:fs'
import { type Setting, settings } from './settings.ts'

export { type LogFormat, type LogLevel, type MidazProfile, settings } from './settings.ts'

export type Config = {
  readonly [Name in keyof typeof settings]: (typeof settings)[Name]['fallback']
}

export type SettingName = keyof typeof settings

/** What the operator set is wrong; one line for each fault. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Texts of settings that come from elsewhere, each with where it stands. */
export type Given = Readonly<Partial<Record<SettingName, readonly [source: string, text: string]>>>

/**
 * Puts the configuration together: a flag wins over the environment, that over the file, that over what others have
 * given, and that over what is built in.
 *
 * @throws ConfigError that lists everything that is wrong
 */
export function readConfig(
  flags: Readonly<Partial<Record<SettingName, string>>>,
  env: NodeJS.ProcessEnv,
  file: string | undefined,
  others: Given = {},
): Config {
  const faults: string[] = []
  const inFile = file === undefined ? {} : readFile(file, faults)
  const config: Record<string, unknown> = {}
  for (const [name, of] of Object.entries(settings) as [SettingName, Setting<unknown>][]) {
    const [source, value] = given(name, of, flags, env, inFile, others)
    config[name] = of.fallback
    if (value === undefined) continue
    try {
      config[name] = of.read(value)
    } catch (error) {
      faults.push(`${source}: ${(error as Error).message}`)
    }
  }
  faults.push(...contradictionsOf(config as Config))
  if (faults.length > 0) throw new ConfigError(faults.join('\n'))
  return Object.freeze(config) as unknown as Config
}

/** The fewest characters of a secret that opens everything. */
const SECRET_MIN = 16

/** What each setting may say, and all of them together may not. */
function contradictionsOf(config: Config): readonly string[] {
  const { blnkSecure, blnkSecretKey, jwtIssuer, jwtAudience } = config
  const faults: string[] = []
  if (blnkSecure && (blnkSecretKey ?? '').length < SECRET_MIN)
    faults.push(`--blnk-secure: on needs a --blnk-secret-key of ${SECRET_MIN} characters at least`)
  if ((jwtIssuer === null) !== (jwtAudience === null))
    faults.push('--jwt-issuer and --jwt-audience: one is nothing without the other')
  return faults
}

function given(
  name: SettingName,
  of: Setting<unknown>,
  flags: Readonly<Partial<Record<SettingName, string>>>,
  env: NodeJS.ProcessEnv,
  inFile: Readonly<Record<string, string>>,
  others: Given,
): readonly [string, string | undefined] {
  if (flags[name] !== undefined) return [of.flag, flags[name]]
  const variable = env[of.env]
  if (variable !== undefined && variable !== '') return [of.env, variable]
  const text = inFile[name]
  return text === undefined
    ? (others[name] ?? [name, undefined])
    : [`${name} in the settings file`, text]
}

function readFile(file: string, faults: string[]): Readonly<Record<string, string>> {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    faults.push(`${file}: ${(error as Error).message}`)
    return {}
  }
  if (content === null || typeof content !== 'object' || Array.isArray(content)) {
    faults.push(`${file}: is not a JSON object of settings`)
    return {}
  }
  const known: [string, string][] = []
  for (const [name, value] of Object.entries(content)) {
    if (!Object.hasOwn(settings, name)) faults.push(`${file}: there is no setting ${name}`)
    else if (typeof value !== 'string' && typeof value !== 'number')
      faults.push(`${file}: ${name} is neither text nor a number`)
    else known.push([name, String(value)])
  }
  return Object.fromEntries(known)
}

/** How many requests a client may send; null for as many as it likes. */
export function rateLimitOf({
  rateLimit,
  rateLimitBurst,
}: Pick<Config, 'rateLimit' | 'rateLimitBurst'>): {
  readonly perSecond: number
  readonly burst: number
} | null {
  const perSecond = rateLimit ?? (rateLimitBurst === null ? null : rateLimitBurst / 2)
  if (perSecond === null) return null
  return { perSecond, burst: rateLimitBurst ?? Math.max(1, Math.ceil(perSecond * 2)) }
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|::1|\[::1\])$/

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host)
}
