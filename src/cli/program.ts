/** The command line: every command with its options. */
import { Command } from 'commander'
import { VERSION } from '../app.ts'
import { addErase } from './erase.ts'
import { addEvidence, publicKeysOf } from './evidence.ts'
import { addKeys } from './keys.ts'
import { migrateCommand } from './migrate.ts'
import {
  ALL_SETTINGS,
  configOf,
  DATABASE_SETTINGS,
  type Options,
  settingsOf,
  withSettings,
} from './options.ts'
import { serve } from './serve.ts'
import { verifyCommand } from './verify.ts'

/** What the program ends with. */
export const EXIT = {
  done: 0,
  /** It was tried and did not go well; for `verify`: something is wrong with the books. */
  failed: 1,
  /** Nothing was tried: arguments or settings are wrong. */
  misused: 2,
} as const

/** Puts the program together; nothing runs before it is given arguments. */
export function buildProgram(): Command {
  const program = new Command('diptych')
    .description('A double-entry ledger server with two faces: the HTTP APIs of Blnk and of Midaz.')
    .version(VERSION)
    .configureHelp({ helpWidth: 100 })
    .showHelpAfterError('(diptych --help tells more)')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed (verify: the books are not right), 2 wrong arguments or settings.',
    )
  withSettings(program.command('serve').description('Run the server.'), ALL_SETTINGS).action(
    (options: Options) => {
      const { config, notes } = settingsOf(options)
      return serve(config, notes)
    },
  )
  withSettings(
    program
      .command('migrate')
      .description(
        'Bring the database up to the schema of this version. The server does so too, at its start.',
      ),
    DATABASE_SETTINGS,
  ).action((options: Options) => migrateCommand(configOf(options)))
  withSettings(
    program
      .command('verify')
      .description(
        'Recompute every book from its entries and events, and name what is not as it must be. Writes nothing, and ' +
          'may run beside the server. Ends with 1 when there is any finding.',
      )
      .option('--json', 'As one JSON document, with where each book stands')
      .option(
        '--progress <file>',
        'Go on where the file says that it was verified before, and keep in it how far this goes',
      )
      .option('--public-key <file>', 'The only keys, as PEM, that checkpoints may be signed with'),
    DATABASE_SETTINGS,
  ).action(async (options: Options) => {
    const findings = await verifyCommand(configOf(options), {
      asJson: options['json'] === true,
      progressFile: options['progress'] === undefined ? null : String(options['progress']),
      trusted: options['publicKey'] === undefined ? null : publicKeysOf(options),
    })
    if (findings > 0) process.exitCode = EXIT.failed
  })
  addErase(program)
  addEvidence(program, () => {
    process.exitCode = EXIT.failed
  })
  addKeys(program)
  program
    .command('version')
    .description('Print the version.')
    .action(() => console.log(VERSION))
  return program
}
