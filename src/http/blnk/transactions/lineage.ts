/** Where money came from: what the lots of a balance have, and what a transaction did to them. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LotRow } from '../../../directory/index.ts'
import { LOTS_MAX, NO_SUMS, type Sums } from '../../../ledger/index.ts'
import { equals, FIRST_PAGE, type TransactionView } from '../../../reports/index.ts'
import { scaleOf, units } from '../balances/translate.ts'
import { answer, type Face, inPath } from '../face.ts'
import { uuidIn, wireId } from '../wire/ids.ts'
import { notFound, Problem } from '../wire/problem.ts'
import { missingTransaction } from './problems.ts'
import { allocationOf, isShadow, readShadowReference } from './provenance.ts'
import { transactionText, unitsOf } from './translate.ts'

export async function balanceLineage(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const id = uuidIn('bln', wire)
  const view = id === null ? null : await face.services.balances.load(face.bookId, id)
  if (view === null) throw notFound('BAL_NOT_FOUND', `Balance with ID '${wire}' not found`)
  if (view.terms.lineage === null)
    throw new Problem(
      'GEN_BAD_REQUEST',
      `balance ${wire} does not have fund lineage tracking enabled`,
    )
  const { store } = face.services.directory
  const lots = await store.list('lot', face.bookId, {
    ...FIRST_PAGE,
    within: [equals('balanceId', view.id)],
    limit: LOTS_MAX,
  })
  const views = await Promise.all(
    lots.map((lot) => face.services.balances.load(face.bookId, lot.id)),
  )
  await face.scales.learn([view.terms.assetCode])
  const scale = scaleOf(view, face.scales)
  const providers = lots.map((lot, index) => providerText(lot, views[index] ?? null, scale))
  const total = views.reduce((sum, one) => sum + (one === null ? 0n : left(one)), 0n)
  const own = lots.findLast((lot) => lot.identityId === view.terms.identityId) ?? lots.at(-1)
  return answer(
    reply,
    200,
    `{"balance_id":"${wire}","total_with_lineage":${units(total, scale)},` +
      `"aggregate_balance_id":"${own === undefined ? '' : wireId('bln', own.aggregateId)}",` +
      `"providers":[${providers.join(',')}]}`,
  )
}

function left({ postedDebits, postedCredits }: Sums): bigint {
  return postedDebits - postedCredits
}

function providerText(lot: LotRow, sums: Sums | null, scale: number): string {
  const { postedDebits, postedCredits } = sums ?? NO_SUMS
  return (
    `{"provider":${JSON.stringify(lot.provider)},"amount":${units(postedDebits, scale)},` +
    `"available":${units(left(sums ?? NO_SUMS), scale)},"spent":${units(postedCredits, scale)},` +
    `"shadow_balance_id":"${wireId('bln', lot.id)}"}`
  )
}

/** A transaction fills and draws on few lots: as many as its balances have at most. */
const SHADOWS_MAX = 1000

export async function transactionLineage(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const id = uuidIn('txn', wire)
  const { transactions } = face.services
  const view = id === null ? null : await transactions.load(face.bookId, id)
  if (view === null) throw missingTransaction(wire)
  await face.scales.learn([view.assetCode])
  const shadows = await shadowsOf(face, view.id)
  const allocation = allocationOf(view, (amount) => unitsOf({ ...view, amount }, face.scales))
  const drawn = allocation?.map(
    ({ provider, amount }) => `{"amount":${amount},"provider":${JSON.stringify(provider)}}`,
  )
  const texts = shadows.map((shadow) => transactionText(shadow, face.scales))
  return answer(
    reply,
    200,
    `{"transaction_id":"${wire}",` +
      (drawn === undefined ? '' : `"fund_allocation":[${drawn.join(',')}],`) +
      `"shadow_transactions":${texts.length === 0 ? 'null' : `[${texts.join(',')}]`}}`,
  )
}

/** The shadow transactions under a transaction, in order. */
function shadowsOf(face: Face, parentId: string): Promise<readonly TransactionView[]> {
  return face.services.reports.listTransactions(face.bookId, {
    ...FIRST_PAGE,
    within: [equals('parentId', parentId), equals('kind', 'lineage')],
    limit: SHADOWS_MAX,
  })
}

/** The shadow transaction that a reference names, if it is the reference of what it shadows with an ending. */
export async function shadowByReference(
  face: Face,
  reference: string,
): Promise<TransactionView | null> {
  for (const { of, type, provider } of readShadowReference(reference)) {
    const parent = await face.services.reports.transactionByReference(face.bookId, of)
    const shadows = parent === null ? [] : await shadowsOf(face, parent.id)
    const found = shadows.find((shadow) => isShadow(shadow, type, provider))
    if (found !== undefined) return found
  }
  return null
}
