/**
 * Measures the ledger against what the machine could do if it only spoke HTTP (E) and if it only wrote the rows (C), all
 * in one run on the same cores: L = 1 / (1/E + 1/C) is what it would do if it did both and nothing else, one after the
 * other. Only ratios travel between machines.
 *
 *   npm run bench -- [--seconds 5] [--rounds 3] [--only blnk,midaz] [--grown 1000000] [--out result.json]
 */
import { writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { measureTwoBooks } from './books.ts'
import type { Rows } from './copy-limit.ts'
import { prepareBlnk, prepareMidaz } from './faces.ts'
import { type Effort, figures } from './figures.ts'
import { measureGrown } from './grown.ts'
import { generatorName } from './load.ts'
import { measureOverload } from './overload.ts'
import { measurePostings } from './postings.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'blnk,queued,midaz,books,overload,grown' },
    connections: { type: 'string', default: '16,64,256,1024' },
    balances: { type: 'string', default: '1000' },
    grown: { type: 'string', default: '1000000' },
    out: { type: 'string' },
  },
})

const effort: Effort = { seconds: Number(options.seconds), rounds: Number(options.rounds) }
const connections = options.connections.split(',').map(Number)
const balances = Number(options.balances)
const blnk = (url: string) => prepareBlnk(url, balances, false)
const queued = (url: string) => prepareBlnk(url, balances, true)
const midaz = (url: string) => prepareMidaz(url, balances)

const blnkRows: Rows = {
  withRequest: false,
  withReference: true,
  description: 'payment for order',
  terms: '{"precision":100}',
  withMetadata: true,
}
const midazRows: Rows = {
  ...blnkRows,
  withReference: false,
  terms: null,
  withMetadata: false,
}

const parts: Readonly<Record<string, () => Promise<void>>> = {
  blnk: () => measurePostings(blnk, blnkRows, connections, effort),
  queued: () =>
    measurePostings(
      queued,
      { ...blnkRows, withRequest: true, terms: '{"precision":100,"queued":true}' },
      connections,
      effort,
    ),
  midaz: () => measurePostings(midaz, midazRows, connections, effort),
  books: () => measureTwoBooks(midaz, effort),
  overload: () => measureOverload(blnk, effort),
  grown: () => measureGrown(midaz, Number(options.grown), effort),
}

const generator = await generatorName()
console.log(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load by ${generator}`)
for (const name of options.only.split(',')) {
  const part = parts[name]
  if (part === undefined) throw new Error(`There is no part ${name}: ${Object.keys(parts)}`)
  await part()
}

if (options.out !== undefined) {
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model,
    memoryGb: Math.round(totalmem() / 2 ** 30),
  }
  const run = { date: new Date().toISOString(), machine, node: process.version, generator }
  await writeFile(options.out, `${JSON.stringify({ ...run, ...effort, figures }, null, 2)}\n`)
}
