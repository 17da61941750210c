export type { Watch, WatchChange, WatchHistory } from './port.ts'
export { firings, type Moved } from './watch.ts'
