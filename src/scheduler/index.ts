export type { Due, DueStore } from './port.ts'
export { Scheduler, type SchedulerLimits, type Surroundings } from './scheduler.ts'
