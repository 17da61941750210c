/** Texts of Blnk's own checks: each field that does not pass with its reason, sorted by the field's name. */

import type { Code } from './codes.ts'
import { Problem } from './problem.ts'

export const BLANK = 'cannot be blank'

export type Faults = { [field: string]: string }

/** `currency: cannot be blank; ledger_id: cannot be blank.`, or null when nothing is wrong. */
export function faultsText(faults: Faults): string | null {
  const names = Object.keys(faults).sort()
  return names.length === 0
    ? null
    : `${names.map((name) => `${name}: ${faults[name]}`).join('; ')}.`
}

/** @throws Problem when anything is wrong */
export function refuseFaults(faults: Faults, code: Code = 'GEN_VALIDATION_ERROR'): void {
  const text = faultsText(faults)
  if (text !== null) throw new Problem(code, text, { key: 'errors' })
}
