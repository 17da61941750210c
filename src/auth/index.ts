export { ANYBODY, type Authentication, Authenticator, type Principal } from './authenticator.ts'
export { allows, createKey, isScope, mayGrant, type NewKey } from './keys.ts'
export type { ApiKey, KeyStore } from './port.ts'
