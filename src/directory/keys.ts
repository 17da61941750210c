/** The keys under which an account has its balances. */

export const DEFAULT_KEY = 'default'

const OVERDRAFT_KEY = 'overdraft'

/** The key of the companion that carries the overdraft of the balance under this key. */
export function overdraftKey(key: string): string {
  return key === DEFAULT_KEY ? OVERDRAFT_KEY : `${OVERDRAFT_KEY}:${key}`
}

/** Whether a key is kept for companions. */
export function isOverdraftKey(key: string): boolean {
  return key === OVERDRAFT_KEY || key.startsWith(`${OVERDRAFT_KEY}:`)
}
