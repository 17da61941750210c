export { Loader } from './loader.ts'
export type { BalanceView, EntryView, ReportStore, TransactionView } from './port.ts'
export * from './query.ts'
