/** What reconciliation needs from storage, and the words that both use. */
export type { Axis } from './axis.ts'
export type { Grouping, Strategy } from './order.ts'
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
