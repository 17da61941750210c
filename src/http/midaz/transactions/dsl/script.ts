/** A transaction as a script says it: what stands in the text, and nothing that it means. */

/** `1000|2`: a whole number and, behind the bar, another one. Both as they are written. */
export type ScriptNumber = { readonly digits: string; readonly scale: string }

export type ScriptMetadata = readonly (readonly [name: string, value: string])[]

export type ScriptShare =
  | { readonly kind: 'amount'; readonly asset: string; readonly value: ScriptNumber }
  | { readonly kind: 'share'; readonly percent: string; readonly of: string | null }
  | { readonly kind: 'remaining' }

export type ScriptRate = {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly value: ScriptNumber
}

export type ScriptEntry = {
  readonly account: string
  readonly share: ScriptShare
  readonly rate: ScriptRate | null
  readonly description: string | null
  readonly chartOfAccounts: string | null
  readonly metadata: ScriptMetadata | null
}

export type ScriptSide = { readonly remaining: boolean; readonly entries: readonly ScriptEntry[] }

export type Script = {
  readonly kind: 'transaction' | 'transaction-template'
  readonly group: string
  readonly description: string | null
  readonly code: string | null
  readonly pending: boolean | null
  readonly metadata: ScriptMetadata | null
  readonly asset: string
  readonly value: ScriptNumber
  readonly source: ScriptSide
  readonly distribute: ScriptSide
}
