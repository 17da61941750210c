import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { Cluster, migrate } from '../../src/storage/index.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URL of a superuser of the test run's PostgreSQL. */
    readonly adminUrl: string
  }
}

/** A database with the schema and nothing else, from which each test file gets its own copy. */
export const TEMPLATE = 'diptych_template'

/** Starts one PostgreSQL for the run and makes the template. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'diptych-test-'))
  // Root lends PostgreSQL an unprivileged user, who must be able to get here.
  await chmod(directory, 0o755)
  const cluster = await Cluster.start(directory)
  const admin = new pg.Client({ connectionString: cluster.urls.owner })
  await admin.connect()
  await admin.query(`create database ${TEMPLATE}`)
  await migrate(withDatabase(cluster.urls.owner, TEMPLATE))
  await admin.end()
  project.provide('adminUrl', cluster.urls.owner)
  return async () => {
    await cluster.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

/** The same URL with another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url.replace('@/', '@socket/'))
  changed.pathname = `/${database}`
  return changed.toString().replace('@socket/', '@/')
}
