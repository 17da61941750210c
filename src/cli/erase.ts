import type { Config } from '../config.ts'
import { eraseSecrets } from '../maintenance.ts'

/** Erases the clear text of what is kept encrypted, and says how much there was. */
export async function eraseCommand(config: Config): Promise<void> {
  const events = await eraseSecrets(config)
  console.log(
    events === 0
      ? 'The event log has no clear text of what is kept encrypted.'
      : `Erased the texts of ${events} events. Their commitments stay, and the chain is whole.`,
  )
}
