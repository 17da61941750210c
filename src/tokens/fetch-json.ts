/** Fetches a JSON object from an issuer, within a time and a size. */

export type FetchLimits = {
  readonly fetchMs: number
  /** Bytes of a document. */
  readonly documentMax: number
}

/** @throws Error when there is none to be had */
export async function fetchJson(
  url: string,
  { fetchMs, documentMax }: FetchLimits,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    // Keys come from where the settings say, and from nowhere else.
    redirect: 'error',
    signal: AbortSignal.timeout(fetchMs),
  })
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`${url} answers with ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > documentMax) throw new Error(`${url} is longer than ${documentMax} bytes`)
    chunks.push(chunk)
  }
  const read: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  if (read === null || typeof read !== 'object' || Array.isArray(read))
    throw new Error(`${url} is no JSON object`)
  return read as Record<string, unknown>
}
