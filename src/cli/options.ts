/** Settings as options of a command. */
import type { Command } from 'commander'
import { readBlnkSettings } from '../blnk-config.ts'
import { type Config, readConfig, type SettingName, settings } from '../config.ts'

/** The settings that say where the database is: all that a command beside `serve` needs. */
export const DATABASE_SETTINGS = ['dataDir', 'databaseUrl', 'databaseOwnerUrl'] as const

export const ALL_SETTINGS = Object.keys(settings) as SettingName[]

/** Adds the settings to a command, each with its variable and what holds when nobody says anything. */
export function withSettings(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) {
    const { flag, argument, env, fallback, describe } = settings[name]
    const otherwise = fallback === null ? '' : `, else ${String(fallback)}`
    command.option(`${flag} ${argument}`, `${describe} (env: ${env}${otherwise})`)
  }
  return command
    .option('--config <file>', 'A JSON file with the same settings (env: DIPTYCH_CONFIG)')
    .option(
      '--blnk-config <file>',
      'A blnk.json of Blnk (env: DIPTYCH_BLNK_CONFIG, else ./blnk.json where there is one)',
    )
}

/** Options as commander hands them over. */
export type Options = Readonly<Record<string, unknown>>

/**
 * The configuration from the options of a command, the environment and the file that is named.
 *
 * @throws ConfigError that lists everything that is wrong
 */
export function configOf(options: Options): Config {
  return settingsOf(options).config
}

/** The configuration, with what of Blnk's settings is not taken over. */
export function settingsOf(options: Options): {
  readonly config: Config
  readonly notes: readonly string[]
} {
  const flags: Partial<Record<SettingName, string>> = {}
  for (const name of ALL_SETTINGS) {
    const value = options[name]
    if (typeof value === 'string') flags[name] = value
  }
  const { env } = process
  const blnk = readBlnkSettings(env, fileIn(options['blnkConfig'], env['DIPTYCH_BLNK_CONFIG']))
  const file = fileIn(options['config'], env['DIPTYCH_CONFIG'])
  return { config: readConfig(flags, env, file, blnk.given), notes: blnk.notes }
}

/** A file that a flag names, or else a variable. */
function fileIn(flag: unknown, variable: string | undefined): string | undefined {
  if (typeof flag === 'string') return flag
  return variable === '' ? undefined : variable
}
