/** The pages of the reference that are made from the code. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import ts from 'typescript'
import { DROPPED, TAKEN } from '../../src/blnk-settings.ts'
import { buildProgram } from '../../src/cli/program.ts'
import { type SettingName, settings } from '../../src/config.ts'
import { Metrics } from '../../src/telemetry/index.ts'

const ROOT = new URL('../../', import.meta.url)

const MADE = '<!-- Made from the code by `npm run docs`: change it there. -->'

/** Each page by its name in docs/reference. */
export const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  'configuration.md': configuration,
  'cli.md': commandLine,
  'limits.md': limits,
  'metrics.md': metrics,
  'schema.md': schema,
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

function configuration(): string {
  const rows = (Object.keys(settings) as SettingName[]).map((name) => {
    const { flag, argument, env, fallback, describe } = settings[name]
    const otherwise = fallback === null ? '' : `\`${String(fallback)}\``
    return [`\`${flag} ${cell(argument)}\``, `\`${env}\``, `\`${name}\``, otherwise, cell(describe)]
  })
  const taken = TAKEN.map(({ key, env, to }) => [
    `\`${key}\``,
    `\`${env}\``,
    `\`${settings[to].flag}\``,
  ])
  const dropped = DROPPED.map(({ keys, envs, because }) => [
    codes(keys),
    codes(envs, '…'),
    cell(because),
  ])
  return `# Configuration

${MADE}

A flag wins over an environment variable, that over the settings file, that over what is built in. The file is a JSON object
and is named by \`--config\` or \`DIPTYCH_CONFIG\`; every value in it is text or a number, as a flag would have it. When anything
is wrong nothing is started: every fault is listed, and the exit code is 2.

\`\`\`json
{ "port": 3001, "dataDir": "/var/lib/ledger", "logFormat": "json" }
\`\`\`

${table(['flag', 'environment', 'in the file', 'otherwise', 'meaning'], rows)}

## Settings of Blnk

A \`blnk.json\`, named by \`--blnk-config\` or \`DIPTYCH_BLNK_CONFIG\` or found where the server is started, and Blnk's variables are
understood. All settings above win over them; a variable wins over the file. What is not taken over is named in the log at the start.

${table(['in `blnk.json`', 'environment', 'is'], taken)}

${table(['not taken over', 'environment', 'because'], dropped)}
`
}

function codes(texts: readonly string[], more = ''): string {
  return texts.map((text) => `\`${text}${text.endsWith('_') ? more : ''}\``).join(', ')
}

function commandLine(): string {
  const program = buildProgram()
  const all: Command[] = []
  const collect = (command: Command) => {
    all.push(command)
    for (const child of command.commands) collect(child)
  }
  collect(program)
  const sections = all.map((command) => {
    const names: string[] = []
    for (let at: Command | null = command; at !== null; at = at.parent) names.unshift(at.name())
    return `## ${names.join(' ')}\n\n\`\`\`text\n${command.helpInformation().trimEnd()}\n\`\`\``
  })
  return `# Command line

${MADE}

In a checkout and where the package is installed, \`npx diptych\` is the program. It ends with 0 when it did what it was asked,
with 1 when it did not (for \`verify\`: when the books are not right), and with 2 when arguments or settings are wrong.
What was asked for goes to standard output, everything else to standard error.

${sections.join('\n\n')}
`
}

/** Limits with what is written about them, here or where their types are. */
function limits(): string {
  const file = fileURLToPath(new URL('src/limits.ts', ROOT))
  const program = ts.createProgram([file], {
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
  })
  const source = program.getSourceFile(file)
  if (source === undefined) throw new Error('There is a file of limits')
  const checker = program.getTypeChecker()
  const sections: string[] = []
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement) || !isExported(statement)) continue
    for (const declaration of statement.declarationList.declarations) {
      const value = unwrapped(declaration.initializer)
      const about = commentOf(statement, source.text)
      const type = checker.getTypeAtLocation(declaration.name)
      const aboutProperty = (property: ts.ObjectLiteralElementLike) =>
        commentOf(property, source.text) ||
        ts.displayPartsToString(
          type.getProperty(property.name?.getText() ?? '')?.getDocumentationComment(checker),
        )
      const rows = ts.isObjectLiteralExpression(value)
        ? value.properties.map((property) => rowOf(property, aboutProperty(property)))
        : [['', `\`${value.getText()}\``, '']]
      const heading = `## ${declaration.name.getText()}`
      sections.push(
        [heading, about, table(['limit', 'value', 'meaning'], rows)].filter(Boolean).join('\n\n'),
      )
    }
  }
  return `# Limits

${MADE}

Every bound of the server is named in \`src/limits.ts\`. Past them the answer is 413, 422, 429 or 503, never a stuck server.

${sections.join('\n\n')}
`
}

function isExported(statement: ts.VariableStatement): boolean {
  return statement.modifiers?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword) === true
}

function unwrapped(value: ts.Expression | undefined): ts.Expression {
  if (value === undefined) throw new Error('A limit has a value')
  return ts.isAsExpression(value) ? value.expression : value
}

function rowOf(property: ts.ObjectLiteralElementLike, about: string): readonly string[] {
  const name = property.name?.getText() ?? ''
  const value = ts.isPropertyAssignment(property) ? property.initializer.getText() : name
  return [`\`${name}\``, `\`${cell(value.replace(/\s+/g, ' '))}\``, cell(about)]
}

function commentOf(node: ts.Node, text: string): string {
  const ranges = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []
  const last = ranges.at(-1)
  if (last === undefined || !text.startsWith('/**', last.pos)) return ''
  return text
    .slice(last.pos + 3, last.end - 2)
    .replace(/^\s*\* ?/gm, '')
    .trim()
}

async function metrics(): Promise<string> {
  const metrics = new Metrics(() => 0)
  metrics.watchListeners(() => 0)
  metrics.watchDeliveries(
    async () => [],
    () => 0,
  )
  metrics.blnk.watchChain(async () => 0)
  const { registry } = metrics
  const all = await registry.getMetricsAsJSON()
  const row = ({ name, type, help }: { name: string; type: unknown; help: string }) => [
    `\`${name}\``,
    String(type),
    cell(help),
  ]
  const isOfNode = (name: string) => /^diptych_(nodejs|process)_/.test(name)
  return `# Metrics

${MADE}

\`GET /metrics\` answers in the text format of Prometheus.

${table(['metric', 'type', 'meaning'], all.filter(({ name }) => !isOfNode(name)).map(row))}

Beside these there are the usual ones of the process, named \`diptych_process_…\` and \`diptych_nodejs_…\`: CPU, memory, open files,
event loop, garbage collection.
`
}

/** Tables as the migrations make them, with what is written about them there. */
function schema(): string {
  const folder = new URL('sql/', ROOT)
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
  const sections = names.map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8').trim()
    return `## ${name}\n\n\`\`\`sql\n${text}\n\`\`\``
  })
  return `# Schema

${MADE}

The migrations as they are run, in order, each in a transaction of its own. They go forward only; a database that a newer version
has migrated is refused. The server works as the role \`diptych_server\`, which may add to \`batches\`, \`events\`, \`transactions\` and
\`entries\`, and neither change nor delete what is there.

${sections.join('\n\n')}
`
}
