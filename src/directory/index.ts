export * from './accounts.ts'
export { amend, type Note } from './amendments.ts'
export { type AssetRateOrder, putAssetRate } from './asset-rates.ts'
export {
  createAsset,
  deleteAsset,
  EXTERNAL_TYPE,
  externalAlias,
  type LedgerBook,
  type NewAsset,
  updateAsset,
} from './assets.ts'
export {
  closeBalance,
  type NewBalance,
  openBalance,
  PLAIN_BALANCE,
  updateBalance,
} from './balances.ts'
export { type NewBankAccount, openBankAccount } from './bank-accounts.ts'
export { created, deleted, newRow, updated } from './changes.ts'
export { deleteLedger, deleteOrganization } from './closing.ts'
export { isCountry } from './countries.ts'
export { type Actor, Directory } from './directory.ts'
export { blankIdentity, blankNotes } from './erasure.ts'
export { createIdentity, type NewIdentity, removeIdentity } from './identities.ts'
export { type AccountOrder, openLedgerAccount, updateLedgerAccount } from './ledger-accounts.ts'
export { changeSettings, finishSettings } from './ledger-rules.ts'
export { ledgerNameKey, removeInLedger, updateInLedger, updateLedger } from './ledgers.ts'
export { changeMonitor, createMonitor, type MonitorOrder } from './monitors.ts'
export type { DirectoryReader, DirectoryStore, MetadataIndex } from './port.ts'
export {
  advanceReconciliation,
  beginUpload,
  changeRule,
  createRule,
  endUpload,
  type Marked,
  markTransactions,
  type ReconciliationOrder,
  type ReconciliationStep,
  type RuleOrder,
  startReconciliation,
} from './reconciliations.ts'
export type { DirectoryRefusal } from './refusal.ts'
export {
  createTransactionRoute,
  findOperationRoutes,
  removeOperationRoute,
  updateTransactionRoute,
} from './routes.ts'
export type * from './rows.ts'
export { ensureSharedAsset, openSharedAccount } from './shared-book.ts'
export { type NewSubscription, SUBSCRIPTIONS_MAX, subscribe } from './subscriptions.ts'
export {
  createLedger,
  createOrganization,
  ensureHome,
  type Home,
  SHARED_LEDGER_ID,
  Tenancy,
} from './tenancy.ts'
export {
  changeIdentity,
  clearTextOf,
  retokenize,
  stalenessOf,
  TOKENIZABLE,
  type TokenField,
  type TokenRefusal,
  tokenizedIn,
  tokenizeFields,
} from './tokenization.ts'
