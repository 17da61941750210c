/** The command line. */
import { Command } from 'commander'
import { VERSION } from '../app.ts'
import { type Config, ConfigError, readConfig, type SettingName, settings } from '../config.ts'
import { serve } from './serve.ts'

function withSettings(command: Command, names: readonly SettingName[]): Command {
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

function configOf(options: Record<string, string>): Config {
  const { config: file, ...flags } = options
  return readConfig(flags, process.env, file ?? process.env['DIPTYCH_CONFIG'])
}

const ALL = Object.keys(settings) as SettingName[]

export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('diptych')
    .description('A double-entry ledger server with two faces: the HTTP APIs of Blnk and of Midaz.')
    .version(VERSION)
  withSettings(program.command('serve').description('Run the server.'), ALL).action((options) =>
    serve(configOf(options)),
  )
  program
    .command('version')
    .description('Print the version.')
    .action(() => console.log(VERSION))
  try {
    await program.parseAsync(argv)
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : error)
    process.exitCode = 1
  }
}
