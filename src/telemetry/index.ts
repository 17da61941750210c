export { createLog, type LogOptions, type LogTarget } from './log.ts'
export { Metrics } from './metrics.ts'
export { machineSurroundings } from './surroundings.ts'
