export { keyOf, makeVault, type Vault } from './keyring.ts'
export { isToken } from './token.ts'
