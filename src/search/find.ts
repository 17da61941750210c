/**
 * Finds documents as a search engine does: all words of the query, the last of them perhaps only begun. When nothing has them,
 * words that are spelled alike are tried, and then fewer words.
 */
import type { Findings, Search, SearchStore, WordQuery } from './port.ts'
import { isWithinMistakes, mistakesIn } from './spelling.ts'

/** Spellings of one word that are tried. */
const SPELLINGS_MAX = 20

const ATTEMPTS_MAX = 4

export async function find(
  store: SearchStore,
  bookId: number,
  search: Search,
  mistakesMax: number,
): Promise<{ readonly findings: Findings; readonly words: readonly WordQuery[] }> {
  const { text } = search
  const asked = await store.search(bookId, search)
  if (text === null || asked.found > 0) return { findings: asked, words: text?.words ?? [] }
  for (const words of await attempts(store, bookId, search, mistakesMax)) {
    const findings = await store.search(bookId, { ...search, text: { ...text, words } })
    if (findings.found > 0) return { findings, words }
  }
  return { findings: asked, words: [] }
}

/** What is tried, one after the other, where nothing was found with the words as they are. */
async function attempts(
  store: SearchStore,
  bookId: number,
  { collection, text }: Search,
  mistakesMax: number,
): Promise<readonly (readonly WordQuery[])[]> {
  const words = text?.words ?? []
  const spelled = await Promise.all(
    words.map(async (word): Promise<WordQuery> => {
      const [asked = ''] = word.spellings
      const mistakes = mistakesIn(asked, mistakesMax)
      if (mistakes === 0 || /\d/.test(asked)) return word
      const alike = await store.wordsLike(bookId, collection, asked)
      const meant = alike.filter((other) => isWithinMistakes(asked, other, mistakes))
      return { ...word, spellings: [asked, ...meant].slice(0, SPELLINGS_MAX) }
    }),
  )
  const fewer = words.map((_, dropped) => spelled.slice(0, spelled.length - 1 - dropped))
  return [spelled, ...fewer.filter((some) => some.length > 0)].slice(0, ATTEMPTS_MAX)
}
