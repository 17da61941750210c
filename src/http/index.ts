export { blnkWordings, WEBHOOK_WORDING } from './blnk/index.ts'
export { referenceOfScheduled } from './blnk/scheduled.ts'
export { buildServer, type ServerOptions } from './server.ts'
export type { ReconciliationServices, Services } from './services.ts'
