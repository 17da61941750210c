/** The rows of the directory, as they are kept, told in events, and shown by the faces. Times are RFC 3339 text. */
import type {
  accountRow,
  balanceRow,
  EntityName,
  JsonObject,
  LineageStrategy,
  lotRow,
  MonitoredField,
  MonitorOperator,
  OperationRouteType,
  Side,
} from '../ledger/index.ts'

type Row = {
  readonly bookId: number
  readonly id: string
  readonly metadata: JsonObject | null
  readonly createdAt: string
  readonly updatedAt: string
  readonly deletedAt: string | null
}

type Status = { readonly statusCode: string; readonly statusDescription: string | null }

/** The tenant. Its book is where its own facts are told. */
export type Organization = Row &
  Status & {
    readonly parentId: string | null
    readonly legalName: string
    readonly legalDocument: string
    readonly doingBusinessAs: string | null
    readonly address: JsonObject | null
  }

/** A section of a book with its own accounts and assets. It is kept in the organization's book. */
export type Ledger = Row &
  Status & {
    readonly organizationId: string
    /** The book that its money is in: its own, or one that it shares. */
    readonly moneyBookId: number
    readonly name: string
    /** What must be unique of the name; null where names may repeat. */
    readonly nameKey: string | null
    readonly settings: JsonObject | null
  }

/** A person or an organization that holds balances. */
export type Identity = Row & {
  readonly identityType: string | null
  readonly organizationName: string | null
  readonly category: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  readonly otherNames: string | null
  readonly gender: string | null
  readonly emailAddress: string | null
  readonly phoneNumber: string | null
  readonly nationality: string | null
  readonly street: string | null
  readonly country: string | null
  readonly state: string | null
  readonly postCode: string | null
  readonly city: string | null
  readonly bornAt: string | null
}

export type AssetRow = Row &
  Status & {
    readonly ledgerId: string
    readonly name: string
    readonly nameKey: string | null
    readonly type: string
    readonly code: string
    /** The most decimals of an amount; null for no limit but the general one, or while nothing has told. */
    readonly scale: number | null
  }

/** What one asset of a ledger is worth in another, as its callers say. */
export type AssetRate = Row & {
  readonly ledgerId: string
  /** By what its callers call it. */
  readonly externalId: string
  readonly fromCode: string
  readonly toCode: string
  /** Decimal text of a whole number: so many units of ten to the minus scale. */
  readonly rate: string
  readonly scale: number
  readonly source: string | null
  /** Seconds for which it holds, as decimal text. */
  readonly ttl: string
  /** From when it holds; null for from when it was put. */
  readonly effectiveAt: string | null
}

export type Portfolio = Row &
  Status & { readonly ledgerId: string; readonly name: string; readonly entityId: string | null }

export type Segment = Row &
  Status & { readonly ledgerId: string; readonly name: string; readonly nameKey: string | null }

export type AccountType = Row & {
  readonly ledgerId: string
  readonly name: string
  readonly description: string | null
  readonly keyValue: string
}

/** What a ledger asks of every posting. It is kept in the book of the ledger's money, and has the ledger's id. */
export type LedgerRules = Row & { readonly validateRoutes: boolean }

/** The rule for one leg of a transaction: which accounts may take part, and under which rubrics it is booked. */
export type OperationRouteRow = Row & {
  readonly ledgerId: string
  readonly title: string
  readonly description: string | null
  readonly code: string | null
  readonly operationType: OperationRouteType
  readonly account: JsonObject | null
  readonly accountingEntries: JsonObject | null
}

/** A set of operation routes that a transaction follows. */
export type TransactionRouteRow = Row & {
  readonly ledgerId: string
  readonly title: string
  readonly description: string | null
  /** The ids of its operation routes, each once. */
  readonly operationRoutes: readonly string[]
}

/** Where value is held. */
export type Account = Row &
  Status & {
    readonly ledgerId: string
    readonly assetCode: string
    readonly name: string | null
    readonly alias: string
    /** The name by which any caller may use it without having made it. */
    readonly indicator: string | null
    readonly type: string
    readonly external: boolean
    readonly parentId: string | null
    readonly portfolioId: string | null
    readonly segmentId: string | null
    readonly entityId: string | null
    readonly identityId: string | null
    readonly blocked: boolean
  }

/** The terms of a balance: everything but its sums. */
export type BalanceTerms = Row & {
  readonly accountId: string
  readonly ledgerId: string
  readonly key: string
  readonly assetCode: string
  readonly normalSide: Side
  readonly internal: boolean
  readonly principalId: string | null
  readonly companionId: string | null
  /** Decimal text. */
  readonly overdraftLimit: string | null
  readonly maySend: boolean
  readonly mayReceive: boolean
  readonly settings: JsonObject | null
  readonly lineage: LineageStrategy | null
}

/** An account at a bank, or what stands for one, that leads to a balance. */
export type BankAccount = Row & {
  readonly name: string
  /** The bank's number for it, unique unless empty. */
  readonly number: string
  readonly bankName: string
  readonly assetCode: string
  readonly ledgerId: string
  readonly balanceId: string
  readonly identityId: string
}

/** What was written into a transaction or an entry after it was recorded. */
export type Amendment = Row & { readonly description: string | null }

/** The end of a book: nothing is posted to it or changed in it any more. The id is that of what was deleted. */
export type Closure = Row

/** A condition on a balance: whoever listens is told of every transaction that leaves it true. */
export type Monitor = Row & {
  readonly balanceId: string
  /** Which sum, or difference of sums, is watched. */
  readonly field: MonitoredField
  readonly operator: MonitorOperator
  /** Decimal text. */
  readonly threshold: string
  readonly description: string | null
  /** What a face needs to show the condition as it was asked for. */
  readonly terms: JsonObject | null
}

/** Somebody who is told what happens. Its secret and its headers are kept apart, where no journal tells them. */
export type Subscription = Row & {
  readonly name: string
  readonly url: string
  /** In whose words it is told, and on which occasions. */
  readonly wording: string
  /** The names of what it is told of, `*` for any ending; null for everything. */
  readonly events: readonly string[] | null
  readonly active: boolean
  /** How long it may take to answer, in milliseconds; 0 for as long as usual. */
  readonly timeoutMs: number
  /** How often an event is sent before it is given up; null for as long as days have not passed. */
  readonly attemptsMax: number | null
  /** The most events of one request. */
  readonly batchMax: number
}

/** Something to be told that neither a transaction nor another row tells, such as the end of a bulk. */
export type Notice = Row & { readonly event: string; readonly data: JsonObject }

/** What must agree between a record of somebody else's and a transaction. */
export type MatchingRule = Row & {
  readonly name: string
  readonly description: string
  readonly criteria: readonly JsonObject[]
}

/** Records of somebody else's, as they came in. */
export type Upload = Row & {
  readonly kind: 'file' | 'url' | 'instant'
  readonly source: string
  readonly status: 'receiving' | 'ready' | 'refused'
  readonly recordCount: number
}

/** An upload beside the book: which record belongs to which transaction. */
export type Reconciliation = Row & {
  readonly uploadId: string
  readonly strategy: 'one_to_one' | 'one_to_many' | 'many_to_one'
  readonly grouping: string | null
  /** The rules as they were when it was started. */
  readonly rules: readonly JsonObject[]
  /** Whether transactions are left as they are. */
  readonly dryRun: boolean
  readonly status: 'started' | 'in_progress' | 'completed' | 'failed'
  readonly matched: number
  readonly unmatched: number
  readonly failure: string | null
  readonly startedBy: string | null
  readonly completedAt: string | null
}

/** Where money of a tracked balance came from. What is in it is told by the balance with its id. */
export type LotRow = Row & {
  readonly balanceId: string
  readonly provider: string
  readonly identityId: string
  readonly aggregateId: string
  readonly name: string
  readonly aggregateName: string
}

/** Which row belongs to which entity. */
export type Rows = {
  readonly organization: Organization
  readonly ledger: Ledger
  readonly identity: Identity
  readonly asset: AssetRow
  readonly asset_rate: AssetRate
  readonly portfolio: Portfolio
  readonly segment: Segment
  readonly account_type: AccountType
  readonly ledger_rules: LedgerRules
  readonly operation_route: OperationRouteRow
  readonly transaction_route: TransactionRouteRow
  readonly account: Account
  readonly balance: BalanceTerms
  readonly amendment: Amendment
  readonly bank_account: BankAccount
  readonly closure: Closure
  readonly monitor: Monitor
  readonly subscription: Subscription
  readonly notice: Notice
  readonly matching_rule: MatchingRule
  readonly upload: Upload
  readonly reconciliation: Reconciliation
  readonly lot: LotRow
}

// Every entity that can change has a row, and the other way round.
null as unknown as EntityName satisfies keyof Rows
null as unknown as keyof Rows satisfies EntityName
// Lots are opened with the postings that fill them, where the rows are made without these types.
null as unknown as ReturnType<typeof accountRow> satisfies Account
null as unknown as ReturnType<typeof balanceRow> satisfies BalanceTerms
null as unknown as ReturnType<typeof lotRow> satisfies LotRow
