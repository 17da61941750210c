/** What each reason for turning a caller down is called in Midaz's codes. A reason without a line does not compile. */
import type { DirectoryRefusal } from '../../directory/index.ts'
import { formatDecimal, type Refusal } from '../../ledger/index.ts'
import type { Code } from './catalogue.ts'
import type { Problem } from './problem.ts'

type Sentence<R> = readonly [Code, (refusal: R) => string]

type Table<R extends { readonly code: string }> = {
  readonly [C in R['code']]: Sentence<Extract<R, { readonly code: C }>>
}

/** Reasons of the rules about money. */
const ofMoney = {
  book_closed: ['0007', () => 'The ledger was deleted.'],
  reference_taken: ['0084', () => 'A transaction with this reference exists already.'],
  key_reused: [
    '0084',
    () => 'The idempotency key was used for another request; a new request needs a new key.',
  ],
  name_taken: ['0084', () => 'Something with this name exists already.'],
  transaction_not_found: ['0007', () => 'There is no transaction with this id here.'],
  balance_not_found: ['0019', () => 'A balance that the transaction names does not exist.'],
  balance_internal: [
    '0168',
    () => 'A balance that the ledger keeps for itself cannot be posted to.',
  ],
  balance_on_both_sides: ['0090', () => 'The same balance cannot be source and destination.'],
  amount_not_positive: ['0125', () => 'The value of a transaction must be greater than zero.'],
  amount_too_large: [
    '0125',
    () => 'The value of a transaction has at most 64 digits before the point.',
  ],
  amount_too_precise: [
    '0125',
    ({ scale }) => `Amounts of this asset have at most ${scale} decimals here.`,
  ],
  too_many_legs: ['0073', ({ max }) => `A transaction has at most ${max} legs.`],
  legs_unequal: [
    '0073',
    ({ amount }) =>
      `Sources and destinations must each add up to the value, ${formatDecimal(amount)}, in positive parts.`,
  ],
  asset_mismatch: [
    '0034',
    ({ assetCode }) => `A balance that the transaction names is of another asset: ${assetCode}.`,
  ],
  sending_not_allowed: ['0024', () => 'A source of the transaction is not allowed to send.'],
  receiving_not_allowed: [
    '0024',
    () => 'A destination of the transaction is not allowed to receive.',
  ],
  hold_on_external: ['0098', () => 'Money of the outside world cannot be set aside.'],
  route_one_way: [
    '0150',
    ({ routeId }) =>
      `It was posted under the operation route ${routeId}, which is not bidirectional, so it cannot be reverted.`,
  ],
  route_not_named: [
    '0114',
    () =>
      'The ledger moves money under transaction routes only; the request must name one as routeId.',
  ],
  route_not_found: ['0105', ({ routeId }) => `There is no transaction route ${routeId} here.`],
  route_lacks_action: [
    '0157',
    ({ routeId, action }) =>
      `The transaction route ${routeId} has no operation routes with accounting entries for ${action}.`,
  ],
  route_count_differs: [
    '0116',
    ({ sources, destinations }) =>
      `The entries follow ${sources} operation routes as sources and ${destinations} as destinations; the transaction route has others.`,
  ],
  leg_route_not_found: [
    '0117',
    ({ routeId, alias }) =>
      routeId === ''
        ? `The entry of ${alias} names no operation route as its routeId.`
        : `The transaction route has no operation route ${routeId} for the side of ${alias}.`,
  ],
  route_alias_differs: [
    '0118',
    ({ alias, expected }) =>
      `The operation route is for the account ${expected}, not for ${alias}.`,
  ],
  route_account_type_differs: [
    '0119',
    ({ accountType, expected }) =>
      `The operation route is for accounts of the types ${expected}, not ${accountType}.`,
  ],
  route_one_sided: [
    '0151',
    ({ routeId }) =>
      `The operation route ${routeId} is bidirectional, so it must be followed by a source and by a destination.`,
  ],
  route_lacks_overdraft: [
    '0492',
    ({ routeId }) => `The operation route ${routeId} has no accounting entry for overdrafts.`,
  ],
  overdraft_limit_exceeded: ['0167', () => 'A source would go beyond the limit of its overdraft.'],
  insufficient_funds: ['0018', () => 'A source of the transaction does not have the money.'],
  hold_not_pending: ['0099', () => 'The transaction is not pending.'],
  hold_already_posted: ['0099', () => 'The transaction is no longer pending: it was committed.'],
  hold_already_voided: ['0099', () => 'The transaction is no longer pending: it was canceled.'],
  amount_exceeds_hold: ['0073', () => 'More cannot be committed than is set aside.'],
  too_many_lots: [
    '0099',
    ({ max }) => `The balance tracks the money of ${max} providers already, which is the most.`,
  ],
  hold_not_divisible: ['0099', () => 'The transaction can be committed as a whole only.'],
  already_reversed: [
    '0087',
    ({ reversalId }) => `The transaction was reverted already, by ${reversalId}.`,
  ],
  is_reversal: [
    '0088',
    () => 'The transaction reverts another one, so it cannot be reverted itself.',
  ],
  not_reversible: [
    '0099',
    ({ status }) => `Only what was posted can be reverted; the transaction is ${status}.`,
  ],
} as const satisfies Table<Refusal>

/** Reasons of the directory. */
const ofDirectory = {
  book_closed: ['0007', () => 'What it belongs to was deleted.'],
  name_taken: ['0002', () => 'The name is taken.'],
  not_found: ['0007', ({ entity }) => `There is no ${words(entity)} with this id here.`],
  reference_not_found: ['0007', ({ entity }) => `There is no such ${words(entity)} here.`],
  parent_asset_differs: [
    '0030',
    () => 'An account and its parent account must have the same asset.',
  ],
  account_external: [
    '0074',
    () => 'The account of the outside world changes with its asset alone.',
  ],
  balance_internal: ['0175', () => 'The ledger keeps this balance for itself.'],
  key_reserved: ['0170', ({ key }) => `The key ${key} is kept for balances of the ledger itself.`],
  limit_below_use: [
    '0173',
    ({ drawn }) =>
      `The limit cannot be lower than what the overdraft has drawn: ${formatDecimal(drawn)}.`,
  ],
  not_empty: [
    '0093',
    ({ entity }) => `There is money on the ${words(entity)}, or set aside on it.`,
  ],
  account_type_unknown: ['0066', ({ type }) => `The ledger has no account type ${type}.`],
  route_lacks_side: [
    '0153',
    ({ side }) => `A transaction route needs an operation route for a ${side}.`,
  ],
  permanent: ['0008', ({ entity }) => `This ${words(entity)} cannot be deleted.`],
  in_use: ['0008', ({ entity }) => `The ${words(entity)} is in use.`],
  too_many: [
    '0008',
    ({ entity, most }) => `There are ${most} of ${words(entity)} already, which is the most.`,
  ],
} as const satisfies Table<DirectoryRefusal>

function words(entity: string): string {
  return entity.replaceAll('_', ' ')
}

export function problemOfRefusal(refusal: Refusal): Problem {
  const [code, sentence] = ofMoney[refusal.code] as Sentence<Refusal>
  return { code, detail: sentence(refusal), ...(code === '0084' ? { entity: null } : {}) }
}

export function problemOfDirectory(refusal: DirectoryRefusal): Problem {
  const [code, sentence] = ofDirectory[refusal.code] as Sentence<DirectoryRefusal>
  return { code, detail: sentence(refusal) }
}
