/**
 * Finds which of many texts overlap with a given one, without comparing it with all of them.
 *
 * When one text contains another, it contains every run of GRAM characters of it. So each text is filed under its rarest
 * run, to find the texts that a longer one contains, and under every run, to find those that contain a shorter one. Texts
 * shorter than a run are filed by themselves. Runs are filed by hash: what is found may overlap, nothing else does.
 */

const GRAM = 4
const BUCKETS_MIN = 2 ** 8
const BUCKETS_MAX = 2 ** 20

/** Numbers filed under hashes, in two flat arrays: where each bucket begins, and what is in it. */
type File = {
  readonly buckets: number
  readonly starts: Int32Array
  readonly items: Int32Array
}

export type TextIndex = {
  readonly texts: readonly string[]
  /** The row that each text belongs to. */
  readonly rows: Int32Array
  /** Texts by each of their runs. */
  readonly byAny: File
  /** Texts by the rarest of their runs. */
  readonly byRarest: File
  /** Texts shorter than a run, in the order of `texts`. */
  readonly short: ReadonlyMap<string, readonly number[]>
}

/** Files the texts of rows; a row may have several, or none. */
export function indexTexts(textsOfRows: readonly (readonly string[])[]): TextIndex {
  const texts: string[] = []
  const rowOf: number[] = []
  const short = new Map<string, number[]>()
  textsOfRows.forEach((ofRow, row) => {
    for (const text of ofRow) {
      if (text === '') continue
      if (text.length < GRAM) append(short, text, texts.length)
      texts.push(text)
      rowOf.push(row)
    }
  })
  const buckets = bucketsFor(texts)
  const byAny = fileUnder(buckets, texts, (text) => hashesOf(text, buckets))
  const byRarest = fileUnder(buckets, texts, (text) =>
    text.length < GRAM ? [] : [rarest(byAny, text)],
  )
  return { texts, rows: Int32Array.from(rowOf), byAny, byRarest, short }
}

/**
 * Rows of which a text may overlap with the given one, some of them more than once; null when there is no telling without
 * looking at all of them.
 */
export function rowsThatMayOverlap(index: TextIndex, text: string): readonly number[] | null {
  if (text.length < GRAM) return null
  const found: number[] = []
  const { rows, byRarest, byAny, short } = index
  for (const hash of new Set(hashesOf(text, byAny.buckets)))
    for (const item of inBucket(byRarest, hash)) found.push(rows[item] ?? 0)
  for (const item of inBucket(byAny, rarest(byAny, text))) found.push(rows[item] ?? 0)
  if (short.size > 0)
    for (const part of partsShorterThanGram(text))
      for (const item of short.get(part) ?? []) found.push(rows[item] ?? 0)
  return found
}

function append(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

/** About as many as there are characters. */
function bucketsFor(texts: readonly string[]): number {
  const characters = texts.reduce((sum, text) => sum + text.length, 0)
  let buckets = BUCKETS_MIN
  while (buckets < characters && buckets < BUCKETS_MAX) buckets *= 2
  return buckets
}

function hashesOf(text: string, buckets: number): readonly number[] {
  const hashes: number[] = []
  for (let start = 0; start + GRAM <= text.length; start += 1)
    hashes.push(hashAt(text, start, buckets))
  return hashes
}

function hashAt(text: string, start: number, buckets: number): number {
  let hash = 0x811c9dc5
  for (let index = start; index < start + GRAM; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return (hash ^ (hash >>> 16)) & (buckets - 1)
}

function fileUnder(
  buckets: number,
  texts: readonly string[],
  hashes: (text: string) => readonly number[],
): File {
  const starts = new Int32Array(buckets + 1)
  for (const text of texts)
    for (const hash of hashes(text)) starts[hash + 1] = (starts[hash + 1] ?? 0) + 1
  for (let bucket = 0; bucket < buckets; bucket += 1)
    starts[bucket + 1] = (starts[bucket + 1] ?? 0) + (starts[bucket] ?? 0)
  const items = new Int32Array(starts[buckets] ?? 0)
  const next = starts.slice()
  texts.forEach((text, item) => {
    for (const hash of hashes(text)) {
      const place = next[hash] ?? 0
      items[place] = item
      next[hash] = place + 1
    }
  })
  return { buckets, starts, items }
}

function inBucket({ starts, items }: File, hash: number): Int32Array {
  return items.subarray(starts[hash], starts[hash + 1])
}

function rarest({ buckets, starts }: File, text: string): number {
  let best = 0
  let fewest = Number.POSITIVE_INFINITY
  for (let start = 0; start + GRAM <= text.length; start += 1) {
    const hash = hashAt(text, start, buckets)
    const count = (starts[hash + 1] ?? 0) - (starts[hash] ?? 0)
    if (count < fewest) [best, fewest] = [hash, count]
  }
  return best
}

function partsShorterThanGram(text: string): ReadonlySet<string> {
  const parts = new Set<string>()
  for (let start = 0; start < text.length; start += 1)
    for (let length = 1; length < GRAM && start + length <= text.length; length += 1)
      parts.add(text.slice(start, start + length))
  return parts
}
