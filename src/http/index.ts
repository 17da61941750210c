export { buildServer, type ServerOptions } from './server.ts'
export type { Services } from './services.ts'
