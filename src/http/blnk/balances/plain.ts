/** What every account of Blnk's face has in common. */
export const PLAIN_ACCOUNT = {
  statusCode: 'ACTIVE',
  statusDescription: null,
  name: null,
  alias: null,
  external: false,
  parentId: null,
  portfolioId: null,
  segmentId: null,
  entityId: null,
  blocked: false,
} as const

export const ACCOUNT_TYPE = 'deposit'
export const INDICATOR_TYPE = 'indicator'
