/** What is random or free on one of the real servers, and so is not compared. */

export type Dialect = {
  /** Ids: those of the recording and ours stand for each other one to one over a scenario. */
  readonly id: RegExp
  readonly labelOfId: (id: string) => string
  /** Other texts that differ from run to run, and what to call them. */
  readonly masks: readonly (readonly [RegExp, string])[]
  /** Headers that are noted on every answer that has them. */
  readonly headers: readonly string[]
  /** Lists whose order means nothing wherever they stand, by the last word of their path: what to sort them by. */
  readonly unordered: Readonly<Record<string, string>>
  /** Captured values that are no ids, such as cursors, by name. */
  readonly looseCaptures: RegExp
  /** Whether a text may be any text. */
  readonly isFreeText: (path: string, expected: string, failed: boolean, code: string) => boolean
  /** Whether what stands there is internal to the real server, so that we may leave it out. */
  readonly isInternal: (path: string, expected: unknown) => boolean
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const HASH: readonly [RegExp, string] = [/\b[0-9a-f]{64}\b/g, '<hash>']

const isEmptyOrDriverError = (value: unknown) =>
  typeof value === 'object' &&
  value !== null &&
  (Object.keys(value).length === 0 || 'Severity' in value)

export const blnk: Dialect = {
  id: new RegExp(
    `(?<![a-zA-Z0-9])(?:ldg|bln|txn|idt|acc|mon|bulk|recon|upload|instant|rule|hook|api_key|act|ref|loc)_${UUID}(?=$|[^0-9a-f])`,
    'g',
  ),
  labelOfId: (id) => `<${id.slice(0, id.lastIndexOf('_'))}>`,
  masks: [
    [/idt_[0-9a-f]{4}(?=_|$|[^0-9a-f-])/g, '<short identity>'],
    HASH,
    [/FPT:[^:"]*:[A-Za-z0-9+/=]+/g, '<token>'],
    [new RegExp(`\\b${UUID}\\b`, 'g'), '<uuid>'],
  ],
  headers: [],
  unordered: {},
  looseCaptures: /^$/,
  // Nobody switches on the wording of Go's decoder; the status and the code count.
  isFreeText: (path, _expected, _failed, code) =>
    code === 'GEN_MALFORMED_REQUEST' && /^(error|errors|error_detail\.message)$/.test(path),
  isInternal: (path, expected) => /(^|\.)details$/.test(path) && isEmptyOrDriverError(expected),
}

export const midaz: Dialect = {
  id: new RegExp(`(?<![0-9a-zA-Z])${UUID}(?![0-9a-zA-Z])`, 'gi'),
  labelOfId: () => '<uuid>',
  masks: [HASH],
  headers: [
    'x-idempotency-replayed',
    'x-total-count',
    'x-cache-hit',
    'allow',
    'deprecation',
    'sunset',
    'link',
  ],
  unordered: {
    operations: 'accountAlias,balanceKey,type,direction,amount.value,balance.version',
    source: '',
    destination: '',
    operationRoutes: 'title,operationType',
  },
  looseCaptures: /CUR/,
  // The recording leaves out the real server's sentences; ours are our own. Cursors are opaque.
  isFreeText: (path, expected, failed) =>
    expected === '*' ||
    (expected !== '' && /(^|\.)(next|prev)_cursor$/.test(path)) ||
    (failed && (path === 'message' || path.startsWith('fields.'))),
  isInternal: () => false,
}
