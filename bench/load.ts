/**
 * Puts load on a server and counts what comes back: with wrk where it is installed, since it takes the least of the
 * machine for itself, else with autocannon.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

export type Load = {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly connections: number
  readonly seconds: number
  /**
   * The body, with $n for a number that is never the same twice, and $a and $b for two different ids out of `ids`.
   * The path may have $a too. Null for none.
   */
  readonly body: string | null
  readonly ids: readonly string[]
  /** Makes the numbers of this run different from those of other runs. */
  readonly run: string
}

export type Measured = {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Answers that were not 2xx, and requests that got none. */
  readonly failed: number
}

let wrk: boolean | null = null

async function hasWrk(): Promise<boolean> {
  wrk ??= await run('wrk', ['-v'])
    .then(() => true)
    .catch((error: { code?: string }) => error.code !== 'ENOENT')
  return wrk
}

/** The name of the load generator that this machine has. */
export async function generatorName(): Promise<string> {
  return (await hasWrk()) ? 'wrk' : 'autocannon'
}

export async function load(order: Load): Promise<Measured> {
  return (await hasWrk()) ? loadWithWrk(order) : loadWithAutocannon(order)
}

async function loadWithWrk(order: Load): Promise<Measured> {
  const folder = await mkdtemp(path.join(tmpdir(), 'diptych-bench-'))
  const script = path.join(folder, 'load.lua')
  try {
    await writeFile(script, luaScript(order))
    const text = await run('wrk', [
      '-t1',
      `-c${order.connections}`,
      `-d${order.seconds}s`,
      '--timeout',
      '20s',
      '-s',
      script,
      order.url,
    ])
    const line = /^RESULT (.*)$/m.exec(text)?.[1]
    if (line === undefined) throw new Error(`wrk said nothing useful: ${text}`)
    return JSON.parse(line) as Measured
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function luaString(text: string): string {
  return `[==[${text}]==]`
}

function luaScript(order: Load): string {
  const headers = Object.entries(order.headers).map(
    ([name, value]) => `[ ${luaString(name)} ] = ${luaString(value)}`,
  )
  return `
local ids = {${order.ids.map(luaString).join(',')}}
local headers = {${headers.join(',')}}
local body = ${order.body === null ? 'nil' : luaString(order.body)}
local path = ${luaString(order.path)}
local n = 0
math.randomseed(${Date.now() % 1_000_000})
local function fill(text, a, b)
  return (text:gsub('%$([nab])', function(k)
    if k == 'n' then return ${luaString(order.run)} .. n elseif k == 'a' then return a else return b end
  end))
end
request = function()
  n = n + 1
  local a, b = '', ''
  if #ids > 0 then
    local i = math.random(#ids)
    local j = math.random(#ids - (#ids > 1 and 1 or 0))
    if j >= i and #ids > 1 then j = j + 1 end
    a, b = ids[i], ids[j]
  end
  return wrk.format('${order.method}', fill(path, a, b), headers, body and fill(body, a, b) or nil)
end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('RESULT {"perSecond":%.1f,"p50Ms":%.3f,"p99Ms":%.3f,"failed":%d}\\n',
    summary.requests / (summary.duration / 1000000), latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    e.connect + e.read + e.write + e.status + e.timeout))
end
`
}

async function loadWithAutocannon(order: Load): Promise<Measured> {
  const { default: autocannon } = await import('autocannon')
  let n = 0
  const next = () => {
    n += 1
    const i = Math.floor(Math.random() * order.ids.length)
    const j =
      (i + 1 + Math.floor(Math.random() * Math.max(1, order.ids.length - 1))) %
      Math.max(1, order.ids.length)
    const fill = (text: string) =>
      text.replace(/\$([nab])/g, (_, key: string) =>
        key === 'n' ? `${order.run}${n}` : ((key === 'a' ? order.ids[i] : order.ids[j]) ?? ''),
      )
    return { path: fill(order.path), body: order.body === null ? undefined : fill(order.body) }
  }
  const result = await autocannon({
    url: order.url,
    connections: order.connections,
    duration: order.seconds,
    requests: [
      {
        method: order.method,
        headers: { ...order.headers },
        setupRequest: (request: object) => ({ ...request, ...next() }),
      },
    ],
  } as Parameters<typeof autocannon>[0])
  return {
    perSecond: result.requests.average,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failed: result.non2xx + result.errors + result.timeouts,
  }
}

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
    child.on('error', reject)
    child.on('close', () => resolve(text))
  })
}
