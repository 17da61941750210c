/** Commands in pages, and what they print. */
import { spawnSync } from 'node:child_process'

export type Session = {
  /** The commands of a page in order, each with what the page says that it prints. */
  readonly steps: readonly { readonly command: string; readonly printed: string }[]
}

const BLOCK = /^```console\n([\s\S]*?)^```$/gm

/** Reads the blocks called `console`: a line that begins with $ is a command, what follows it is what it prints. */
export function sessionOf(page: string): Session {
  const steps: { command: string; printed: string }[] = []
  for (const [, block = ''] of page.matchAll(BLOCK)) {
    const lines = block.split('\n').slice(0, -1)
    while (lines.length > 0) {
      let command = (lines.shift() ?? '').replace(/^\$ /, '')
      while (isOpen(command) && lines.length > 0) command += `\n${lines.shift()}`
      const printed: string[] = []
      while (lines.length > 0 && !lines[0]?.startsWith('$ ')) printed.push(lines.shift() ?? '')
      steps.push({ command, printed: printed.join('\n') })
    }
  }
  return { steps }
}

/** Whether a command goes on in the next line, as the shell sees it. */
function isOpen(command: string): boolean {
  return command.endsWith('\\') || spawnSync('bash', ['-n', '-c', command]).status !== 0
}

/** The page with what its commands really printed. */
export function withOutputs(page: string, outputs: readonly string[]): string {
  let index = 0
  return page.replace(BLOCK, (block: string) => {
    const { steps } = sessionOf(block)
    const lines = steps.flatMap(({ command }) => {
      const output = outputs[index] ?? ''
      index += 1
      return output === '' ? [`$ ${command}`] : [`$ ${command}`, output]
    })
    return `\`\`\`console\n${lines.join('\n')}\n\`\`\``
  })
}

/** What differs from run to run stands for itself. */
export function normalized(text: string): string {
  return text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replace(/dpt_[\w-]{43}/g, '<key>')
    .replace(/\b[0-9a-f]{64}\b/g, '<hash>')
    .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '<time>')
    .replace(/"(seconds|bookId)": ?[\d.]+/g, '"$1":<number>')
    .replace(/in [\d.]+ s\b/g, 'in <time>')
    .trim()
}
