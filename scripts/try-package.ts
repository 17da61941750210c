/**
 * Packs the package as it would be published, installs it into empty folders with the oldest and the newest Node that it
 * is for, without install scripts, and starts it there.
 */
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const NODES = ['22', '24']

/** What a tarball of ours has at its top. */
const CONTENT = ['LICENSE', 'README.md', 'bin', 'dist', 'package.json', 'sql']

function run(command: string, args: readonly string[], cwd: string, env = process.env): string {
  return execFileSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

function pack(folder: string): string {
  // What a publication does before it packs; apart from it, so that what it says is not taken for the list of files.
  execFileSync('npm', ['run', 'prepack'], { cwd: ROOT, stdio: 'inherit' })
  const listed = run(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
    ROOT,
  )
  const [packed] = JSON.parse(listed) as { filename: string; files: { path: string }[] }[]
  if (packed === undefined) throw new Error('npm packed nothing')
  const top = new Set(packed.files.map((file) => file.path.split('/')[0]))
  const strange = [...top].filter((name) => !CONTENT.includes(name ?? ''))
  const lacking = CONTENT.filter((name) => !top.has(name))
  const tests = packed.files.filter((file) => file.path.includes('.test.'))
  if (strange.length + lacking.length + tests.length > 0)
    throw new Error(`The package lacks ${lacking}, and has ${strange} and ${tests.length} tests`)
  return path.join(folder, packed.filename)
}

function install(folder: string, tarball: string, node: string): void {
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }')
  const platform = `node-${process.platform}-${process.arch}`
  run('npm', ['install', '--ignore-scripts', tarball], folder)
  const own = readdirSync(path.join(folder, 'node_modules')).filter((name) =>
    name.startsWith('node-'),
  )
  if (own.includes(platform)) throw new Error('The package brings a Node along')
  run('npm', ['install', '--ignore-scripts', `${platform}@${node}`], folder)
}

/** Starts the installed program, asks whether it is ready, verifies its books and stops it. */
async function tryIn(folder: string): Promise<string> {
  const bin = path.join(folder, 'node_modules/.bin')
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` }
  const version = run('node', ['--version'], folder, env).trim()
  const server = spawn('npx', ['diptych', 'serve', '--port', '0'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let said = ''
      server.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        const found = /listens on (\S+)/.exec(said)?.[1]
        if (found !== undefined) resolve(found)
      })
      server.on('exit', () => reject(new Error('The server ended before it listened')))
    })
    const ready = await fetch(`${url}/readyz`)
    if (ready.status !== 200) throw new Error(`The server is not ready: ${ready.status}`)
    run('npx', ['diptych', 'verify'], folder, env)
    return version
  } finally {
    const ended = new Promise((resolve) => server.on('exit', resolve))
    // The whole group, as Ctrl-C does: npx does not always pass on what it alone is sent.
    if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid, 'SIGINT')
    if (server.exitCode === null) await ended
    await untilStopped(folder)
  }
}

async function untilStopped(folder: string): Promise<void> {
  const pidFile = path.join(folder, 'diptych-data/postgres/postmaster.pid')
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      readFileSync(pidFile)
    } catch {
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('PostgreSQL outlived its server')
}

const folder = mkdtempSync(path.join(tmpdir(), 'diptych-package-'))
chmodSync(folder, 0o755)
try {
  const tarball = pack(folder)
  for (const node of NODES) {
    const place = path.join(folder, `node-${node}`)
    install(place, tarball, node)
    console.log(`The package runs on ${await tryIn(place)}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
