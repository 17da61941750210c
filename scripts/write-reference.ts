/** Writes the pages of the reference that are made from the code. */
import { writeFileSync } from 'node:fs'
import { pages } from './reference/pages.ts'

for (const [name, make] of Object.entries(pages))
  writeFileSync(new URL(`../docs/reference/${name}`, import.meta.url), await make())
