/** How often lists were filtered by a name of metadata since the server started, for who asks what its indexes are good for. */
import type { Services } from '../../services.ts'
import type { PageQuery } from './query.ts'

/** Names that are counted; others are found as well, and not counted. */
const NAMES_MAX = 10_000

const counts = new WeakMap<Services, Map<string, number>>()

export function noteUse(services: Services, entity: string, { metadata }: PageQuery): void {
  for (const { field } of metadata) {
    const uses = counts.get(services) ?? new Map<string, number>()
    counts.set(services, uses)
    const name = `${entity} ${field.slice('metadata.'.length)}`
    if (uses.has(name) || uses.size < NAMES_MAX) uses.set(name, (uses.get(name) ?? 0) + 1)
  }
}

export function usesOf(services: Services, entity: string, key: string): number {
  return counts.get(services)?.get(`${entity} ${key}`) ?? 0
}
