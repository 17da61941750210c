/**
 * What can be read and how: for each kind of row its table, its columns, and what they are called in the program. Lists,
 * filters and writes of the directory are all made from these.
 */
import type { Rows } from '../directory/rows.ts'
import { eachOne, oneOrNone, sumsOfBalance } from './statements/look-up.ts'
import { type ColumnKind, columns, snakeCase, type View } from './view.ts'

type Names<R> = { readonly [Property in keyof R]: ColumnKind }

/** A table of the directory: columns are named like the properties, in snake case. */
function tableView<E extends keyof Rows>(
  table: string,
  kinds: Omit<
    Names<Rows[E]>,
    'bookId' | 'id' | 'metadata' | 'createdAt' | 'updatedAt' | 'deletedAt'
  >,
  entity: E | null = null,
): View {
  const all: Record<string, ColumnKind> = {
    bookId: 'integer',
    id: 'uuid',
    ...kinds,
    metadata: 'json',
    createdAt: 'time',
    updatedAt: 'time',
    deletedAt: 'time',
  }
  return {
    name: table,
    from: table,
    bookSql: `${table}.book_id`,
    idSql: `${table}.id`,
    metadataSql: `${table}.metadata`,
    aliveSql: `${table}.deleted_at is null`,
    ...(entity === null ? {} : { found: { entity, table, alias: table, everyBook: false } }),
    columns: Object.fromEntries(
      Object.entries(all).map(([property, kind]) => [
        property,
        { sql: `${table}.${snakeCase(property)}`, kind },
      ]),
    ),
  }
}

const status = { statusCode: 'text', statusDescription: 'text' } as const

export const directoryViews: { readonly [E in keyof Rows]: View } = {
  organization: tableView<'organization'>(
    'organizations',
    {
      parentId: 'uuid',
      legalName: 'text',
      legalDocument: 'text',
      doingBusinessAs: 'text',
      address: 'json',
      ...status,
    },
    'organization',
  ),
  ledger: tableView<'ledger'>(
    'ledgers',
    {
      organizationId: 'uuid',
      moneyBookId: 'integer',
      name: 'text',
      nameKey: 'text',
      settings: 'json',
      ...status,
    },
    'ledger',
  ),
  identity: tableView<'identity'>('identities', {
    identityType: 'text',
    organizationName: 'text',
    category: 'text',
    firstName: 'text',
    lastName: 'text',
    otherNames: 'text',
    gender: 'text',
    emailAddress: 'text',
    phoneNumber: 'text',
    nationality: 'text',
    street: 'text',
    country: 'text',
    state: 'text',
    postCode: 'text',
    city: 'text',
    bornAt: 'time',
  }),
  asset: tableView<'asset'>(
    'assets',
    {
      ledgerId: 'uuid',
      name: 'text',
      nameKey: 'text',
      type: 'text',
      code: 'text',
      scale: 'integer',
      ...status,
    },
    'asset',
  ),
  asset_rate: tableView<'asset_rate'>(
    'asset_rates',
    {
      ledgerId: 'uuid',
      externalId: 'uuid',
      fromCode: 'text',
      toCode: 'text',
      rate: 'decimal',
      scale: 'integer',
      source: 'text',
      ttl: 'decimal',
      effectiveAt: 'time',
    },
    'asset_rate',
  ),
  portfolio: tableView<'portfolio'>(
    'portfolios',
    {
      ledgerId: 'uuid',
      name: 'text',
      entityId: 'text',
      ...status,
    },
    'portfolio',
  ),
  segment: tableView<'segment'>(
    'segments',
    {
      ledgerId: 'uuid',
      name: 'text',
      nameKey: 'text',
      ...status,
    },
    'segment',
  ),
  account_type: tableView<'account_type'>(
    'account_types',
    {
      ledgerId: 'uuid',
      name: 'text',
      description: 'text',
      keyValue: 'text',
    },
    'account_type',
  ),
  ledger_rules: tableView<'ledger_rules'>('ledger_rules', { validateRoutes: 'boolean' }),
  operation_route: tableView<'operation_route'>(
    'operation_routes',
    {
      ledgerId: 'uuid',
      title: 'text',
      description: 'text',
      code: 'text',
      operationType: 'text',
      account: 'json',
      accountingEntries: 'json',
    },
    'operation_route',
  ),
  transaction_route: tableView<'transaction_route'>(
    'transaction_routes',
    {
      ledgerId: 'uuid',
      title: 'text',
      description: 'text',
      operationRoutes: 'json',
    },
    'transaction_route',
  ),
  account: tableView<'account'>(
    'accounts',
    {
      ledgerId: 'uuid',
      assetCode: 'text',
      name: 'text',
      alias: 'text',
      indicator: 'text',
      type: 'text',
      external: 'boolean',
      parentId: 'uuid',
      portfolioId: 'uuid',
      segmentId: 'uuid',
      entityId: 'text',
      identityId: 'uuid',
      blocked: 'boolean',
      ...status,
    },
    'account',
  ),
  balance: tableView<'balance'>('balances', {
    accountId: 'uuid',
    ledgerId: 'uuid',
    key: 'text',
    assetCode: 'text',
    normalSide: 'text',
    internal: 'boolean',
    principalId: 'uuid',
    companionId: 'uuid',
    overdraftLimit: 'decimal',
    maySend: 'boolean',
    mayReceive: 'boolean',
    settings: 'json',
    lineage: 'text',
  }),
  amendment: tableView<'amendment'>('amendments', { description: 'text' }),
  bank_account: tableView<'bank_account'>('bank_accounts', {
    name: 'text',
    number: 'text',
    bankName: 'text',
    assetCode: 'text',
    ledgerId: 'uuid',
    balanceId: 'uuid',
    identityId: 'uuid',
  }),
  closure: tableView<'closure'>('closures', {}),
  monitor: tableView<'monitor'>('monitors', {
    balanceId: 'uuid',
    field: 'text',
    operator: 'text',
    threshold: 'decimal',
    description: 'text',
    terms: 'json',
  }),
  subscription: tableView<'subscription'>('subscriptions', {
    name: 'text',
    url: 'text',
    wording: 'text',
    events: 'json',
    active: 'boolean',
    timeoutMs: 'integer',
    attemptsMax: 'integer',
    batchMax: 'integer',
  }),
  notice: tableView<'notice'>('notices', { event: 'text', data: 'json' }),
  matching_rule: tableView<'matching_rule'>('matching_rules', {
    name: 'text',
    description: 'text',
    criteria: 'json',
  }),
  upload: tableView<'upload'>('uploads', {
    kind: 'text',
    source: 'text',
    status: 'text',
    recordCount: 'integer',
  }),
  reconciliation: tableView<'reconciliation'>('reconciliations', {
    uploadId: 'uuid',
    strategy: 'text',
    grouping: 'text',
    rules: 'json',
    dryRun: 'boolean',
    status: 'text',
    matched: 'integer',
    unmatched: 'integer',
    failure: 'text',
    startedBy: 'text',
    completedAt: 'time',
  }),
  lot: tableView<'lot'>('lots', {
    balanceId: 'uuid',
    provider: 'text',
    identityId: 'uuid',
    aggregateId: 'uuid',
    name: 'text',
    aggregateName: 'text',
  }),
}

/** Balances with their accounts and sums. $2 is the ledger whose assets the whole book shares. */
export const balanceView: View = {
  name: 'balance view',
  from: `balances b
  ${sumsOfBalance('s', 'b.id')}
  ${eachOne('accounts', 'a', 'x.book_id = $1 and x.id = b.account_id')}
  ${sumsOfBalance('d', 'b.companion_id')}
  ${oneOrNone('transactions', 'st', 'x.book_id = $1 and x.id = s.transaction_id')}
  ${oneOrNone('transactions', 'dt', 'x.book_id = $1 and x.id = d.transaction_id')}
  ${oneOrNone('assets', 'own', 'x.book_id = $1 and x.ledger_id = b.ledger_id and x.code = b.asset_code and x.deleted_at is null')}
  ${oneOrNone('assets', 'shared', 'x.book_id = $1 and x.ledger_id = $2 and x.code = b.asset_code and x.deleted_at is null')}`,
  bookSql: 'b.book_id',
  idSql: 'b.id',
  metadataSql: 'a.metadata',
  aliveSql: 'b.deleted_at is null',
  namedAsInTables: true,
  columns: columns({
    bookId: ['integer', 'b.book_id'],
    id: ['uuid', 'b.id'],
    accountId: ['uuid', 'b.account_id'],
    ledgerId: ['uuid', 'b.ledger_id'],
    alias: ['text', 'a.alias'],
    indicator: [
      'text',
      "case when b.internal and a.type = 'lineage' then a.name else a.indicator end",
    ],
    key: ['text', 'b.key'],
    assetCode: ['text', 'b.asset_code'],
    assetScale: ['integer', 'coalesce(own.scale, shared.scale)'],
    accountType: ['text', 'a.type'],
    normalSide: ['text', 'b.normal_side'],
    external: ['boolean', 'a.external'],
    internal: ['boolean', 'b.internal'],
    maySend: ['boolean', 'b.may_send'],
    mayReceive: ['boolean', 'b.may_receive'],
    principalId: ['uuid', 'b.principal_id'],
    companionId: ['uuid', 'b.companion_id'],
    overdraftLimit: ['decimal', 'b.overdraft_limit'],
    drawn: [
      'decimal',
      'case when b.companion_id is not null then d.posted_debits - d.posted_credits + d.pending_debits end',
    ],
    drawnHeld: ['decimal', 'case when b.companion_id is not null then d.pending_debits end'],
    settings: ['json', 'b.settings'],
    lineage: ['text', 'b.lineage'],
    identityId: ['uuid', 'a.identity_id'],
    version: ['integer', 's.version'],
    scale: ['integer', 's.scale'],
    postedDebits: ['decimal', 's.posted_debits'],
    postedCredits: ['decimal', 's.posted_credits'],
    pendingDebits: ['decimal', 's.pending_debits'],
    pendingCredits: ['decimal', 's.pending_credits'],
    accountMetadata: ['json', 'a.metadata'],
    metadata: ['json', 'b.metadata'],
    createdAt: ['time', 'b.created_at'],
    updatedAt: ['time', 'greatest(b.updated_at, st.recorded_at, dt.recorded_at)'],
    deletedAt: ['time', 'b.deleted_at'],
  }),
  derived: columns({
    posted: ['decimal', '(s.posted_credits - s.posted_debits)'],
    pending: ['decimal', '(s.pending_credits - s.pending_debits)'],
    postedUnits: inUnits('(s.posted_credits - s.posted_debits)'),
    postedCreditUnits: inUnits('s.posted_credits'),
    postedDebitUnits: inUnits('s.posted_debits'),
    pendingUnits: inUnits('(s.pending_credits - s.pending_debits)'),
    pendingCreditUnits: inUnits('s.pending_credits'),
    pendingDebitUnits: inUnits('s.pending_debits'),
  }),
}

/** An amount as a whole number of the asset's smallest units. */
function inUnits(sql: string): readonly [ColumnKind, string] {
  return ['decimal', `trunc(${sql} * power(10::numeric, coalesce(shared.scale, s.scale)))`]
}

/** Transactions with what was amended since, the state of their holds, and their reversals. */
export const transactionView: View = {
  name: 'transaction view',
  from: `transactions t
  ${oneOrNone('amendments', 'm', 'x.book_id = $1 and x.id = t.id')}
  ${oneOrNone('holds', 'h', "x.book_id = $1 and x.transaction_id = t.id and t.kind = 'hold'")}
  ${oneOrNone('transactions', 'r', 'x.book_id = $1 and x.reverses_id = t.id')}`,
  bookSql: 't.book_id',
  idSql: 't.id',
  metadataSql: 'coalesce(m.metadata, t.metadata)',
  aliveSql: null,
  found: { entity: 'transaction', table: 'transactions', alias: 't', everyBook: false },
  namedAsInTables: true,
  columns: columns({
    id: ['uuid', 't.id'],
    kind: ['text', 't.kind'],
    status: ['text', 't.status'],
    recordedAt: ['time', 't.recorded_at'],
    effectiveAt: ['time', 't.effective_at'],
    parentId: ['uuid', 't.parent_id'],
    requestId: ['uuid', 't.request_id'],
    reversesId: ['uuid', 't.reverses_id'],
    reference: ['text', 't.reference'],
    assetCode: ['text', 't.asset_code'],
    amount: ['decimal', 't.amount'],
    sourceId: ['uuid', 't.source_id'],
    destinationId: ['uuid', 't.destination_id'],
    description: ['text', 'case when m.id is null then t.description else m.description end'],
    metadata: ['json', 'case when m.id is null then t.metadata else m.metadata end'],
    terms: ['json', 't.terms'],
    plan: ['json', 't.plan'],
    actor: ['text', 't.actor'],
    holdStatus: ['text', 'h.status'],
    holdSettled: ['decimal', 'h.settled'],
    reversalId: ['uuid', 'r.id'],
    amendedAt: ['time', 'm.updated_at'],
  }),
  derived: columns({
    valueAt: ['time', 'coalesce(t.effective_at, t.recorded_at)'],
    route: ['text', "t.terms ->> 'route'"],
    // What the terms say differs from what was recorded: another name for the asset, other units for the amount.
    statedAsset: ['text', "coalesce(t.terms ->> 'currency', t.asset_code)"],
    statedAmount: [
      'decimal',
      `case when t.terms ->> 'scale' is null then t.amount
        else t.amount * power(10::numeric, (t.terms ->> 'scale')::int) / (t.terms ->> 'precision')::numeric end`,
    ],
    precision: ['decimal', "(t.terms ->> 'precision')::numeric"],
    descriptionOrder: [
      'text',
      'left(case when m.id is null then t.description else m.description end, 200)',
    ],
    // Statuses in the order of the words that callers see for them.
    statusOrder: [
      'integer',
      "array_position(array['posted', 'pending', 'noted', 'queued', 'rejected', 'scheduled', 'voided', 'expired'], t.status)",
    ],
  }),
}

/** Entries with the balance and the transaction that they belong to. */
export const entryView: View = {
  name: 'entry view',
  from: `entries e
  ${eachOne('transactions', 't', 'x.book_id = $1 and x.id = e.transaction_id')}
  ${eachOne('balances', 'b', 'x.book_id = $1 and x.id = e.balance_id')}
  ${eachOne('accounts', 'a', 'x.book_id = $1 and x.id = b.account_id')}
  ${oneOrNone('amendments', 'm', "x.book_id = $1 and x.id = (left(e.transaction_id::text, 33) || lpad(to_hex(e.leg + 1), 3, '0'))::uuid")}`,
  bookSql: 'e.book_id',
  idSql: 'e.transaction_id',
  metadataSql: 'm.metadata',
  aliveSql: null,
  namedAsInTables: true,
  columns: columns({
    transactionId: ['uuid', 'e.transaction_id'],
    leg: ['integer', 'e.leg'],
    balanceId: ['uuid', 'e.balance_id'],
    version: ['integer', 'e.version'],
    side: ['text', 'e.side'],
    effect: ['text', 'e.effect'],
    amount: ['decimal', 'e.amount'],
    postedDebits: ['decimal', 'e.posted_debits'],
    postedCredits: ['decimal', 'e.posted_credits'],
    pendingDebits: ['decimal', 'e.pending_debits'],
    pendingCredits: ['decimal', 'e.pending_credits'],
    details: ['json', 'e.details'],
    accountId: ['uuid', 'b.account_id'],
    alias: ['text', 'a.alias'],
    key: ['text', 'b.key'],
    recordedAt: ['time', 't.recorded_at'],
    amendedAt: ['time', 'm.updated_at'],
    amendedDescription: ['text', 'm.description'],
    amendedMetadata: ['json', 'm.metadata'],
  }),
}
