/** What a pure rule answers: the outcome, or the reason why the caller is turned down. */
export type Decision<Outcome, Reason> =
  | { readonly accepted: true; readonly outcome: Outcome }
  | { readonly accepted: false; readonly refusal: Reason }

export function accept<Outcome>(outcome: Outcome): {
  readonly accepted: true
  readonly outcome: Outcome
} {
  return { accepted: true, outcome }
}

export function refuse<Reason>(refusal: Reason): {
  readonly accepted: false
  readonly refusal: Reason
} {
  return { accepted: false, refusal }
}
