import { type Command, CommanderError } from 'commander'
import { ConfigError } from '../config.ts'
import { buildProgram, EXIT } from './program.ts'

/** Runs the command that the arguments name and sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = buildProgram()
  throwInsteadOfExit(program)
  try {
    await program.parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.misused
      return
    }
    console.error(explain(error))
    process.exitCode = error instanceof ConfigError ? EXIT.misused : EXIT.failed
  }
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride()
  for (const child of command.commands) throwInsteadOfExit(child)
}

/** An error in sentences, with what caused it; whoever logs at debug sees where in the program it was. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (process.env['DIPTYCH_LOG_LEVEL'] === 'debug') return error.stack ?? error.message
  const sentences: string[] = []
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const several = cause instanceof AggregateError ? (cause.errors as Error[]) : []
    const message = cause.message || several.map((one) => one.message).join(', ') || cause.name
    if (!sentences.includes(message)) sentences.push(message)
  }
  return sentences.join('\n  because: ')
}
