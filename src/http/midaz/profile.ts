/** The generation of Midaz that an answer speaks. */
import type { FastifyRequest } from 'fastify'

/**
 * - `seed`: integers and a scale, flat errors: releases 1.48 to 2.2.
 * - `v3`: decimal text, flat errors, statuses as in release 3.8.
 * - `v4`: decimal text, problem details, statuses of the fourth generation.
 */
export type Profile = 'seed' | 'v3' | 'v4'

export const PROFILE_HEADER = 'x-midaz-profile'

const NAMES: Readonly<Record<string, Profile>> = { seed: 'seed', v1: 'seed', v3: 'v3', v4: 'v4' }

/** The profile that a request asks for, the default one without the header, or null for a name that is none. */
export function profileOf(headers: FastifyRequest['headers'], fallback: Profile): Profile | null {
  const asked = headers[PROFILE_HEADER]
  if (asked === undefined) return fallback
  const name = String(asked).trim().toLowerCase()
  return Object.hasOwn(NAMES, name) ? (NAMES[name] ?? null) : null
}
