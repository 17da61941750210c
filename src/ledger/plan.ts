/** How a plan is kept as JSON: amounts as decimal text, everything else as it is. */
import { assert } from './assert.ts'
import type { Side } from './balance.ts'
import type { IdempotencyKey, Post, RequestRecord } from './command.ts'
import type { PlannedLeg } from './hold.ts'
import type { Json, JsonObject } from './json.ts'
import type { LotStep } from './lineage.ts'
import { type Amount, formatDecimal, readDecimal } from './money.ts'
import type { Leg, OverdraftPermit } from './posting.ts'
import type { Plan } from './transaction.ts'

export function encodePlan(plan: Plan): JsonObject {
  return plan.kind === 'legs'
    ? {
        legs: plan.legs.map((leg) => ({ ...leg, amount: formatDecimal(leg.amount) })),
        ...(plan.steps === undefined ? {} : { steps: plan.steps.map(encodeStep) }),
      }
    : { command: encodePost(plan.command) }
}

export function decodePlan(json: JsonObject): Plan {
  const { legs, steps, command } = json as {
    legs?: Encoded[]
    steps?: Encoded[]
    command?: Encoded
  }
  if (legs !== undefined)
    return {
      kind: 'legs',
      legs: legs.map(decodePlannedLeg),
      ...(steps === undefined ? {} : { steps: steps.map(decodeStep) }),
    }
  assert(command !== undefined, 'a plan has legs or a command')
  return { kind: 'command', command: decodePost(command) }
}

type Encoded = { readonly [key: string]: Json }

function encodePost(post: Post): JsonObject {
  return {
    ...post,
    amount: formatDecimal(post.amount),
    sources: post.sources.map(encodeLeg),
    destinations: post.destinations.map(encodeLeg),
  }
}

function decodePost(json: Encoded): Post {
  return {
    ...(json as unknown as Post),
    amount: amountOf(json['amount']),
    sources: (json['sources'] as Encoded[]).map(decodeLeg),
    destinations: (json['destinations'] as Encoded[]).map(decodeLeg),
    key: json['key'] as IdempotencyKey | null,
    request: json['request'] as RequestRecord | null,
  }
}

function encodeLeg(leg: Leg): JsonObject {
  const overdraft =
    leg.overdraft.kind === 'limited'
      ? { kind: 'limited', limit: formatDecimal(leg.overdraft.limit) }
      : { kind: leg.overdraft.kind }
  return { ...leg, amount: formatDecimal(leg.amount), overdraft }
}

function decodeLeg(json: Encoded): Leg {
  const overdraft = json['overdraft'] as { kind: OverdraftPermit['kind']; limit?: string }
  return {
    balanceId: json['balanceId'] as string,
    amount: amountOf(json['amount']),
    overdraft:
      overdraft.kind === 'limited'
        ? { kind: 'limited', limit: amountOf(overdraft.limit ?? null) }
        : { kind: overdraft.kind },
    details: json['details'] as JsonObject | null,
  }
}

function decodePlannedLeg(json: Encoded): PlannedLeg {
  return {
    side: json['side'] as Side,
    balanceId: json['balanceId'] as string,
    amount: amountOf(json['amount']),
    reserved: json['reserved'] as boolean,
    details: json['details'] as JsonObject | null,
  }
}

function encodeStep(step: LotStep): JsonObject {
  return { ...step, from: formatDecimal(step.from), amount: formatDecimal(step.amount) }
}

function decodeStep(json: Encoded): LotStep {
  return {
    ...(json as unknown as LotStep),
    from: amountOf(json['from']),
    amount: amountOf(json['amount']),
  }
}

function amountOf(json: Json | undefined): Amount {
  return readDecimal(String(json))
}
