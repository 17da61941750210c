export { ANYBODY, type Authentication, Authenticator, type Principal } from './authenticator.ts'
export { IssuerAway } from './issuer-away.ts'
export { allows, createKey, isSame, isScope, mayGrant, type NewKey } from './keys.ts'
export type { ApiKey, KeyStore, TokenAnswer, TokenReader } from './port.ts'
