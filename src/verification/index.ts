export { type Finding, tell } from './finding.ts'
export type { VerificationStore } from './port.ts'
export { type BookReport, type MadeAt, verifyBooks } from './verify.ts'
