/** Which accounts an operation route is for. */
import type { JsonObject } from '../../../ledger/index.ts'
import type { JsonValue } from '../../exact-json.ts'
import { missingFields, type Problem, refuse } from '../problem.ts'
import type { GivenAccountRule } from './schema.ts'

const TYPES_MAX = 100
const WORD_MAX = 256

/**
 * The rule as it is kept, or null where nothing is asked for.
 *
 * @throws Refused for a rule that is not whole, or of no known kind
 */
export function accountRule(given: GivenAccountRule | null | undefined): JsonObject | null {
  const ruleType = given?.ruleType ?? ''
  const validIf = (given?.validIf ?? null) as JsonValue
  if (ruleType === '' && validIf === null) return null
  if (ruleType === '') refuse(missing('ruleType'))
  if (validIf === null) refuse(missing('validIf'))
  switch (ruleType) {
    case 'alias':
      return isWord(validIf) ? { ruleType, validIf } : refuse(unfit('the alias of an account'))
    case 'account_type': {
      const types = Array.isArray(validIf) ? (validIf as readonly JsonValue[]) : []
      if (types.length === 0 || types.length > TYPES_MAX || !types.every(isWord))
        refuse(unfit(`a list of 1 to ${TYPES_MAX} account types`))
      return { ruleType, validIf: types }
    }
    default:
      return refuse({
        code: '0111',
        detail: 'A rule for accounts is of the type alias or account_type.',
      })
  }
}

function isWord(value: JsonValue): value is string {
  return (
    typeof value === 'string' && value !== '' && value.length <= WORD_MAX && !value.includes('\0')
  )
}

function missing(name: string): Problem {
  return missingFields([{ path: `account.${name}`, message: 'must be given and not be empty' }])
}

function unfit(what: string): Problem {
  return { code: '0112', detail: `The value validIf of this rule must be ${what}.` }
}
