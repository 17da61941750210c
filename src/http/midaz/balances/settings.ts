import {
  type Amount,
  type JsonObject,
  NO_OVERDRAFT,
  type OverdraftPermit,
} from '../../../ledger/index.ts'
import { amountOf } from '../body/money.ts'
import { refuse } from '../problem.ts'
import type { BalanceSettings } from './schema.ts'

export type GivenSettings = {
  /** As they are kept and shown. */
  readonly settings: JsonObject
  readonly overdraft: OverdraftPermit
}

/**
 * Settings of a balance: undefined where they are left out. They replace those that it had.
 *
 * @throws Refused for what a balance cannot have
 */
export function givenSettings(
  settings: BalanceSettings | null | undefined,
): GivenSettings | undefined {
  if (settings === null || settings === undefined) return undefined
  const { balanceScope, overdraftLimit } = settings
  if ((balanceScope ?? TRANSACTIONAL) !== TRANSACTIONAL)
    refuse({ code: '0172', detail: 'The balanceScope of a balance is transactional.' })
  const allowOverdraft = settings.allowOverdraft ?? false
  const overdraftLimitEnabled = settings.overdraftLimitEnabled ?? false
  const given = overdraftLimit ?? ''
  const limit = limitOf(overdraftLimitEnabled, given)
  return {
    settings: {
      balanceScope: TRANSACTIONAL,
      allowOverdraft,
      overdraftLimitEnabled,
      ...(limit === null ? {} : { overdraftLimit: given }),
    },
    overdraft: allowOverdraft ? permitOf(limit) : NO_OVERDRAFT,
  }
}

const TRANSACTIONAL = 'transactional'

function permitOf(limit: Amount | null): OverdraftPermit {
  return limit === null ? { kind: 'unlimited' } : { kind: 'limited', limit }
}

function limitOf(isEnabled: boolean, given: string): Amount | null {
  if (!isEnabled && given !== '')
    refuse({
      code: '0172',
      detail: 'An overdraftLimit is given together with overdraftLimitEnabled only.',
    })
  if (!isEnabled) return null
  const limit = amountOf(given, 0)
  if (typeof limit !== 'bigint' || limit <= 0n)
    refuse({
      code: '0172',
      detail: 'The overdraftLimit is a positive decimal with at most 18 decimals, as text.',
    })
  return limit
}
