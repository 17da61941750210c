import { type Static, Type } from 'typebox'
import { REQUIRED } from '../wire/bind.ts'

const Criterion = Type.Object(
  {
    field: Type.Optional(
      Type.String({ description: 'amount, date, reference, description, currency' }),
    ),
    operator: Type.Optional(
      Type.String({ description: 'equals, greater_than, less_than, contains' }),
    ),
    value: Type.Optional(Type.String()),
    pattern: Type.Optional(Type.String()),
    allowable_drift: Type.Optional(
      Type.Number({
        description:
          'Of an amount a fraction of ours (0.01 is one per cent), of a date seconds, of a text per cent of its characters',
      }),
    ),
  },
  { title: 'model.MatchingCriteria' },
)

export const RuleRequest = Type.Object(
  {
    name: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    criteria: Type.Optional(Type.Array(Criterion)),
  },
  { title: 'MatchingRule' },
)

export type RuleBody = Static<typeof RuleRequest>

const order = {
  strategy: Type.Optional(
    Type.String({ description: 'one_to_one, one_to_many, many_to_one', [REQUIRED]: 'Strategy' }),
  ),
  dry_run: Type.Optional(Type.Boolean()),
  grouping_criteria: Type.Optional(Type.String()),
  matching_rule_ids: Type.Optional(Type.Array(Type.String(), { [REQUIRED]: 'MatchingRuleIDs' })),
}

export const StartRequest = Type.Object(
  {
    upload_id: Type.Optional(Type.String({ [REQUIRED]: 'UploadID' })),
    ...order,
  },
  { title: '' },
)

export type StartBody = Static<typeof StartRequest>

export const InstantRequest = Type.Object(
  {
    external_transactions: Type.Optional(
      Type.Array(
        Type.Object(
          {
            id: Type.Optional(Type.Unknown({ description: 'text' })),
            amount: Type.Optional(
              Type.Unknown({ description: 'a number, or its text where it has many digits' }),
            ),
            reference: Type.Optional(Type.Unknown({ description: 'text' })),
            currency: Type.Optional(Type.Unknown({ description: 'text' })),
            description: Type.Optional(Type.Unknown({ description: 'text' })),
            date: Type.Optional(Type.Unknown({ description: 'RFC 3339' })),
            source: Type.Optional(Type.Unknown({ description: 'text' })),
          },
          { title: 'model.ExternalTransaction' },
        ),
        { [REQUIRED]: 'ExternalTransactions' },
      ),
    ),
    ...order,
  },
  { title: '' },
)

export type InstantBody = Static<typeof InstantRequest>
