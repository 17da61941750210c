/** Evidence for others: signing keys, checkpoints, receipts, exports, and checking them with nothing but a public key. */
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { ConfigError } from '../config.ts'
import {
  checkExport,
  checkReceipt,
  type ExportReport,
  makeKeyPair,
  NotExportable,
  publicKeysIn,
  shownCheckpoint,
  tellReceipt,
  UnfitKey,
  Unreadable,
} from '../evidence/index.ts'
import { isoOf } from '../ledger/index.ts'
import { hash, withEvidence } from '../proving.ts'
import { configOf, DATABASE_SETTINGS, type Options, withSettings } from './options.ts'

const SETTINGS = [...DATABASE_SETTINGS, 'signingKey'] as const
const UUID = /^(txn_)?([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i
const BOOK = ['--book <id>', 'The book, by its id'] as const
const CLOSED = ['--without-texts', 'Leave out descriptions, metadata and the like'] as const
const KEY = ['--public-key <file>', 'The public keys to believe, as PEM'] as const

/** Adds `checkpoint`, `receipt`, `export`, and what checks them; a failed check is told to `failed`. */
export function addEvidence(program: Command, failed: () => void): void {
  const checkpoint = program
    .command('checkpoint')
    .description(
      'Print the last checkpoint of each book as a line of JSON. With a signing key everything is signed first.',
    )
    .option(...BOOK)
  withSettings(checkpoint, SETTINGS).action(printCheckpoints)
  const receipt = program
    .command('receipt')
    .argument('<id>', 'The id of the transaction')
    .description(
      'Print the receipt of a transaction: what it is, and the proof that it is in the book.',
    )
    .option(...BOOK)
    .option(...CLOSED)
  withSettings(receipt, SETTINGS).action(printReceipt)
  const exported = program
    .command('export')
    .argument('<file>', 'The file to write, which must not be there; - for standard output')
    .description(
      'Write a book, up to its last checkpoint, for somebody to verify who has nothing else.',
    )
    .option(...BOOK)
    .option(...CLOSED)
  withSettings(exported, SETTINGS).action(writeExport)
  program
    .command('verify-receipt')
    .argument('<file>', 'The receipt')
    .description('Check a receipt, without a database. Ends with 1 when it is not right.')
    .requiredOption(...KEY)
    .action((file: string, options: Options) => verifyReceipt(file, options, failed))
  program
    .command('verify-export')
    .argument('<file>', 'The export; - for standard input')
    .description(
      'Check an export, without a database: the chain, the signatures, and the money. Ends with 1 when anything is ' +
        'not right.',
    )
    .requiredOption(...KEY)
    .option('--json', 'As one JSON document')
    .action((file: string, options: Options) => verifyExport(file, options, failed))
}

/** Adds `keys signing`. */
export function addSigningKeys(keys: Command): void {
  keys
    .command('signing')
    .argument(
      '<file>',
      'Where to keep the private key; the public one goes beside it, as <file>.pub',
    )
    .description('Make a key that checkpoints are signed with, and print its public half.')
    .action((file: string) => {
      const { privateKey, publicKey } = makeKeyPair()
      writeNew(file, privateKey, 0o600)
      writeNew(`${file}.pub`, publicKey, 0o644)
      console.log(publicKey.trimEnd())
      console.error(`The private key is in ${file}: keep it where the database is not.`)
    })
}

function writeNew(file: string, text: string, mode: number): void {
  try {
    writeFileSync(file, text, { flag: 'wx', mode })
  } catch (error) {
    throw new ConfigError(`${file} cannot be written: ${(error as Error).message}`)
  }
}

function bookAsked(options: Options): number | null {
  const text = options['book']
  if (text === undefined) return null
  if (typeof text === 'string' && /^\d{1,16}$/.test(text)) return Number(text)
  throw new ConfigError(`--book: ${String(text)} is not the id of a book`)
}

/** The public keys of a file that an option names. */
export function publicKeysOf(options: Options): ReadonlySet<string> {
  const file = String(options['publicKey'])
  try {
    return publicKeysIn(readText(file))
  } catch (error) {
    if (error instanceof UnfitKey) throw new ConfigError(`${file} ${error.message}`)
    throw error
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`${file} cannot be read: ${(error as Error).message}`)
  }
}

async function printCheckpoints(options: Options): Promise<void> {
  await withEvidence(configOf(options), async (evidence) => {
    for (const bookId of await evidence.booksAsked(bookAsked(options))) {
      const checkpoint = await evidence.checkpoint(bookId)
      if (checkpoint !== null) console.log(JSON.stringify(shownCheckpoint(checkpoint)))
    }
  })
}

async function printReceipt(text: string, options: Options): Promise<void> {
  const id = UUID.exec(text)?.[2]?.toLowerCase()
  if (id === undefined) throw new ConfigError(`${text} is not the id of a transaction`)
  const receipt = await withEvidence(configOf(options), async (evidence) =>
    evidence.receipt(
      await evidence.booksAsked(bookAsked(options)),
      id,
      options['withoutTexts'] !== true,
    ),
  )
  console.log(JSON.stringify(receipt, null, 2))
}

function verifyReceipt(file: string, options: Options, failed: () => void): void {
  const keys = publicKeysOf(options)
  const text = readText(file)
  try {
    const verdict = checkReceipt(JSON.parse(text), keys, hash)
    if (verdict.right) {
      console.log(tellReceipt(verdict.shown))
      return
    }
    console.log(`The receipt is not right: ${verdict.reason}.`)
  } catch (error) {
    if (!(error instanceof Unreadable || error instanceof SyntaxError)) throw error
    console.log(`The receipt cannot be read: ${error.message}.`)
  }
  failed()
}

async function writeExport(file: string, options: Options): Promise<void> {
  await withEvidence(configOf(options), async (evidence) => {
    const books = await evidence.booksAsked(bookAsked(options))
    const [bookId] = books
    if (bookId === undefined || books.length > 1)
      throw new ConfigError(
        `--book: there are ${books.length} books, name one: ${books.join(', ')}`,
      )
    try {
      await evidence.export(bookId, options['withoutTexts'] !== true, (lines) =>
        writeLines(file, lines),
      )
    } catch (error) {
      if (error instanceof NotExportable) throw new ConfigError(error.message)
      throw error
    }
  })
}

/** Characters that are written at once. */
const CHUNK = 64 * 1024

async function* inChunks(lines: AsyncIterable<string>): AsyncIterable<string> {
  let chunk = ''
  for await (const line of lines) {
    chunk += line
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = ''
  }
  yield chunk
}

async function writeLines(file: string, lines: AsyncIterable<string>): Promise<void> {
  const chunks = Readable.from(inChunks(lines))
  if (file === '-') return pipeline(chunks, process.stdout, { end: false })
  const target = createWriteStream(file, { flags: 'wx' })
  let isOurs = false
  target.on('open', () => {
    isOurs = true
  })
  try {
    await pipeline(chunks, target)
  } catch (error) {
    if (isOurs) await rm(file, { force: true })
    throw error
  }
}

async function verifyExport(file: string, options: Options, failed: () => void): Promise<void> {
  const keys = publicKeysOf(options)
  const input = file === '-' ? process.stdin : createReadStream(file)
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  // The lines do not tell of a file that cannot be read.
  const broken = new Promise<never>((_, reject) => input.once('error', reject))
  const report = await Promise.race([checkExport(lines, keys, hash), broken])
  if (options['json'] === true) console.log(JSON.stringify(reportShown(report), null, 2))
  else for (const line of linesOf(report)) console.log(line)
  if (report.faults.length > 0) failed()
}

function reportShown({ checkpoint, ...report }: ExportReport): object {
  return { ...report, checkpoint: checkpoint === null ? null : shownCheckpoint(checkpoint) }
}

function linesOf(report: ExportReport): readonly string[] {
  const { bookId, batches, transactions, entries, events, closed, checkpoint, faults } = report
  const lines = faults.map(({ line, what }) => `line ${line}: ${what}`)
  if (report.unlisted > 0) lines.push(`and ${report.unlisted} more`)
  for (const { assetCode, balances, debits, credits } of report.assets)
    lines.push(`${assetCode}: ${debits} debited and ${credits} credited on ${balances} balances`)
  const gone = closed === 0 ? '' : ` (${closed} of them without their texts)`
  const signed =
    checkpoint === null
      ? 'Nothing is signed.'
      : `Signed up to batch ${checkpoint.seq} at ${isoOf(checkpoint.signedAt)}.`
  const verdict =
    faults.length === 0 ? 'Everything is as it must be.' : `Something is wrong with it.`
  lines.push(
    `Book ${bookId}: ${batches} batches, ${transactions} transactions, ${entries} entries and ${events} events${gone}. ` +
      `${signed} ${verdict}`,
  )
  return lines
}
