export * from './accounts.ts'
export { created, deleted, newRow, updated } from './changes.ts'
export { type Actor, Directory } from './directory.ts'
export type { DirectoryReader, DirectoryStore } from './port.ts'
export type { DirectoryRefusal } from './refusal.ts'
export type * from './rows.ts'
export {
  createLedger,
  createOrganization,
  ensureHome,
  type Home,
  SHARED_LEDGER_ID,
  Tenancy,
} from './tenancy.ts'
export { type NewBankAccount, openBankAccount } from './bank-accounts.ts'
export { createIdentity, type NewIdentity, removeIdentity } from './identities.ts'
export { ensureSharedAsset, findSharedAsset, openSharedAccount } from './shared-book.ts'
