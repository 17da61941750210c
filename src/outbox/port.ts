/** What the outbox needs from storage: the event log to read, and a place to note how far it has been told. */
import type { EntityName, Entry, JsonObject, Micros, Transaction, Verb } from '../ledger/index.ts'

/** A transaction that was recorded, as it was recorded: what was written into it since is another fact. */
export type TransactionFact = {
  readonly type: 'transaction'
  /** Its place in the log of its book: ids grow in the order of commits. */
  readonly id: string
  readonly at: Micros
  readonly transaction: Transaction
  /** In the order of their legs. */
  readonly entries: readonly Entry[]
}

/** A row of the directory that was made, changed or deleted. */
export type ChangeFact = {
  readonly type: 'change'
  readonly id: string
  readonly at: Micros
  readonly entity: EntityName
  readonly verb: Verb
  readonly subjectId: string
  readonly before: JsonObject | null
  /** Null when it was erased since. */
  readonly after: JsonObject | null
  readonly actor: string | null
}

/** What happened in a book. */
export type Fact = TransactionFact | ChangeFact

/** Facts that follow one another without a gap. */
export type Page = {
  readonly facts: readonly Fact[]
  /** Whether there was nothing behind it when it was read. */
  readonly complete: boolean
  /** The seq of the book then. */
  readonly seq: number
}

/** The event log of the books: their transactions and the changes of their directories, merged in the order of commits. */
export interface EventLog {
  /** At most `limit` facts after the one with this id. */
  page(bookId: number, after: string, limit: number): Promise<Page>
  /** Facts by id, in the order of the log; those that do not exist are missing. */
  facts(bookId: number, ids: readonly string[]): Promise<readonly Fact[]>
  /** The id of the last fact, or null when there is none, and the seq of the book. */
  end(bookId: number): Promise<{ readonly last: string | null; readonly seq: number }>
  /** The seqs of books. */
  seqs(bookIds: readonly number[]): Promise<ReadonlyMap<number, number>>
  /** Everything that was told of rows up to a place in the log, in the order of the log. */
  changesOf(
    bookId: number,
    subjectIds: readonly string[],
    upTo: string,
  ): Promise<readonly ChangeFact[]>
}

/** Somebody who is told what happens in the books of an organization. */
export type Subscriber = {
  readonly id: string
  /** The book of its organization. */
  readonly homeId: number
  readonly name: string
  readonly url: string
  readonly wording: string
  readonly events: readonly string[] | null
  readonly timeoutMs: number
  readonly attemptsMax: number | null
  readonly batchMax: number
  /** What happened before is not told. */
  readonly since: Micros
  readonly secrets: Secrets | null
}

export type Secrets = {
  readonly secret: string
  /** The secret before it, and until when it signs too. */
  readonly previous: { readonly secret: string; readonly until: Micros } | null
  readonly headers: Readonly<Record<string, string>>
}

/** A subscriber and one of the books that it is told of: what is told in order. */
export type LaneKey = {
  readonly homeId: number
  readonly subscriptionId: string
  readonly bookId: number
}

/** How far a subscriber has been told of a book. */
export type Progress = {
  /** The last fact that it has been told of whole. */
  readonly after: string
  /** How many parts of the next fact it has been told of. */
  readonly part: number
  /** The seq of the book up to which it has been told everything. */
  readonly seq: number
  /** Attempts that failed for what is next. */
  readonly attempts: number
  readonly failingSince: Micros | null
  readonly nextAttemptAt: Micros | null
  readonly last: Attempt | null
}

/** How an attempt ended. */
export type Attempt = {
  readonly at: Micros
  readonly status: number | null
  /** Null when it was taken. */
  readonly error: string | null
}

/** What could not be told. */
export type DeadLetter = {
  readonly bookId: number
  readonly subscriptionId: string
  /** The fact, and which part of it. */
  readonly recordId: string
  readonly part: number
  readonly event: string
  readonly attempts: number
  readonly status: number | null
  readonly error: string
  readonly failedAt: Micros
  readonly replayAt: Micros | null
}

export type DeadLetterKey = Pick<DeadLetter, 'bookId' | 'subscriptionId' | 'recordId' | 'part'>

export interface OutboxStore {
  /** Active subscribers of all organizations beyond a key, in the order of their books and ids. */
  subscribers(
    after: { readonly homeId: number; readonly id: string } | null,
    limit: number,
  ): Promise<readonly Subscriber[]>
  /** The active subscribers of an organization. */
  subscribersOf(homeId: number): Promise<readonly Subscriber[]>
  /** The subscriber as it is now; null when it is not to be told anything. */
  subscriber(homeId: number, id: string): Promise<Subscriber | null>
  /** The book of the organization that a ledger with this book belongs to; null when no ledger has this book. */
  homeOf(bookId: number): Promise<number | null>
  /** Which of the lanes of subscribers have something to be told now, and nobody telling it. */
  pending(
    subscribers: readonly Pick<Subscriber, 'homeId' | 'id'>[],
    now: Micros,
    limit: number,
  ): Promise<readonly LaneKey[]>
  /** Says that a server lives, and will for a while: what it holds nobody else takes. */
  beat(holder: string, aliveMs: number): Promise<void>
  /** Takes a lane, making it at the start when it is told for the first time. Null when another server that lives has it. */
  claim(lane: LaneKey, holder: string, start: string): Promise<Progress | null>
  /**
   * Notes how far a lane has come and holds it on, or lets it go. Together with it goes what is given up.
   *
   * @returns false when somebody else has taken the lane: then nothing is noted
   */
  save(
    lane: LaneKey,
    holder: string,
    progress: Progress,
    hold: 'hold on' | 'let go',
    givenUp: readonly DeadLetter[],
  ): Promise<boolean>
  /** Dead letters of a lane that somebody asked to be told again, in the order of the log. */
  replays(lane: LaneKey, limit: number): Promise<readonly DeadLetter[]>
  /** Removes a dead letter that was told after all. */
  bury(key: DeadLetterKey): Promise<void>
  /** Puts a dead letter back whose replay failed. */
  putBack(letter: DeadLetter): Promise<void>
  /** Dead letters of a subscriber beyond a key, in the order of their ids. */
  deadLetters(
    subscriptionId: string,
    after: Pick<DeadLetter, 'recordId' | 'part'> | null,
    limit: number,
  ): Promise<readonly DeadLetter[]>
  /** Asks for dead letters to be told again: those of a fact, or all; returns how many. */
  askForReplay(subscriptionId: string, recordId: string | null, at: Micros): Promise<number>
  /** Since when what is next for subscribers waits, of those that are being told or failed. */
  behind(): Promise<readonly { readonly subscriptionId: string; readonly since: Micros }[]>
  /** How the lanes of subscribers stand. */
  progressOf(subscriptionIds: readonly string[]): Promise<readonly (Progress & LaneKeyless)[]>
  /** Signs with another secret from now on, and with the one before it until a time. */
  changeSecret(homeId: number, subscriptionId: string, secret: string, until: Micros): Promise<void>
  keepSecrets(homeId: number, subscriptionId: string, secrets: Secrets): Promise<void>
  /** For a subscription that is no more, or never came to be. */
  forgetSecrets(homeId: number, subscriptionId: string): Promise<void>
}

type LaneKeyless = Pick<LaneKey, 'bookId' | 'subscriptionId'>
