/** Whether lots and their aggregates are what the movements of their balances made of them. */
import type { Findings } from './finding.ts'
import type { BookReader, OddLot } from './port.ts'

const REASONS = {
  aggregate: 'the lots of an aggregate hold together what it holds',
  overdrawn: 'no more is drawn from a lot than was in it',
  movement: 'a movement moves no more from or into lots than it moves',
  hold: 'what a hold set aside of a lot is drawn or given back with it',
} as const satisfies Record<OddLot['fault'], string>

/** To be asked last: where the journal or the rows are wrong, what follows from them tells nothing new. */
export async function checkLots(reader: BookReader, findings: Findings): Promise<void> {
  if (findings.list.length > 0) return
  for await (const { id, fault } of reader.oddLots())
    findings.add('lots', id, ['id', 'balance_id', 'aggregate_id'], { found: id }, REASONS[fault])
}
