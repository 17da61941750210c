import type { EditRefusal } from '../engine/index.ts'
import type { Amount } from '../ledger/index.ts'
import type { Rows } from './rows.ts'

/** Every way in which a change of the directory can be turned down. */
export type DirectoryRefusal =
  | EditRefusal
  /** The row to change does not exist, or lives in another organization. */
  | { readonly code: 'not_found'; readonly entity: keyof Rows; readonly id: string }
  /** A row that the new one refers to does not exist. */
  | { readonly code: 'reference_not_found'; readonly entity: keyof Rows; readonly id: string }
  /** The parent account has another asset. */
  | { readonly code: 'parent_asset_differs'; readonly id: string }
  /** An account of the outside world is made with its asset and changes with it alone. */
  | { readonly code: 'account_external'; readonly id: string }
  /** Kept by the ledger itself. */
  | { readonly code: 'balance_internal'; readonly id: string }
  /** The key is kept for balances of the ledger itself. */
  | { readonly code: 'key_reserved'; readonly key: string }
  /** More is drawn than the new limit of the overdraft would allow. */
  | { readonly code: 'limit_below_use'; readonly id: string; readonly drawn: Amount }
  /** Money is on it, or set aside. */
  | { readonly code: 'not_empty'; readonly entity: keyof Rows; readonly id: string }
  /** The ledger takes accounts of registered types only, and this is none. */
  | { readonly code: 'account_type_unknown'; readonly type: string }
  /** A transaction route needs an operation route for each side. */
  | { readonly code: 'route_lacks_side'; readonly side: 'source' | 'destination' }
  /** It is there from the beginning and stays. */
  | { readonly code: 'permanent'; readonly entity: keyof Rows; readonly id: string }
  /** Other rows still refer to it. */
  | { readonly code: 'in_use'; readonly entity: keyof Rows; readonly id: string }
  /** There are as many of them as there may be. */
  | { readonly code: 'too_many'; readonly entity: keyof Rows; readonly most: number }
