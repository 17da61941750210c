/**
 * Balances as they stood at a moment, each transaction counted at its date, found in the same time however long the history
 * is.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { carriedBy, decimalsOf, type Micros, NO_SUMS, type Sums } from '../../../ledger/index.ts'
import { type BalanceAt, type BalanceView, equals, FIRST_PAGE } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { momentOf } from '../body/dates.ts'
import { param } from '../caller.ts'
import { badDate, type Parameters, parameter } from '../lists/query.ts'
import { type Problem, refuse } from '../problem.ts'
import { findPlace, type Place } from '../tenant.ts'
import { findBalance } from './find.ts'
import { pastBalanceText } from './write.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

const noData: Problem = { code: '0141', detail: 'There was no such balance at that time yet.' }

/** @throws Refused when the date is missing, no time, or ahead */
function momentAsked(request: FastifyRequest, now: Micros): Micros {
  const text = parameter(request.query as Parameters, 'date')
  if (text === null)
    refuse({ code: '0142', detail: 'The query parameter date is needed.', entity: null })
  const moment = momentOf(text) ?? refuse(badDate('date'))
  // A second counts to its end, but not beyond now.
  if (moment > now)
    refuse({ code: '0140', detail: 'The query parameter date lies in the future.', entity: null })
  return Math.min(moment - (moment % 1_000_000) + 999_999, now)
}

export async function balanceAt(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const at = momentAsked(request, services.now())
  const { view, place } = await findBalance(services, request)
  const [text] = await textsAt(services, place, [view], at, request)
  return reply.type(JSON_TYPE).send(text ?? refuse(noData))
}

/** All balances of an account that were there at that time. */
export async function accountBalancesAt(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const at = momentAsked(request, services.now())
  const place = (await findPlace(services, request)) ?? refuse(noData)
  const views = await services.reports.listBalances(place.moneyBookId, {
    ...FIRST_PAGE,
    within: [equals('accountId', param(request, 'account_id')), equals('ledgerId', place.ledgerId)],
    limit: 1000,
  })
  const texts = await textsAt(services, place, views, at, request)
  if (texts.length === 0) refuse(noData)
  return reply.type(JSON_TYPE).send(`[${texts.join(',')}]`)
}

async function textsAt(
  services: Services,
  place: Place,
  views: readonly BalanceView[],
  at: Micros,
  request: FastifyRequest,
): Promise<readonly string[]> {
  const companions = views.flatMap(({ terms }) => terms.overdraft?.companionId ?? [])
  const ids = [...new Set([...views.map(({ id }) => id), ...companions])]
  const found = await services.journal.balancesAt(place.moneyBookId, ids, at)
  const pastOf = new Map(found.map((one) => [one.balanceId, one]))
  return views.flatMap((view) => {
    const past = pastOf.get(view.id)
    const companion = pastOf.get(view.terms.overdraft?.companionId ?? '')
    if (past === undefined || (view.createdAt > at && !countsBefore(past))) return []
    const standing = {
      ...sumsAt(past),
      version: past.last?.version ?? 0,
      scale: decimalsOf(past.last?.amount ?? 0n),
      settings: past.settings,
      carried: companion === undefined ? null : carriedBy(sumsAt(companion)),
      updatedAt: past.last?.at ?? view.createdAt,
    }
    return [pastBalanceText(view, standing, place.organizationId, request.midaz.profile)]
  })
}

/** Whether something counts by its date for a time at which the balance had not been made. */
function countsBefore({ posted }: BalanceAt): boolean {
  return posted.debits !== 0n || posted.credits !== 0n
}

/** What is posted counts at its value date; what is set aside has none, so it counts when it was recorded. */
function sumsAt({ posted, last }: BalanceAt): Sums {
  return { ...(last ?? NO_SUMS), postedDebits: posted.debits, postedCredits: posted.credits }
}
