/** A script as it comes in: as a file of a form, as text, or in JSON. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { checkBody, type Shape } from '../../body/check.ts'
import { isFields } from '../../body/findings.ts'
import { readJson } from '../../body/read.ts'
import { type Problem, refuse } from '../../problem.ts'
import { type GivenTransaction, transactionCreate } from '../schema.ts'
import { dslLimits } from './limits.ts'
import { parseScript } from './parse.ts'
import { ScriptFault } from './tokens.ts'
import { bodyOfScript } from './translate.ts'

/** The name of the file, or of the text in JSON. */
export const SCRIPT_PART = 'dsl'
const EXTENSION = '.gold'

/** The real server says with every answer until when it takes scripts. */
export function tellSunset(request: FastifyRequest, reply: FastifyReply): void {
  const successor = request.url.replace(/\/dsl\/?(?:\?.*)?$/, '/json')
  reply.header('deprecation', 'true')
  reply.header('sunset', 'Sat, 01 Aug 2026 00:00:00 GMT')
  reply.header('link', `<${successor}>; rel="successor-version"`)
}

/**
 * The transaction that a script asks for, checked like one of the JSON route.
 *
 * @throws Refused
 */
export async function receivedTransaction(request: FastifyRequest): Promise<GivenTransaction> {
  const { profile } = request.midaz
  const bytes = request.body instanceof Buffer ? request.body : Buffer.alloc(0)
  if (bytes.length > dslLimits.bytesMax)
    refuse({
      code: '0143',
      detail: `A script has at most ${dslLimits.bytesMax} bytes.`,
      entity: 'request',
    })
  const type = (request.headers['content-type'] ?? '').toLowerCase()
  const isForm = type.startsWith('multipart/form-data')
  // The third generation takes files alone.
  if (!isForm && profile === 'v3') refuse(noFile)
  const json = type.startsWith('application/json') ? readJson(bytes) : null
  const inJson = isFields(json) && typeof json[SCRIPT_PART] === 'string' ? json[SCRIPT_PART] : null
  const body =
    isFields(json) && inJson === null
      ? json
      : bodyOfScript(
          read(inJson ?? (isForm ? await fileOf(request, bytes) : textOf(bytes))),
          profile,
        )
  const problem = checkBody(transactionCreate as Shape, body, profile)
  if (problem !== null) refuse(problem)
  return body as unknown as GivenTransaction
}

const noFile: Problem = {
  code: '0048',
  detail: `The script comes as the file "${SCRIPT_PART}" of a form, with ${EXTENSION} in its name.`,
}

async function fileOf(request: FastifyRequest, bytes: Buffer): Promise<string> {
  const file = await formOf(request.headers['content-type'] ?? '', bytes)
  if (!(file instanceof File) || !file.name.includes(EXTENSION)) refuse(noFile)
  return textOf(Buffer.from(await file.arrayBuffer()))
}

/** What a form has under the name of the script; nothing when it is no form. */
async function formOf(type: string, bytes: Buffer): Promise<unknown> {
  try {
    const form = await new Response(new Uint8Array(bytes), {
      headers: { 'content-type': type },
    }).formData()
    return form.get(SCRIPT_PART)
  } catch {
    return null
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

function textOf(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    return refuse({ code: '0048', detail: 'The script is not UTF-8.' })
  }
}

function read(text: string) {
  if (text.trim() === '') refuse({ code: '0049', detail: 'The script is empty.' })
  try {
    return parseScript(text)
  } catch (error) {
    if (!(error instanceof ScriptFault)) throw error
    const { line, column, message } = error
    return refuse({
      code: '0048',
      detail: `The script cannot be read. ${message}.`,
      errors: [{ path: `${SCRIPT_PART}:${line}:${column}`, message }],
    })
  }
}
