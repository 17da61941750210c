export { statusWords } from './blnk/filters/statuses.ts'
export { blnkWordings, WEBHOOK_WORDING } from './blnk/index.ts'
export { referenceOfScheduled } from './blnk/scheduled.ts'
export { midazWordings } from './midaz/events/wordings.ts'
export { buildServer, type ServerOptions } from './server.ts'
export type {
  EvidenceServices,
  ReconciliationServices,
  SearchServices,
  Services,
} from './services.ts'
