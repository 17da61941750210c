import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  type Actor,
  type Opened,
  openSharedAccount,
  PLAIN_BALANCE,
} from '../../../directory/index.ts'
import { type LineageStrategy, NO_SUMS, scaleOfPrecision } from '../../../ledger/index.ts'
import { answer, type Face } from '../face.ts'
import { actorOf } from '../wire/authentication.ts'
import { freeForm } from '../wire/bind.ts'
import { GENERAL_LEDGER, ledgerIdOf, uuidIn, uuidOfLedger, wireId } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import { directoryProblem } from '../wire/refusals.ts'
import { timeOfRow, ZERO_TIME } from '../wire/time.ts'
import { BLANK, type Faults, refuseFaults } from '../wire/validation.ts'
import { ACCOUNT_TYPE, INDICATOR_TYPE, PLAIN_ACCOUNT } from './plain.ts'
import type { CreateBalanceBody } from './schema.ts'
import { STRATEGY, sumsText } from './translate.ts'

const STRATEGIES: Readonly<Record<string, LineageStrategy>> = {
  FIFO: 'fifo',
  LIFO: 'lifo',
  PROPORTIONAL: 'proportional',
}

const INDICATOR = /^@\S*$/

export async function createBalance(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const body = request.body as CreateBalanceBody
  refuseFaults(faultsIn(body, strategyIn(body)))
  const { account, balance } = await open(face, body, actorOf(request))
  const { indicator, identityId } = account
  return answer(
    reply,
    201,
    `{${sumsText(NO_SUMS, 0, 0)},"ledger_id":"${ledgerIdOf(account.ledgerId)}",` +
      `"identity_id":"${identityId === null ? '' : wireId('idt', identityId)}",` +
      `"balance_id":"${wireId('bln', balance.id)}",` +
      (indicator === null ? '' : `"indicator":${JSON.stringify(indicator)},`) +
      `"currency":${JSON.stringify(account.assetCode)},` +
      `"created_at":"${timeOfRow(balance.createdAt)}","inflight_expires_at":"${ZERO_TIME}",` +
      `"meta_data":${JSON.stringify(account.metadata)},` +
      `"track_fund_lineage":${balance.lineage !== null},` +
      `"allocation_strategy":"${strategyIn(body)}"}`,
  )
}

/** Opens a balance for a bank account that names none. */
export async function openBalance(
  face: Face,
  body: Pick<CreateBalanceBody, 'ledger_id' | 'currency' | 'identity_id'>,
  actor: Actor,
): Promise<{ readonly id: string; readonly wire: string }> {
  const { ledger_id = '', currency = '', identity_id = '' } = body
  const { balance } = await open(face, { ledger_id, currency, identity_id }, actor)
  return { id: balance.id, wire: wireId('bln', balance.id) }
}

function strategyIn({ allocation_strategy = '' }: CreateBalanceBody): string {
  return allocation_strategy.trim().toUpperCase() || 'FIFO'
}

async function open(face: Face, body: CreateBalanceBody, actor: Actor): Promise<Opened> {
  const { ledger_id: ledger = '', currency = '', indicator = '', identity_id = '' } = body
  const strategy = strategyIn(body)
  const tracked = body.track_fund_lineage === true
  const ledgerId = uuidOfLedger(ledger)
  const identityId = identity_id === '' ? null : uuidIn('idt', identity_id)
  if (ledgerId === null || (identity_id !== '' && identityId === null)) throw invalidReference()
  const decision = await openSharedAccount(
    face.services.directory,
    face.bookId,
    {
      account: {
        ...PLAIN_ACCOUNT,
        ledgerId,
        assetCode: currency,
        indicator: indicator === '' ? null : indicator,
        type: indicator === '' ? ACCOUNT_TYPE : INDICATOR_TYPE,
        identityId,
        metadata: freeForm(body.meta_data),
      },
      balance: {
        ...PLAIN_BALANCE,
        lineage: tracked ? (STRATEGIES[strategy] ?? null) : null,
        metadata: tracked || strategy === 'FIFO' ? null : { [STRATEGY]: strategy },
      },
      scale: scaleIn(body.precision),
    },
    actor,
  )
  if (decision.accepted) return decision.outcome
  switch (decision.refusal.code) {
    case 'reference_not_found':
      throw invalidReference()
    case 'name_taken':
      throw new Problem(
        'GEN_CONFLICT',
        `Balance already exists for indicator '${indicator}' and '${currency}'`,
        { details: {} },
      )
    default:
      throw directoryProblem(decision.refusal)
  }
}

/** Blnk says this of the identity as well. */
function invalidReference(): Problem {
  return new Problem('GEN_BAD_REQUEST', 'Invalid ledger ID', { details: {} })
}

function faultsIn(body: CreateBalanceBody, strategy: string): Faults {
  const faults: Faults = {}
  const { ledger_id = '', currency = '', indicator = '', identity_id = '' } = body
  if (ledger_id === '') faults['ledger_id'] = BLANK
  if (currency === '') faults['currency'] = BLANK
  if (body.track_fund_lineage === true && identity_id === '')
    faults['identity_id'] = 'identity_id is required when track_fund_lineage is enabled'
  if (STRATEGIES[strategy] === undefined)
    faults['allocation_strategy'] = 'allocation_strategy must be one of: FIFO, LIFO, PROPORTIONAL'
  if (indicator === '') return faults
  if (ledger_id !== GENERAL_LEDGER)
    faults['indicator'] =
      'indicator is only allowed for General Ledger balances (ledger_id = general_ledger_id)'
  else if (!INDICATOR.test(indicator))
    faults['indicator'] = "indicator must start with '@' and contain no whitespace (e.g. '@cash')"
  return faults
}

/** The scale that a precision means, when it means one. */
function scaleIn(precision: number | undefined): number | null {
  if (precision === undefined || !Number.isInteger(precision) || precision < 1) return null
  const scale = scaleOfPrecision(BigInt(precision))
  return scale > 18 ? null : scale
}
