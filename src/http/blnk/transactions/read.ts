/** Reading one transaction. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TransactionView } from '../../../reports/index.ts'
import { answer, type Face, inPath } from '../face.ts'
import { uuidIn, wireId } from '../wire/ids.ts'
import { notFound } from '../wire/problem.ts'
import { shadowByReference } from './lineage.ts'
import { missingTransaction } from './problems.ts'
import { termsOf } from './terms.ts'
import { transactionText, type WireShare, wireOf, wireText } from './translate.ts'

export async function readTransaction(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const id = uuidIn('txn', wire)
  if (id === null) throw missingTransaction(wire)
  const view = await face.services.transactions.load(face.bookId, id)
  if (view !== null) {
    await face.scales.learn([view.assetCode])
    return answer(reply, 200, transactionText(view, face.scales))
  }
  const whole = await wholeOfSplit(face, id)
  if (whole === null) throw missingTransaction(wire)
  return answer(reply, 200, whole)
}

export async function readByReference(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const reference = inPath(request, 'reference')
  const { reports } = face.services
  const view = reference.includes('\0')
    ? null
    : ((await reports.transactionByReference(face.bookId, reference)) ??
      (await shadowByReference(face, reference)))
  if (view === null)
    throw notFound('TXN_NOT_FOUND', `Transaction with reference '${reference}' not found`)
  await face.scales.learn([view.assetCode])
  return answer(reply, 200, transactionText(view, face.scales, 'by reference'))
}

/** A split has no row of its own; it is shown as the sum of its parts. */
async function wholeOfSplit(face: Face, id: string): Promise<string | null> {
  const family = await face.services.reports.family(face.bookId, id)
  const parts = family.filter((row) => row.parentId === id && termsOf(row).split !== undefined)
  const [first] = parts
  const split = first === undefined ? undefined : termsOf(first).split
  if (first === undefined || split === undefined) return null
  await face.scales.learn([first.assetCode])
  const wires = parts.map((part) => wireOf(part, face.scales))
  const [wire] = wires
  if (wire === undefined) return null
  const shares: readonly WireShare[] = parts.map((part) => shareOf(part))
  return wireText({
    ...wire,
    units: wires.reduce((sum, one) => sum + one.units, 0n),
    amount: wires.reduce((sum, one) => sum + one.amount, 0),
    id: wireId('txn', id),
    parent: '',
    source: split.side === 'sources' ? '' : wire.source,
    destination: split.side === 'destinations' ? '' : wire.destination,
    reference: wire.reference.replace(/[-_]\d+$/, ''),
    sources: split.side === 'sources' ? shares : null,
    destinations: split.side === 'destinations' ? shares : null,
  })
}

function shareOf(part: TransactionView): WireShare {
  const { identifier = '', distribution = '', precise } = termsOf(part).split ?? {}
  return { identifier, distribution, precise, id: wireId('txn', part.id) }
}
