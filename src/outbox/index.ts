export { type Block, blockOf, Destinations } from './destination.ts'
export type { LaneSurroundings, OutboxObserver } from './lane.ts'
export type { OutboxLimits } from './limits.ts'
export { Outbox, type OutboxParts } from './outbox.ts'
export type {
  Attempt,
  ChangeFact,
  DeadLetter,
  EventLog,
  Fact,
  OutboxStore,
  Page,
  Progress,
  Secrets,
  Subscriber,
  TransactionFact,
} from './port.ts'
export { BEGINNING, isPlace } from './position.ts'
export { Sender } from './sender.ts'
export { hexSignature, isSecret, newSecret, seconds, standardHeaders } from './signature.ts'
export {
  type Listener,
  type StreamLimits,
  Streams,
  type Told,
  TooManyListeners,
} from './streams.ts'
export { type Letter, type Message, type Wording, wants } from './wording.ts'
