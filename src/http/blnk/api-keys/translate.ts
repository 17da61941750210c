/** API keys in Blnk's words. */
import type { ApiKey } from '../../../auth/index.ts'
import { wireId } from '../wire/ids.ts'
import { timeText, ZERO_TIME } from '../wire/time.ts'

/** What stands for the text of a key, which nobody can be told again. */
const HIDDEN = '***'

export function apiKeyText(key: ApiKey, text: string = HIDDEN): string {
  const time = (micros: number | null) =>
    JSON.stringify(micros === null ? ZERO_TIME : timeText(micros))
  const revoked = key.revokedAt === null ? '' : `,"revoked_at":${time(key.revokedAt)}`
  return (
    `{"api_key_id":"${wireId('api_key', key.id)}","key":${JSON.stringify(text)},` +
    `"name":${JSON.stringify(key.name)},"owner_id":${JSON.stringify(key.owner ?? '')},` +
    `"scopes":${JSON.stringify(key.scopes)},"expires_at":${time(key.expiresAt)},` +
    `"created_at":${time(key.createdAt)},"last_used_at":${time(key.lastUsedAt)},` +
    `"is_revoked":${key.revokedAt !== null}${revoked}}`
  )
}
