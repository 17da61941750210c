import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { contentOf, files, ROOT } from './tree.ts'

const pages = files(/\.md$/)

/** What a heading is called in a link, as renderers of Markdown have it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
}

function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...withoutCode(contentOf(page)).matchAll(/^#{1,6} (.+)$/gm)]
  return new Set(headings.map(([, heading]) => anchorOf(heading ?? '')))
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '')
}

test('links of the documentation lead somewhere', () => {
  const broken: string[] = []
  for (const page of pages)
    for (const [, target = ''] of withoutCode(contentOf(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      const [file = '', anchor] = target.split('#')
      const to = file === '' ? page : path.join(path.dirname(page), file)
      if (!existsSync(path.join(ROOT, to))) broken.push(`${page}: ${target}`)
      else if (anchor !== undefined && to.endsWith('.md') && !anchorsOf(to).has(anchor))
        broken.push(`${page}: ${target} (no such heading)`)
    }
  expect(broken).toEqual([])
})
