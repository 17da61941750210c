/** Wires evidence: checkpoints that are signed while the server runs, and what receipts are made of. */
import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import { type Config, ConfigError } from './config.ts'
import { Publisher, type Signer, signerOf, UnfitKey } from './evidence/index.ts'
import type { EvidenceServices } from './http/index.ts'
import type { Hash, Micros } from './ledger/index.ts'
import { publisherLimits } from './limits.ts'
import { type Connections, PostgresEvidenceStore } from './storage/index.ts'
import type { Metrics } from './telemetry/index.ts'

/**
 * The signer of the settings, or null when they name no key.
 *
 * @throws ConfigError when the file is not there or holds no such key
 */
export function signerOfSettings({ signingKey }: Pick<Config, 'signingKey'>): Signer | null {
  if (signingKey === null) return null
  try {
    return signerOf(readFileSync(signingKey, 'utf8'))
  } catch (error) {
    const reason = error instanceof UnfitKey ? error.message : (error as Error).message
    throw new ConfigError(`--signing-key: ${signingKey} ${reason}`, { cause: error })
  }
}

export type AttestingParts = {
  readonly connections: Connections
  readonly config: Pick<Config, 'signingKey' | 'checkpointSeconds'>
  readonly around: { readonly hash: Hash; readonly now: () => Micros }
  readonly metrics: Metrics
  readonly log: Logger
}

export class Attesting {
  readonly services: EvidenceServices
  readonly #publisher: Publisher | null

  constructor({ connections, config, around, metrics, log }: AttestingParts) {
    const store = new PostgresEvidenceStore(connections)
    this.services = { store, hash: around.hash }
    const signer = signerOfSettings(config)
    if (signer === null) {
      this.#publisher = null
      return
    }
    this.#publisher = new Publisher({
      store,
      signer,
      around,
      everyMs: config.checkpointSeconds * 1000,
      pageMax: publisherLimits.pageMax,
      signed: (_bookId, count) => metrics.checkpoints.labels('signed').inc(count),
      failed: (error) => {
        metrics.checkpoints.labels('failed').inc()
        const { name, message } = error instanceof Error ? error : { name: 'unknown', message: '' }
        log.warn({ cause: name, reason: message }, 'a checkpoint could not be made')
      },
    })
  }

  start(): void {
    this.#publisher?.start()
  }

  /** Something was committed to a book by this server. */
  committed(bookId: number): void {
    this.#publisher?.committed(bookId)
  }

  /** Signs what is not signed yet. To be called when nothing is committed any more, before connections are closed. */
  async stop(): Promise<void> {
    await this.#publisher?.stop()
  }
}
