import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pages } from '../../scripts/reference/pages.ts'

test.each(Object.entries(pages))(
  'the page %s is what the code says: npm run docs',
  async (name, make) => {
    const kept = readFileSync(new URL(`../../docs/reference/${name}`, import.meta.url), 'utf8')
    expect(kept).toBe(await make())
  },
)
