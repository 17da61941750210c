/** Records of a CSV file, one at a time. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import type { WrittenRecord } from '../../../reconciliation/index.ts'
import { UploadFault } from './faults.ts'

/** Characters of one line. */
const LINE_MAX = 64 * 1024

/** What columns are called, whatever their case. */
const COLUMNS = ['id', 'amount', 'date', 'currency', 'reference', 'description', 'source'] as const
const NEEDED = ['id', 'amount', 'date'] as const

export async function* recordsOfCsv(pieces: AsyncIterable<string>): AsyncIterable<WrittenRecord> {
  const parser = parse({
    bom: true,
    columns: columnsOf,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: LINE_MAX,
  })
  let row = 0
  const flowing = pipeline(Readable.from(pieces), parser)
  flowing.catch(() => {})
  try {
    for await (const columns of parser as AsyncIterable<Partial<WrittenRecord>>) {
      row += 1
      yield written(columns)
    }
    await flowing
  } catch (error) {
    throw error instanceof CsvError ? new UploadFault(reasonOf(error), row + 1) : error
  } finally {
    parser.destroy()
  }
}

/** Which field stands in which column; columns that mean nothing are left out. */
function columnsOf(header: readonly string[]): (string | false)[] {
  const names = header.map((name) => name.trim().toLowerCase())
  for (const needed of NEEDED)
    if (!names.includes(needed)) throw new UploadFault(`there is no column ${needed}`, null, needed)
  return names.map((name, index) => {
    const known = COLUMNS.find((column) => column === name)
    if (known !== undefined && names.indexOf(name) < index)
      throw new UploadFault(`there are two columns ${known}`, null, known)
    return known ?? false
  })
}

function written(columns: Partial<WrittenRecord>): WrittenRecord {
  const text = (field: keyof WrittenRecord) => columns[field] ?? ''
  return {
    id: text('id'),
    amount: text('amount'),
    date: text('date'),
    currency: text('currency'),
    reference: text('reference'),
    description: text('description'),
    source: text('source'),
  }
}

function reasonOf({ code }: CsvError): string {
  switch (code) {
    case 'CSV_MAX_RECORD_SIZE':
      return 'the line is too long'
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'a quotation mark is not closed'
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return 'a quotation mark stands where none can stand'
    default:
      return 'the line cannot be read'
  }
}
