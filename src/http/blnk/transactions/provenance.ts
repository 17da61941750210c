/** Where money came from, in Blnk's words: the tag that says it, and the shadow transactions that move it along. */
import {
  type JsonObject,
  type LineageStrategy,
  PROVIDER_MAX,
  readDecimal,
  type Transaction,
} from '../../../ledger/index.ts'
import { wireId } from '../wire/ids.ts'

/** Under this key of its metadata a transaction says who the money came from. */
const PROVIDER_TAG = 'BLNK_LINEAGE_PROVIDER'

/** Under this key a transaction shows what it drew from each provider. */
const ALLOCATION = 'BLNK_FUND_ALLOCATION'

/** What is wrong with the tag, or null. What is no text is no tag. */
export function faultOfTag(
  metadata: { readonly [key: string]: unknown } | undefined,
): string | null {
  const tag = metadata?.[PROVIDER_TAG]
  return typeof tag === 'string' && tag.length > PROVIDER_MAX
    ? `the length of ${PROVIDER_TAG} must be no more than ${PROVIDER_MAX}`
    : null
}

/** The provider that the metadata names. */
export function providerIn(metadata: JsonObject | null): string | null {
  const tag = metadata?.[PROVIDER_TAG]
  return typeof tag === 'string' && tag !== '' && tag.length <= PROVIDER_MAX ? tag : null
}

/** What the ledger keeps of a shadow transaction. */
type Step = {
  readonly type: 'release' | 'receive' | 'credit'
  readonly provider: string
  readonly balanceId: string
  readonly identityId: string
  readonly strategy: LineageStrategy | null
  readonly giverId: string | null
  /** The reference of what it shadows. */
  readonly of: string | null
}

const WORDS = {
  credit: { infix: 'shadow', description: (provider: string) => `Shadow credit from ${provider}` },
  receive: { infix: 'receive', description: (provider: string) => `Receive ${provider} funds` },
  release: { infix: 'release', description: (provider: string) => `Release ${provider} funds` },
} as const satisfies Record<Step['type'], unknown>

/** What is peculiar to a shadow transaction; null for every other. */
export function shadowOf({ kind, id, parentId, terms }: Transaction): {
  readonly reference: string
  readonly description: string
  readonly metadata: JsonObject
} | null {
  if (kind !== 'lineage') return null
  const { type, provider, balanceId, identityId, strategy, giverId, of } = (
    terms as unknown as { readonly step: Step }
  ).step
  const { infix, description } = WORDS[type]
  return {
    reference: of === null ? wireId('ref', id) : `${of}_${infix}_${provider}`,
    description: description(provider),
    metadata: {
      _shadow_for: parentId === null ? '' : wireId('txn', parentId),
      _provider: provider,
      _lineage_type: type,
      _main_balance: wireId('bln', balanceId),
      ...(type === 'credit'
        ? { _identity_id: wireId('idt', identityId), allow_overdraft: true }
        : {}),
      ...(strategy === null ? {} : { _allocation: strategy.toUpperCase() }),
      ...(giverId === null ? {} : { _from_balance: wireId('bln', giverId) }),
    },
  }
}

/** Which shadow transaction a reference may mean: its name begins with that of what it shadows. */
export function readShadowReference(
  reference: string,
): readonly { readonly of: string; readonly type: Step['type']; readonly provider: string }[] {
  const readings: { of: string; type: Step['type']; provider: string }[] = []
  for (const [type, { infix }] of Object.entries(WORDS))
    for (let at = reference.indexOf(`_${infix}_`); at !== -1; ) {
      const provider = reference.slice(at + infix.length + 2)
      if (provider !== '' && provider.length <= PROVIDER_MAX)
        readings.push({ of: reference.slice(0, at), type: type as Step['type'], provider })
      at = reference.indexOf(`_${infix}_`, at + 1)
    }
  return readings
}

/** Whether it is the shadow transaction that a reference was read as. */
export function isShadow({ terms }: Transaction, type: string, provider: string): boolean {
  const step = (terms as unknown as { readonly step: Step } | null)?.step
  return step?.type === type && step.provider === provider
}

/** What a transaction drew from each provider, in minor units; null when it drew on no lot. */
export function allocationOf(
  { terms }: Pick<Transaction, 'terms'>,
  unitsOf: (amount: bigint) => bigint,
): readonly { readonly provider: string; readonly amount: bigint }[] | null {
  const drawn = (
    terms as { readonly drawn?: readonly { provider: string; amount: string }[] } | null
  )?.drawn
  if (drawn === undefined) return null
  return drawn.map(({ provider, amount }) => ({ provider, amount: unitsOf(readDecimal(amount)) }))
}

/** As metadata, where whole numbers beyond what a number holds exactly become floats, as they do in Blnk. */
export function allocationMetadata(
  allocation: readonly { readonly provider: string; readonly amount: bigint }[] | null,
): JsonObject {
  if (allocation === null) return {}
  return {
    [ALLOCATION]: allocation.map(({ provider, amount }) => ({ amount: Number(amount), provider })),
  }
}
