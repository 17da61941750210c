/** Proofs that one hash is among those that a root was made of: the hashes beside it, level by level. */
import { ARITY, type Hash, levelAbove } from './chain.ts'

/** One level of a proof: what stands beside the hash under the same node, and where the hash itself stands. */
export type PathStep = { readonly position: number; readonly siblings: readonly string[] }

/** The way from one of the leaves up to the root of all. */
export function pathTo(leaves: readonly string[], index: number, hash: Hash): readonly PathStep[] {
  const path: PathStep[] = []
  let level = leaves
  let at = index
  do {
    const start = at - (at % ARITY)
    const group = level.slice(start, start + ARITY)
    const position = at - start
    path.push({ position, siblings: group.filter((_, place) => place !== position) })
    level = levelAbove(level, hash)
    at = start / ARITY
  } while (level.length > 1)
  return path
}

/** The root that a leaf and its path come to. */
export function rootAlong(leaf: string, path: readonly PathStep[], hash: Hash): string {
  let below = leaf
  for (const { position, siblings } of path) {
    const [above = ''] = levelAbove(siblings.toSpliced(position, 0, below), hash)
    below = above
  }
  return below
}
