/** Adds `erase`. */
import type { Command } from 'commander'
import { ConfigError } from '../config.ts'
import { eraseIdentity, eraseSecrets, eraseTexts } from '../erasing.ts'
import { configOf, DATABASE_SETTINGS, type Options, withSettings } from './options.ts'

const ID = /^(?:(?:idt|txn)_)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

export function addErase(program: Command): void {
  withSettings(
    program
      .command('erase')
      .description(
        'Erase what the books say of people: of one identity, of one transaction, or else from the event log what ' +
          'fields of identities said in clear before they were tokenized. The chain stays whole. Cannot be undone. May ' +
          'run beside the server.',
      )
      .option('--identity <id>', 'All that the identity says, and what was told of it')
      .option(
        '--transaction <id>',
        'Description, metadata and the like of the transaction and of those that repeat them',
      ),
    DATABASE_SETTINGS,
  ).action(erase)
}

async function erase(options: Options): Promise<void> {
  const config = configOf(options)
  const { identity, transaction } = options
  if (identity !== undefined && transaction !== undefined)
    throw new ConfigError('Give either --identity or --transaction')
  if (identity !== undefined) {
    const id = idOf(identity)
    const events = await eraseIdentity(config, id)
    console.log(`Erased identity ${id}, and the texts of ${events} events. The chain is whole.`)
  } else if (transaction !== undefined) {
    const id = idOf(transaction)
    const { transactions, events } = await eraseTexts(config, id)
    console.log(
      `Erased the texts of ${transactions} transactions and ${events} events: ${id} and what repeats it. ` +
        'The chain is whole.',
    )
  } else {
    const events = await eraseSecrets(config)
    console.log(
      events === 0
        ? 'The event log has no clear text of what is kept encrypted.'
        : `Erased the texts of ${events} events. Their commitments stay, and the chain is whole.`,
    )
  }
}

function idOf(text: unknown): string {
  const id = ID.exec(String(text))?.[1]
  if (id === undefined) throw new ConfigError(`${String(text)} is no id`)
  return id.toLowerCase()
}
