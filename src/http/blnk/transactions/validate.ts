/** What is checked of a transaction before anything is looked up. */

import type { Micros } from '../../../ledger/index.ts'
import { MalformedBody } from '../../malformed-body.ts'
import { readTime } from '../wire/time.ts'
import { BLANK, type Faults } from '../wire/validation.ts'
import { isTooLong } from './amounts.ts'
import { faultOfTag } from './provenance.ts'
import type { DistributionBody, TransactionBody } from './schema.ts'

/** Bytes of a name that is looked up: what an index can hold. */
export const NAME_BYTES_MAX = 1024

/** The largest precision: what Blnk's own column holds. */
const PRECISION_MAX = 2 ** 63

/** Decimals of the smallest unit that the ledger counts in. */
const PRECISION_KNOWN_MAX = 10 ** 18

const NOT_BOTH = {
  source: 'either source or sources is required, not both',
  destination: 'either destination or destinations is required, not both',
} as const

const BAD_DATE =
  "please format the scheduled date as 'YYYY-MM-DDTHH:MM:SS+00:00' (e.g., 2024-04-22T15:28:03+00:00)"

/** Everything that is wrong with it, field by field. */
export function faultsOf(body: TransactionBody): Faults {
  const faults: Faults = {}
  addAmountFaults(body, faults)
  for (const name of ['currency', 'description', 'reference'] as const)
    if ((body[name] ?? '') === '') faults[name] = BLANK
  addPartyFaults(body, faults)
  for (const name of ['scheduled_for', 'inflight_expiry_date', 'inflight_commit_date'] as const)
    if ((body[name] ?? '') !== '' && readTime(body[name] ?? '') === null) faults[name] = BAD_DATE
  for (const name of ['currency', 'reference'] as const)
    if (isTooLongName(body[name] ?? ''))
      faults[name] = `the length must be no more than ${NAME_BYTES_MAX} bytes`
  const tagFault = faultOfTag(body.meta_data)
  if (tagFault !== null) faults['meta_data'] = tagFault
  return faults
}

export function isTooLongName(text: string): boolean {
  return text.length * 3 > NAME_BYTES_MAX && Buffer.byteLength(text) > NAME_BYTES_MAX
}

function addAmountFaults(body: TransactionBody, faults: Faults): void {
  const { amount = 0, precise_amount, precision = 0 } = body
  if (precise_amount !== undefined && amount !== 0)
    faults['amount'] = 'either amount or precise_amount should be provided, not both'
  else if (precise_amount === undefined && amount === 0)
    faults['amount'] = 'either amount or precise_amount is required'
  else if (amount < 0) faults['amount'] = 'amount cannot be negative'
  else if (precise_amount?.startsWith('-')) faults['amount'] = 'precise_amount cannot be negative'
  else if (isTooLong(amount))
    faults['amount'] =
      'amount has more than 15 significant digits which may cause rounding errors; use precise_amount instead'
  if (!Number.isInteger(precision)) faults['precision'] = 'precision must be an integer value'
  else if (precision < 0) faults['precision'] = 'precision cannot be negative'
  else if (precision >= PRECISION_MAX || precision > PRECISION_KNOWN_MAX)
    faults['precision'] = 'precision cannot be larger than 1000000000000000000'
}

function addPartyFaults(body: TransactionBody, faults: Faults): void {
  const { source = '', destination = '', sources = [], destinations = [] } = body
  if ((source === '') === (sources.length === 0)) faults['source'] = NOT_BOTH.source
  if ((destination === '') === (destinations.length === 0))
    faults['destination'] = NOT_BOTH.destination
  const isOn = (legs: readonly DistributionBody[], identifier: string) =>
    identifier !== '' && legs.some((leg) => leg.identifier === identifier)
  const same =
    (source !== '' && source === destination) ||
    isOn(destinations, source) ||
    isOn(sources, destination)
  if (same) faults['destination'] ??= 'source and destination cannot be the same balance'
}

/** A date that was checked, or null where there is none. */
export function dateIn(text: string | undefined): Micros | null {
  return text === undefined || text === '' ? null : readTime(text)
}

/** @throws MalformedBody when it is no date */
export function effectiveDateIn(text: string | undefined): Micros | null {
  if (text === undefined) return null
  const micros = readTime(text)
  if (micros === null) throw new MalformedBody('effective_date is no time of RFC 3339')
  return micros
}
