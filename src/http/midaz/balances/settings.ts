import type { JsonObject } from '../../../ledger/index.ts'
import { refuse } from '../problem.ts'
import type { BalanceSettings } from './schema.ts'

/**
 * Settings of a balance as they are kept: undefined where they are left out.
 *
 * @throws Refused for what a balance cannot have
 */
export function givenSettings(
  settings: BalanceSettings | null | undefined,
): JsonObject | undefined {
  if (settings === null || settings === undefined) return undefined
  const { balanceScope, allowOverdraft, overdraftLimitEnabled, overdraftLimit } = settings
  if ((balanceScope ?? 'transactional') !== 'transactional')
    refuse({ code: '0172', detail: 'The balanceScope of a balance is transactional.' })
  if (allowOverdraft === true || overdraftLimitEnabled === true || (overdraftLimit ?? '') !== '')
    refuse({ code: '0172', detail: 'Balances with an overdraft are not offered here.' })
  return { balanceScope: 'transactional', allowOverdraft: false, overdraftLimitEnabled: false }
}
