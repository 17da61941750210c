/**
 * Which folder of src/ may import which: "left may import right". Arrows go inward, towards the rules about money, which
 * import nothing. The files beside the folders (app.ts and those that it is split into) wire all and may import all.
 */
const mayImport = {
  ledger: [],
  engine: ['ledger'],
  reports: ['ledger'],
  auth: ['ledger'],
  tokens: ['ledger', 'auth'],
  vault: [],
  outbox: ['ledger', 'reports'],
  monitors: ['ledger', 'reports'],
  scheduler: ['ledger', 'engine', 'reports'],
  search: ['ledger', 'reports'],
  reconciliation: ['ledger', 'reports'],
  directory: ['ledger', 'reports', 'engine', 'vault'],
  verification: ['ledger', 'engine'],
  evidence: ['ledger', 'engine', 'verification'],
  telemetry: ['ledger', 'engine'],
  // And every port.ts, below.
  storage: ['ledger', 'reports', 'engine'],
  http: [
    'ledger',
    'engine',
    'directory',
    'reports',
    'reconciliation',
    'outbox',
    'monitors',
    'search',
    'auth',
    'vault',
    'telemetry',
    'evidence',
  ],
  cli: ['ledger', 'verification', 'evidence'],
}

/** Packages that belong to one place. */
const onlyIn = {
  'src/http/': ['fastify', '@fastify/', 'typebox', 'csv-parse', 'stream-json'],
  'src/storage/': ['pg', 'pg-copy-streams'],
  'src/cli/': ['commander'],
  'src/telemetry/': ['prom-client'],
  'src/tokens/': ['jose'],
}

const TESTS = '\\.test\\.ts$'

const layer = ([folder, allowed]) => ({
  name: `${folder}-imports-${allowed.join('-') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: TESTS },
  to: {
    path: '^src/[^/]+/',
    pathNot: [
      `^src/(${[folder, ...allowed].join('|')})/`,
      ...(folder === 'storage' ? ['^src/[^/]+/(port|rows)\\.ts$'] : []),
    ],
  },
})

const confine = ([home, packages]) => ({
  name: `${packages[0].replace(/\W/g, '')}-stays-in-${home.replace(/\W/g, '-')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: [`^${home}`, TESTS] },
  to: {
    path: packages.map((name) => `node_modules/${name}${name.endsWith('/') ? '' : '/'}`),
    dependencyTypesNot: ['type-only'],
  },
})

module.exports = {
  forbidden: [
    ...Object.entries(mayImport).map(layer),
    ...Object.entries(onlyIn).map(confine),
    {
      name: 'every-folder-has-its-place-in-the-table',
      severity: 'error',
      from: {
        path: '^src/[^/]+/',
        pathNot: `^src/(${Object.keys(mayImport).join('|')})/`,
      },
      to: {},
    },
    {
      name: 'ledger-is-pure',
      severity: 'error',
      from: { path: '^src/ledger/', pathNot: TESTS },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'] },
    },
    {
      name: 'what-is-inside-uses-no-packages',
      severity: 'error',
      from: {
        path: '^src/(engine|directory|reports|outbox|monitors|scheduler|search|reconciliation|auth|vault|verification|evidence)/',
        pathNot: TESTS,
      },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional'] },
    },
    {
      name: 'faces-are-strangers',
      severity: 'error',
      from: { path: '^src/http/(blnk|midaz)/' },
      to: { path: '^src/http/(blnk|midaz)/', pathNot: '^src/http/$1/' },
    },
    {
      name: 'folders-are-entered-by-their-door',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/.', pathNot: ['^src/$1/', '^src/[^/]+/(index|port|rows)\\.ts$'] },
    },
    {
      name: 'nobody-imports-their-own-door',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: TESTS },
      to: { path: '^src/$1/index\\.ts$' },
    },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: ['^test/', TESTS] },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-found', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
