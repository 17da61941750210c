/** From a script to the body that the JSON route takes, which is then checked like any other. */
import { formatDecimal } from '../../../../ledger/index.ts'
import type { JsonValue } from '../../../exact-json.ts'
import { amountOf, DECIMAL_FAULTS } from '../../body/money.ts'
import { type Problem, refuse } from '../../problem.ts'
import type { Profile } from '../../profile.ts'
import type { Script, ScriptEntry, ScriptMetadata, ScriptNumber, ScriptSide } from './script.ts'

type Fields = Record<string, JsonValue>

/** @throws Refused when a number does not fit with its scale */
export function bodyOfScript(script: Script, profile: Profile): JsonValue {
  const { group, description, code, pending, metadata, asset, source, distribute } = script
  return {
    chartOfAccountsGroupName: group,
    ...(description === null ? {} : { description }),
    ...(code === null ? {} : { code }),
    ...(pending === null ? {} : { pending }),
    ...named(metadata),
    send: {
      asset,
      value: decimalOf(script.value, profile),
      source: side(source, 'from', profile),
      distribute: side(distribute, 'to', profile),
    },
  }
}

function side({ remaining, entries }: ScriptSide, name: 'from' | 'to', profile: Profile): Fields {
  return {
    ...(remaining ? { remaining: 'remaining' } : {}),
    [name]: entries.map((one) => entry(one, profile)),
  }
}

/** Rates are read and mean nothing, as in JSON. */
function entry(one: ScriptEntry, profile: Profile): Fields {
  const { account, share, description, chartOfAccounts, metadata } = one
  return {
    accountAlias: account,
    ...(share.kind === 'amount'
      ? { amount: { asset: share.asset, value: decimalOf(share.value, profile) } }
      : share.kind === 'remaining'
        ? { remaining: 'remaining' }
        : {
            share: {
              percentage: Number(share.percent),
              ...(share.of === null ? {} : { percentageOfPercentage: Number(share.of) }),
            },
          }),
    ...(description === null ? {} : { description }),
    ...(chartOfAccounts === null ? {} : { chartOfAccounts }),
    ...named(metadata),
  }
}

function named(metadata: ScriptMetadata | null): Fields {
  return metadata === null ? {} : { metadata: Object.fromEntries(metadata) }
}

/**
 * `1000|2` is 10.00 where the first generation is spoken. From the third on the real server takes the first number for the
 * whole value, and so do we: a client that has lived with that writes its amounts accordingly.
 */
function decimalOf({ digits, scale }: ScriptNumber, profile: Profile): string {
  const amount = amountOf(digits, profile === 'seed' ? Number(scale) : 0)
  if (typeof amount === 'bigint') return formatDecimal(amount)
  return refuse(unfit(`${digits}|${scale} ${DECIMAL_FAULTS[amount]}`))
}

function unfit(sentence: string): Problem {
  return { code: '0048', detail: `The script cannot be read: ${sentence}.` }
}
