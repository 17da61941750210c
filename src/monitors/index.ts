export type { Watch, WatchChange, WatchHistory } from './port.ts'
export { firings, firingsAmong, type Moved } from './watch.ts'
