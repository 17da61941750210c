export { FINDINGS_MAX, type Finding, tell } from './finding.ts'
export type { VerificationStore } from './port.ts'
export { type BookReport, type MadeAt, verifyBook, verifyBooks } from './verify.ts'
