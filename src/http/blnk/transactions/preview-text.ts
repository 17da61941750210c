/** Previews in Blnk's words: what would be, with all amounts as text in minor units. */
import type { Projected } from '../../../engine/index.ts'
import type { Balance } from '../../../ledger/index.ts'
import type { JsonValue } from '../../exact-json.ts'
import { units } from '../balances/translate.ts'
import { wireId } from '../wire/ids.ts'
import type { Problem } from '../wire/problem.ts'

export type Role = 'source' | 'destination'

/** A balance that a preview shows, and under which name. */
export type Shown = {
  readonly role: Role
  readonly projected: Projected
  readonly scale: number
  readonly currency: string
  /** The indicator that would be made. */
  readonly virtual: string | null
}

/** What a preview is of. */
export type Subject = {
  readonly operation?: string
  readonly reference?: string
  readonly currency: string
  readonly amount: number
  readonly precise_amount: string
  readonly precision: number
}

/** What a preview of something that does not exist says. */
export const NOTHING: Subject = { currency: '', amount: 0, precise_amount: '0', precision: 0 }

export type PreviewBody = { readonly [name: string]: JsonValue }

/** A preview: what would be applied, or why it would not. */
export function previewBody(
  subject: Subject,
  outcome: { readonly status: string } | { readonly problem: Problem; readonly reason?: string },
  balances: readonly Shown[] | null,
  more: { readonly legs?: JsonValue; readonly notes?: readonly string[] } = {},
): PreviewBody {
  const { operation, reference, ...figures } = subject
  const head: PreviewBody =
    'problem' in outcome
      ? { would_apply: false, rejection: rejectionOf(outcome.problem, outcome.reason) }
      : { would_apply: true }
  return {
    dry_run: true,
    ...head,
    ...(operation === undefined ? {} : { operation }),
    ...('status' in outcome ? { status: outcome.status } : {}),
    ...(reference === undefined ? {} : { reference }),
    ...figures,
    balances: balances === null ? null : balances.map(balanceBody),
    ...(more.legs === undefined ? {} : { legs: more.legs }),
    ...(more.notes === undefined ? {} : { notes: more.notes }),
  }
}

function rejectionOf(problem: Problem, reason = reasonOf(problem)): PreviewBody {
  return { code: problem.code, reason, message: problem.message }
}

function reasonOf({ code, message }: Problem): string {
  if (code === 'TXN_INSUFFICIENT_FUNDS') return 'insufficient_funds'
  return message.includes('overdraft limit') ? 'overdraft_limit' : 'other'
}

export function balanceBody({ role, projected, scale, currency, virtual }: Shown): PreviewBody {
  const { before, after } = projected
  return {
    balance_id: virtual ?? wireId('bln', before.id),
    role,
    currency,
    ...(virtual === null ? {} : { virtual: true }),
    ...figuresOf('current', before, scale),
    ...figuresOf('resulting', after, scale),
  }
}

function figuresOf(when: string, balance: Balance, scale: number): PreviewBody {
  const { postedCredits, postedDebits, pendingCredits, pendingDebits } = balance
  return {
    [`${when}_balance`]: units(postedCredits - postedDebits, scale),
    [`${when}_available`]: units(postedCredits - postedDebits - pendingDebits, scale),
    [`${when}_credit_balance`]: units(postedCredits, scale),
    [`${when}_debit_balance`]: units(postedDebits, scale),
    [`${when}_inflight_debit_balance`]: units(pendingDebits, scale),
    [`${when}_inflight_credit_balance`]: units(pendingCredits, scale),
  }
}
