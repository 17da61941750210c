/** Uploads: a file in a form, or a URL to fetch one from. */
import type {} from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Upload } from '../../../directory/index.ts'
import { answer, type Face } from '../face.ts'
import { actorOf } from '../wire/authentication.ts'
import { Problem } from '../wire/problem.ts'
import { recordsOfCsv } from './csv.ts'
import { UploadFault, UploadTooLarge, uploadProblem } from './faults.ts'
import { checkedUrl, fetchFile } from './fetch.ts'
import { recordsOfJson } from './json.ts'
import { keepUpload } from './keep.ts'
import { sniffed, textOf } from './text.ts'
import { uploadBody } from './translate.ts'

const noFile = () => new Problem('RECON_UPLOAD_FAILED', 'File upload failed')

export async function receive(
  face: Face,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  try {
    refuseAnnounced(face, request)
    const upload = request.isMultipart()
      ? await fromForm(face, request)
      : await fromUrl(face, request)
    return answer(reply, 200, uploadBody(upload))
  } catch (error) {
    // What is still coming in is not waited for.
    if (!request.raw.complete) reply.header('connection', 'close')
    throw uploadProblem(error)
  }
}

/** Bytes of a form around its file. */
const FORM_MAX = 1024 * 1024

/** A client that says how much it will send need not send it to be told that it is too much. */
function refuseAnnounced(face: Face, { headers }: FastifyRequest): void {
  const { uploadMax } = face.services.reconciliation.limits
  if (Number(headers['content-length'] ?? 0) > uploadMax + FORM_MAX) throw new UploadTooLarge()
}

/** The name of the source may come before the file or behind it. */
async function fromForm(face: Face, request: FastifyRequest): Promise<Upload> {
  const fields = new Map<string, string>()
  const parts = request.parts()
  const nextFile = async () => {
    for (;;) {
      const { value: part } = await parts.next()
      if (part === undefined) return null
      if (part.type === 'field') fields.set(part.fieldname, String(part.value))
      else if (part.fieldname === 'file') return part.file
      else part.file.resume()
    }
  }
  const file = await nextFile()
  if (file !== null)
    return keepFile(face, request, 'file', file, async () => {
      const another = await nextFile()
      if (another !== null) throw new UploadFault('there is more than one file')
      return fields.get('source') ?? ''
    })
  const url = fields.get('url')
  if (url === undefined) throw noFile()
  return keepFetched(face, request, url, fields.get('source') ?? '')
}

async function fromUrl(face: Face, request: FastifyRequest): Promise<Upload> {
  const { url, source } = (request.body ?? {}) as { url?: unknown; source?: unknown }
  if (typeof url !== 'string' || url === '') throw noFile()
  return keepFetched(face, request, url, typeof source === 'string' ? source : '')
}

async function keepFetched(
  face: Face,
  request: FastifyRequest,
  text: string,
  source: string,
): Promise<Upload> {
  const { destinations } = face.services.outgoing
  const { uploadHosts, limits } = face.services.reconciliation
  const url = checkedUrl(text, uploadHosts)
  const bytes = await fetchFile(url, {
    hosts: uploadHosts,
    lookup: destinations.lookup,
    permits: (address) => destinations.permits(address),
    idleMs: limits.uploadIdleMs,
  })
  return keepFile(face, request, 'url', bytes, async () => source)
}

async function keepFile(
  face: Face,
  request: FastifyRequest,
  kind: Upload['kind'],
  bytes: AsyncIterable<Buffer>,
  source: () => Promise<string>,
): Promise<Upload> {
  const { uploadMax } = face.services.reconciliation.limits
  const file = await sniffed(textOf(bytes, uploadMax))
  const records = file.kind === 'json' ? recordsOfJson(file.pieces) : recordsOfCsv(file.pieces)
  return keepUpload(
    face,
    { kind, records, source: async () => plainSource(await source()) },
    actorOf(request),
  )
}

const SOURCE_MAX = 1000

function plainSource(text: string): string {
  if (text.length > SOURCE_MAX) throw new UploadFault('the name of the source is too long')
  if (text.includes('\0')) throw new UploadFault('the name of the source is not text')
  return text.toWellFormed()
}

/**
 * Lets uploads take longer than other requests may: while there is one, the server waits longer for whole requests. One
 * that brings nothing for a while is cut off all the same, until all of it has come: what is done with it then takes its time.
 */
export function allowTime(server: FastifyInstance, face: Face) {
  const { uploadMs, uploadIdleMs } = face.services.reconciliation.limits
  const usual = server.server.requestTimeout
  let uploads = 0
  return (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    uploads += 1
    server.server.requestTimeout = uploadMs
    const { socket } = request.raw
    socket.setTimeout(uploadIdleMs)
    request.raw.once('end', () => socket.setTimeout(0))
    reply.raw.once('close', () => {
      uploads -= 1
      if (uploads === 0) server.server.requestTimeout = usual
    })
    done()
  }
}
