export type { KeyLimits } from './issuer-keys.ts'
export { ALGORITHMS, type Algorithm, type IssuerSettings, IssuerTokens } from './issuer-tokens.ts'
