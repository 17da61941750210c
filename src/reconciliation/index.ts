export type {
  Claim,
  ControlStore,
  Match,
  MatchView,
  Progress,
  ReconciledBook,
  RecordView,
  ResultStore,
} from './control.ts'
export { markOf } from './mark.ts'
export {
  type Grouping,
  groupingsOf,
  STRATEGIES,
  type Strategy,
} from './order.ts'
export {
  type ExternalRecord,
  FIELD_MAX,
  type RecordFault,
  recordOf,
  type WrittenRecord,
} from './record.ts'
export {
  type AskedCriterion,
  type Criterion,
  decodeCriterion,
  encodeCriterion,
  type Rule,
  type RuleFault,
  ruleOf,
} from './rule.ts'
export { matchRun, Outdated, type Run, type RunLimits, type RunStore } from './run.ts'
export { Runner, type RunnerLimits } from './runner.ts'
