/** What reconciliation needs from storage, and the words that both use. */
export type { Axis } from './axis.ts'
export {
  type Claim,
  type ControlStore,
  decodeRules,
  type Match,
  type MatchPlace,
  type MatchView,
  type Progress,
  type RecordView,
  type ResultStore,
  type RunPhase,
} from './control.ts'
export type { Grouping, Strategy } from './order.ts'
export type { ExternalRecord } from './record.ts'
export {
  Outdated,
  type Pair,
  type Position,
  type Run,
  type RunStore,
  type Within,
} from './run.ts'
export type { Side } from './side.ts'
export { comparable } from './text.ts'
