/** How each way of being turned down is said in Blnk's words. */
import type { DirectoryRefusal } from '../../../directory/index.ts'
import { type Amount, assert, formatDecimal, type Refusal } from '../../../ledger/index.ts'
import type { Code } from './codes.ts'
import { Problem } from './problem.ts'

type Words<R> = { readonly code: Code; readonly text: string | ((refusal: R) => string) }

type ByCode<Union extends { readonly code: string }> = {
  readonly [Name in Union['code']]: Words<Extract<Union, { readonly code: Name }>>
}

const APPLY = 'failed to apply transaction to balances: '

const refusalWords = {
  book_closed: { code: 'GEN_CONFLICT', text: 'the ledger is closed' },
  reference_taken: {
    code: 'TXN_DUPLICATE_REFERENCE',
    text: ({ reference }) =>
      `transaction validation failed: reference ${reference} has already been used`,
  },
  key_reused: { code: 'GEN_CONFLICT', text: 'the key was used for another request' },
  name_taken: { code: 'GEN_CONFLICT', text: 'the name is taken' },
  transaction_not_found: {
    code: 'TXN_NOT_FOUND',
    text: ({ transactionId }) => `Transaction with ID 'txn_${transactionId}' not found`,
  },
  balance_not_found: {
    code: 'TXN_NOT_FOUND',
    text: ({ balanceId }) => `Balance with ID 'bln_${balanceId}' not found`,
  },
  balance_internal: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ balanceId }) => `${APPLY}balance bln_${balanceId} is kept by the ledger itself`,
  },
  balance_on_both_sides: {
    code: 'TXN_VALIDATION_ERROR',
    text: 'destination: source and destination cannot be the same balance.',
  },
  amount_not_positive: {
    code: 'TXN_VALIDATION_ERROR',
    text: `${APPLY}transaction precise amount must be positive`,
  },
  amount_too_large: { code: 'TXN_VALIDATION_ERROR', text: `${APPLY}the amount is too large` },
  amount_too_precise: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ scale }) => `${APPLY}the amount has more than ${scale} decimals`,
  },
  too_many_legs: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ max }) => `failed to split transaction: a transaction has at most ${max} legs`,
  },
  legs_unequal: {
    code: 'TXN_VALIDATION_ERROR',
    text: 'failed to split transaction: the parts do not add up to the amount',
  },
  asset_mismatch: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ balanceId, assetCode }) =>
      `${APPLY}source and destination have different currencies: balance bln_${balanceId} is kept in ${assetCode}`,
  },
  sending_not_allowed: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ balanceId }) => `${APPLY}balance bln_${balanceId} may not send`,
  },
  receiving_not_allowed: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ balanceId }) => `${APPLY}balance bln_${balanceId} may not receive`,
  },
  hold_on_external: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ balanceId }) =>
      `${APPLY}balance bln_${balanceId} stands for the outside world, whose money cannot be held`,
  },
  route_one_way: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ routeId }) => `${APPLY}it was posted under the route ${routeId}, which leads one way`,
  },
  route_not_named: {
    code: 'TXN_VALIDATION_ERROR',
    text: `${APPLY}the ledger moves money under routes only, and no route is named`,
  },
  route_not_found: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ routeId }) => `${APPLY}there is no transaction route ${routeId}`,
  },
  route_lacks_action: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ routeId, action }) => `${APPLY}the route ${routeId} is not for the action ${action}`,
  },
  route_count_differs: {
    code: 'TXN_VALIDATION_ERROR',
    text: `${APPLY}the balances follow more or fewer operation routes than the route has`,
  },
  leg_route_not_found: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ routeId }) => `${APPLY}the route has no operation route ${routeId} on this side`,
  },
  route_alias_differs: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ alias, expected }) => `${APPLY}the route is for ${expected}, not for ${alias}`,
  },
  route_account_type_differs: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ accountType, expected }) =>
      `${APPLY}the route is for accounts of the types ${expected}, not ${accountType}`,
  },
  route_one_sided: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ routeId }) => `${APPLY}the operation route ${routeId} is used on one side only`,
  },
  route_lacks_overdraft: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ routeId }) => `${APPLY}the operation route ${routeId} has no rubric for overdrafts`,
  },
  overdraft_limit_exceeded: {
    code: 'TXN_VALIDATION_ERROR',
    text: `${APPLY}transaction exceeds overdraft limit`,
  },
  insufficient_funds: {
    code: 'TXN_INSUFFICIENT_FUNDS',
    text: `${APPLY}insufficient funds in source balance`,
  },
  too_many_lots: {
    code: 'TXN_VALIDATION_ERROR',
    text: ({ balanceId, max }) =>
      `${APPLY}balance bln_${balanceId} tracks the money of ${max} providers already, which is the most`,
  },
  hold_not_pending: {
    code: 'TXN_NOT_INFLIGHT',
    text: 'transaction is not in inflight status',
  },
  hold_already_posted: {
    code: 'TXN_ALREADY_COMMITTED',
    text: 'cannot commit. Transaction already committed',
  },
  hold_already_voided: {
    code: 'TXN_ALREADY_VOIDED',
    text: 'transaction has already been voided',
  },
  amount_exceeds_hold: {
    code: 'TXN_COMMIT_AMOUNT_EXCEEDED',
    text: ({ remaining, requested }) =>
      `cannot commit more than the remaining amount. Available: ${shown(remaining)}, Requested: ${shown(requested)}`,
  },
  hold_not_divisible: {
    code: 'GEN_BAD_REQUEST',
    text: 'a hold of several balances is committed as a whole',
  },
  already_reversed: {
    code: 'GEN_CONFLICT',
    text: ({ transactionId }) => `transaction txn_${transactionId} has already been refunded`,
  },
  is_reversal: {
    code: 'GEN_CONFLICT',
    text: ({ transactionId }) => `transaction txn_${transactionId} is a refund itself`,
  },
  not_reversible: { code: 'TXN_NOT_FOUND', text: 'no transaction to refund' },
} as const satisfies ByCode<Refusal>

function shown(amount: Amount): string {
  return formatDecimal(amount)
}

export function problemOf(refusal: Refusal): Problem {
  const { code, text } = refusalWords[refusal.code] as Words<Refusal>
  const said = typeof text === 'string' ? text : text(refusal)
  return new Problem(code, said, code === 'TXN_NOT_FOUND' ? { details: {} } : {})
}

const directoryWords = {
  book_closed: { code: 'GEN_CONFLICT', text: 'the ledger is closed' },
  name_taken: { code: 'GEN_CONFLICT', text: 'the name is taken' },
  not_found: { code: 'GEN_NOT_FOUND', text: ({ entity }) => `${entity} not found` },
  reference_not_found: { code: 'GEN_NOT_FOUND', text: ({ entity }) => `${entity} not found` },
  parent_asset_differs: { code: 'GEN_BAD_REQUEST', text: 'the parent has another currency' },
  account_external: { code: 'GEN_BAD_REQUEST', text: 'the account stands for the outside world' },
  balance_internal: { code: 'GEN_BAD_REQUEST', text: 'the balance is kept by the ledger itself' },
  key_reserved: { code: 'GEN_BAD_REQUEST', text: ({ key }) => `the key ${key} is reserved` },
  limit_below_use: {
    code: 'GEN_CONFLICT',
    text: 'more is drawn than the limit of the overdraft would allow',
  },
  not_empty: { code: 'GEN_CONFLICT', text: ({ entity }) => `there is money on the ${entity}` },
  account_type_unknown: {
    code: 'GEN_BAD_REQUEST',
    text: ({ type }) => `there is no account type ${type}`,
  },
  route_lacks_side: {
    code: 'GEN_BAD_REQUEST',
    text: ({ side }) => `the route has no operation route for a ${side}`,
  },
  permanent: { code: 'GEN_CONFLICT', text: ({ entity }) => `the ${entity} is permanent` },
  in_use: { code: 'GEN_CONFLICT', text: ({ entity }) => `the ${entity} is still in use` },
  too_many: {
    code: 'GEN_BAD_REQUEST',
    text: ({ entity, most }) => `there are ${most} of ${entity} already, which is the most`,
  },
} as const satisfies ByCode<DirectoryRefusal>

/** The words for a refusal that a route does not put into words of its own. */
export function directoryProblem(refusal: DirectoryRefusal): Problem {
  const words = directoryWords[refusal.code] as Words<DirectoryRefusal> | undefined
  assert(words !== undefined, 'every refusal has its words')
  const { code, text } = words
  return new Problem(code, typeof text === 'string' ? text : text(refusal))
}
