export { Metrics } from './metrics.ts'
export { machineSurroundings } from './surroundings.ts'
