import type { FastifyInstance } from 'fastify'
import {
  type AccountType,
  newRow,
  removeInLedger,
  updateInLedger,
} from '../../../directory/index.ts'
import { accept } from '../../../ledger/index.ts'
import type { Services } from '../../services.ts'
import { collectionRoutes, ledgerMissing } from '../collection.ts'
import { givenMetadata, givenName, givenText, patchedMetadata } from '../given.ts'
import type { Problem } from '../problem.ts'
import { problemOfDirectory } from '../refusals.ts'
import { bodyOf } from '../route.ts'
import { shownDescription, shownMetadata, shownTimes } from '../shown.ts'
import type { Place } from '../tenant.ts'
import {
  type AccountTypeCreate,
  type AccountTypeUpdate,
  accountTypeCreate,
  accountTypeFilters,
  accountTypeShown,
  accountTypeUpdate,
} from './schema.ts'

const missing: Problem = { code: '0109', detail: 'There is no account type with this id here.' }

export async function accountTypeRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  const { directory } = services
  collectionRoutes(face, services, {
    entity: 'account_type',
    name: 'AccountType',
    resource: 'account-types',
    path: 'account-types',
    id: 'account_type_id',
    countMember: 'accountTypesCount',
    paging: 'numbered_cursor',
    schemas: { create: accountTypeCreate, update: accountTypeUpdate, shown: accountTypeShown },
    filters: accountTypeFilters,
    noneFound: { code: '0110', detail: 'No account type of the ledger has this metadata.' },
    missing,
    ledgerMissing,
    create: ({ moneyBookId, ledgerId }, request) => {
      const body = bodyOf<AccountTypeCreate>(request)
      const { principal } = request.midaz
      return directory.create('account_type', moneyBookId, principal.id, async (_reader, now, id) =>
        accept({
          ...newRow(moneyBookId, id, now, givenMetadata(body.metadata)),
          ledgerId,
          name: body.name,
          description: body.description ?? null,
          keyValue: body.keyValue.toLowerCase(),
        }),
      )
    },
    update: ({ moneyBookId: bookId, ledgerId }, id, request) => {
      const body = bodyOf<AccountTypeUpdate>(request)
      const change = (row: AccountType): Partial<AccountType> => ({
        ...givenName(body.name),
        description: givenText(body.description) ?? row.description,
        metadata: patchedMetadata(row.metadata, body.metadata),
      })
      const { id: actor } = request.midaz.principal
      return updateInLedger(directory, 'account_type', { bookId, ledgerId }, id, change, actor)
    },
    remove: ({ moneyBookId: bookId, ledgerId }, id, request) => {
      const { id: actor } = request.midaz.principal
      return removeInLedger(directory, 'account_type', { bookId, ledgerId }, id, actor)
    },
    problemOf: (refusal) => {
      if (refusal.code === 'name_taken')
        return { code: '0108', detail: 'Another account type of the ledger has this key.' }
      return refusal.code === 'not_found' ? missing : problemOfDirectory(refusal)
    },
    show: shownAccountType,
  })
}

export function shownAccountType(row: AccountType, { organizationId }: Place) {
  return {
    id: row.id,
    organizationId,
    ledgerId: row.ledgerId,
    name: row.name,
    ...shownDescription(row),
    keyValue: row.keyValue,
    ...shownTimes(row),
    ...shownMetadata(row.metadata),
  }
}
