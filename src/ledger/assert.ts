/** A broken assumption of the program itself: never the caller's fault, never to be answered as one. */
export class Bug extends Error {
  override readonly name = 'Bug'
}

/** Stops everything before anything is written when an assumption does not hold. */
export function assert(condition: boolean, assumption: string): asserts condition {
  if (!condition) throw new Bug(`Assumption broken: ${assumption}`)
}

/** Narrows away `undefined` and `null` where the program knows that a value is there. */
export function known<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Bug(`Assumption broken: ${what} is known`)
  return value
}
