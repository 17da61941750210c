/** Balances as text, in the words of the generation that is asked for. */
import {
  type Amount,
  type Carried,
  type JsonObject,
  type Micros,
  readDecimal,
  type Sums,
} from '../../../ledger/index.ts'
import type { BalanceView } from '../../../reports/index.ts'
import type { Profile } from '../profile.ts'
import {
  decimal,
  decimalsOfStanding,
  digits,
  scaleFor,
  standingOf,
  timeText,
} from '../shown-money.ts'

/** What is shown of a balance: how it stands now, or how it stood. */
type Standing = Sums & {
  readonly version: number
  readonly scale: number
  readonly carried: Carried | null
  readonly settings: JsonObject | null
  readonly updatedAt: Micros
}

export function balanceText(view: BalanceView, organizationId: string, profile: Profile): string {
  return profile === 'seed'
    ? seedText(view, view, organizationId, flagsOf(view), deletedOf(view))
    : laterText(view, view, organizationId, profile, flagsOf(view), deletedOf(view))
}

/** A balance as it stood: without what is true of it now alone. */
export function pastBalanceText(
  view: BalanceView,
  past: Standing,
  organizationId: string,
  profile: Profile,
): string {
  return profile === 'seed'
    ? seedText(view, past, organizationId, '', '')
    : laterText(view, past, organizationId, profile, '', '')
}

function flagsOf({ terms }: BalanceView): string {
  return `"allowSending":${terms.maySend},"allowReceiving":${terms.mayReceive},`
}

function deletedOf({ deletedAt }: BalanceView): string {
  return `,"deletedAt":${deletedAt === null ? 'null' : `"${timeText(deletedAt)}"`}`
}

/** Whose it is and what it is of. */
function identityText({ id, terms }: BalanceView, organizationId: string, key: boolean): string {
  return `"id":"${id}","organizationId":"${organizationId}","ledgerId":"${terms.ledgerId}","accountId":"${
    terms.accountId
  }","alias":${JSON.stringify(terms.alias)},${
    key ? `"key":${JSON.stringify(terms.key)},` : ''
  }"assetCode":${JSON.stringify(terms.assetCode)}`
}

const DEFAULT_KEY = 'default'

/**
 * The sixteen fields of the first generation, in their order. It knew one balance of an account, and no direction; those
 * that it could not tell apart say what they are.
 */
function seedText(
  view: BalanceView,
  at: Standing,
  organizationId: string,
  flags: string,
  deleted: string,
): string {
  const { terms } = view
  const standing = standingOf(at, terms, at.carried, 'seed')
  const scale = scaleFor(terms.assetCode, Math.max(at.scale, decimalsOfStanding(standing)))
  const unusual = terms.normalSide === 'debit' && !terms.external
  return `{${identityText(view, organizationId, terms.key !== DEFAULT_KEY)},"available":${digits(
    standing.available,
    scale,
  )},"onHold":${digits(standing.onHold, scale)},"scale":${scale},"version":${at.version},"accountType":${JSON.stringify(
    terms.accountType,
  )},${flags}${unusual ? '"direction":"debit",' : ''}${
    at.carried === null ? '' : `"overdraftUsed":${digits(standing.overdraftUsed, scale)},`
  }"createdAt":"${timeText(view.createdAt)}","updatedAt":"${timeText(at.updatedAt)}"${deleted}${
    flags === '' ? '' : metadataText(view.metadata)
  }}`
}

function laterText(
  view: BalanceView,
  at: Standing,
  organizationId: string,
  profile: Profile,
  flags: string,
  deleted: string,
): string {
  const { terms } = view
  const now = flags !== ''
  const { available, onHold, overdraftUsed } = standingOf(at, terms, at.carried, profile)
  const settings = terms.internal ? INTERNAL_SETTINGS : at.settings
  return `{${identityText(view, organizationId, true)},"available":${decimal(available)},"onHold":${decimal(
    onHold,
  )},"version":${at.version},"accountType":${JSON.stringify(terms.accountType)},${flags}${
    now ? `"direction":"${terms.normalSide}",` : ''
  }"overdraftUsed":${decimal(overdraftUsed)},${now ? settingsText(settings) : ''}"createdAt":"${timeText(
    view.createdAt,
  )}","updatedAt":"${timeText(at.updatedAt)}"${deleted}${
    now ? metadataText(view.metadata) : ''
  },"position":{"available":${decimal(available - overdraftUsed)},"onHold":${decimal(onHold)}${leftText(
    settings,
    overdraftUsed,
  )}}}`
}

const NOTHING_LEFT = ',"overdraftLimitAvailable":"0"'

/** What may still be drawn: not said where there is no limit. */
function leftText(settings: JsonObject | null, used: Amount): string {
  if (settings?.['allowOverdraft'] !== true) return NOTHING_LEFT
  if (settings['overdraftLimitEnabled'] !== true) return ''
  const limit = readDecimal(String(settings['overdraftLimit']))
  return `,"overdraftLimitAvailable":${decimal(limit - used)}`
}

/** What is agreed about every companion. */
const INTERNAL_SETTINGS: JsonObject = {
  balanceScope: 'internal',
  allowOverdraft: false,
  overdraftLimitEnabled: false,
}

function settingsText(settings: JsonObject | null): string {
  return settings === null ? '' : `"settings":${JSON.stringify(settings)},`
}

function metadataText(metadata: JsonObject | null): string {
  return metadata === null || Object.keys(metadata).length === 0
    ? ''
    : `,"metadata":${JSON.stringify(metadata)}`
}
