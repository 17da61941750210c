import type { Account } from '../../../directory/index.ts'
import { equals, FIRST_PAGE } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import type { Place } from '../tenant.ts'

/** The account with exactly this alias, or null. */
export async function accountByAlias(
  services: Services,
  { moneyBookId, ledgerId }: Place,
  alias: string,
): Promise<Account | null> {
  if (alias.includes('\0')) return null
  const within = [equals('ledgerId', ledgerId), equals('alias', alias)]
  const query = { ...FIRST_PAGE, within, limit: 1 }
  const [account] = await services.directory.store.list('account', moneyBookId, query)
  return account ?? null
}
