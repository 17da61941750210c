/** Words that were probably meant by one that is not there. */

/** Characters from which one mistake, and from which two are forgiven. */
const ONE_MISTAKE_MIN = 4
const TWO_MISTAKES_MIN = 7

/** How many mistakes are forgiven in a word. */
export function mistakesIn(word: string, most: number): number {
  const forgiven = word.length < ONE_MISTAKE_MIN ? 0 : word.length < TWO_MISTAKES_MIN ? 1 : 2
  return Math.min(forgiven, most)
}

/** Whether one word becomes the other by so many characters changed, left out, put in, or swapped with the next. */
export function isWithinMistakes(one: string, other: string, most: number): boolean {
  if (Math.abs(one.length - other.length) > most) return false
  let before: readonly number[] = []
  let above = Array.from({ length: other.length + 1 }, (_, x) => x)
  for (let y = 1; y <= one.length; y += 1) {
    const row = [y]
    for (let x = 1; x <= other.length; x += 1) {
      const same = one[y - 1] === other[x - 1]
      const swapped = y > 1 && x > 1 && one[y - 1] === other[x - 2] && one[y - 2] === other[x - 1]
      row.push(
        Math.min(
          (above[x - 1] ?? 0) + (same ? 0 : 1),
          (above[x] ?? 0) + 1,
          (row[x - 1] ?? 0) + 1,
          swapped ? (before[x - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    before = above
    above = row
  }
  return (above[other.length] ?? 0) <= most
}
