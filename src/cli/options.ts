/** Settings as options of a command. */
import type { Command } from 'commander'
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
  return command.option(
    '--config <file>',
    'A JSON file with the same settings (env: DIPTYCH_CONFIG)',
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
  const flags: Partial<Record<SettingName, string>> = {}
  for (const name of ALL_SETTINGS) {
    const value = options[name]
    if (typeof value === 'string') flags[name] = value
  }
  const file = options['config']
  return readConfig(
    flags,
    process.env,
    typeof file === 'string' ? file : process.env['DIPTYCH_CONFIG'],
  )
}
