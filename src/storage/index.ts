export { PostgresBookStore } from './book-store.ts'
export { Cluster } from './cluster/cluster.ts'
export { type ConnectionLimits, Connections } from './connection.ts'
export { bookMadeAt, PostgresDirectoryStore } from './directory-store.ts'
export { PostgresDueStore } from './due-store.ts'
export {
  amendmentsOf,
  booksIn,
  eraseClearTexts,
  eraseHistory,
  hasIdentity,
} from './erasure-store.ts'
export { PostgresEventLog } from './event-log.ts'
export { PostgresEvidenceStore } from './evidence/evidence-store.ts'
export { PostgresJournalStore } from './journal-store.ts'
export { PostgresKeyStore } from './key-store.ts'
export { migrate, SERVER_ROLE } from './migrate.ts'
export { PostgresOutboxStore } from './outbox-store.ts'
export { PostgresControlStore } from './reconciliation/control-store.ts'
export { PostgresResultStore } from './reconciliation/result-store.ts'
export { PostgresRunStore } from './reconciliation/run-store.ts'
export { PostgresReportStore } from './report-store.ts'
export { PostgresSearchIndex } from './search/search-index.ts'
export { PostgresSearchStore } from './search/search-store.ts'
export { eraseTransaction, type TransactionErasure } from './transaction-erasure.ts'
export { PostgresVerificationStore } from './verification/store.ts'
export { PostgresWatchHistory } from './watch-history.ts'
