/** Ids as callers may write them. */

const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const ANY_FORM =
  /^(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/

/** The id in its usual form, whatever its case and hyphens; null when the text is no UUID. */
export function uuidOf(text: string): string | null {
  if (CANONICAL.test(text)) return text
  if (text.length > 45) return null
  const parts = ANY_FORM.exec(text.toLowerCase())
  return parts === null ? null : parts.slice(1).join('-')
}
