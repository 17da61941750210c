/** Comparing texts that two sides wrote for the same thing. */

/** Characters of a text that count. */
export const TEXT_MAX = 1024

/** A text as it is compared: upper and lower case alike, no spaces around it. */
export function comparable(text: string): string {
  return text.slice(0, TEXT_MAX).normalize('NFC').toLowerCase().trim()
}

/** Whether one of two comparable texts contains the other. An empty text says nothing, so nothing contains it. */
export function overlaps(one: string, other: string): boolean {
  if (one === '' || other === '') return false
  return one.length < other.length ? other.includes(one) : one.includes(other)
}

/**
 * Whether two comparable texts differ by at most so many characters that were left out or put in. A character replaced
 * by another counts twice.
 */
export function differByAtMost(one: string, other: string, most: number): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one]
  if (long.length - short.length > most) return false
  if (one === other) return true
  // Row by row, the longest text that both have in common in order; only cells near the diagonal can matter.
  const width = short.length + 1
  let above = new Int32Array(width)
  let row = new Int32Array(width)
  for (let y = 1; y <= long.length; y += 1) {
    const from = Math.max(1, y - most)
    const to = Math.min(short.length, y + most)
    row[from - 1] = above[from - 1] ?? 0
    for (let x = from; x <= to; x += 1) {
      const kept = Math.max(above[x] ?? 0, row[x - 1] ?? 0)
      row[x] =
        long.charCodeAt(y - 1) === short.charCodeAt(x - 1)
          ? Math.max(kept, (above[x - 1] ?? 0) + 1)
          : kept
    }
    if (to < short.length) row[to + 1] = row[to] ?? 0
    ;[above, row] = [row, above]
  }
  return one.length + other.length - 2 * (above[short.length] ?? 0) <= most
}
