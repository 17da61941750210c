/** Fetches a file from a URL: only from hosts that the operator named, and never by way of a redirect. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { Problem } from '../wire/problem.ts'

export type FetchOptions = {
  /** Hosts that may be fetched from, `name` or `name:port`. */
  readonly hosts: readonly string[]
  /** Finds the address of a host, and only one that is permitted. */
  readonly lookup: LookupFunction
  readonly permits: (address: string) => boolean
  readonly idleMs: number
}

/** @throws Problem when the URL may not be fetched from */
export function checkedUrl(text: string, hosts: readonly string[]): URL {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(text))
    throw new Problem('RECON_UPLOAD_URL_INVALID', 'invalid upload URL')
  const url = URL.parse(text)
  if (url === null) throw new Problem('RECON_UPLOAD_URL_INVALID', 'invalid upload URL')
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Problem('RECON_UPLOAD_URL_INVALID', 'upload URL must use http or https')
  if (!hosts.includes(url.hostname) && !hosts.includes(url.host))
    throw new Problem('RECON_UPLOAD_HOST_NOT_ALLOWED', 'upload host not allowed')
  return url
}

/** The bytes behind a URL, as they come. */
export async function fetchFile(url: URL, options: FetchOptions): Promise<AsyncIterable<Buffer>> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // An address is not looked up, so it is checked here.
  if (/^[\d.]+$|:/.test(host) && !options.permits(host))
    throw new Problem('RECON_UPLOAD_HOST_NOT_ALLOWED', 'upload host not allowed')
  const response = await answerFrom(url, options)
  if (response.statusCode === 200) return response
  response.destroy()
  throw failed(`the host answered ${response.statusCode ?? 0}`)
}

function answerFrom(url: URL, { lookup, idleMs }: FetchOptions): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const asked: ClientRequest = send(url, { lookup, timeout: idleMs, agent: false }, resolve)
    asked.on('timeout', () => asked.destroy(new Error('the host is silent')))
    asked.on('error', () => reject(failed('the host cannot be reached')))
    asked.end()
  })
}

function failed(why: string): Problem {
  return new Problem('RECON_UPLOAD_FAILED', `File upload failed: ${why}`)
}
