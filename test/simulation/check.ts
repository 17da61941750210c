/** What must be true after a run, whatever went wrong in it. */
import { hash } from 'node:crypto'
import type { Batch } from '../../src/engine/port.ts'
import {
  available,
  type Balance,
  changeLeaf,
  commitment,
  decimalsOf,
  type Entry,
  GENESIS,
  headAfter,
  rootOf,
  sumsBefore,
  textsOfChange,
  textsOfTransaction,
  transactionLeaf,
} from '../../src/ledger/index.ts'
import { standingOf, type Tables } from './database.ts'
import type { Attempt, Moment, World } from './world.ts'

const sha = (text: string) => hash('sha256', text, 'hex')

/** Everything that is wrong, in words. */
export function faultsOf(world: World): readonly string[] {
  const faults: string[] = []
  const say = (fault: string) => faults.push(fault)
  checkChain(world, say)
  for (const moment of world.moments) checkBatch(moment, say)
  checkSums(world.postgres.tables, say)
  checkAnswers(world, say)
  checkEdits(world, say)
  return faults
}

type Say = (fault: string) => void

function checkChain({ moments, postgres }: World, say: Say): void {
  let head = GENESIS
  let seq = 0
  let recordedAt = 0
  for (const { batch } of moments) {
    const { to } = batch
    if (to.seq !== seq + 1) say(`batch ${to.seq} follows batch ${seq}`)
    if (to.recordedAt <= recordedAt) say(`batch ${to.seq} is not later than the one before`)
    const leaves = leavesOf(batch)
    if (leaves.length !== batch.leafCount) say(`batch ${to.seq} counts its leaves wrongly`)
    const root = rootOf(leaves, sha)
    if (root !== batch.root) say(`batch ${to.seq} has another root`)
    const after = headAfter(head, { ...to, leafCount: leaves.length, root }, sha)
    if (after !== to.hash) say(`the head after batch ${to.seq} is another`)
    head = to.hash
    seq = to.seq
    recordedAt = to.recordedAt
  }
  if (postgres.tables.head.hash !== head) say('the book does not stand where its last batch ends')
}

function leavesOf(batch: Batch): readonly string[] {
  const transactions = batch.transactions.map((row) => {
    const texts = textsOfTransaction(row.transaction, row.termsText, row.planText, row.detailTexts)
    const committed = texts === null ? null : commitment(row.seal ?? '', texts, sha)
    return transactionLeaf(row.transaction, row.entries, committed, sha)
  })
  const changes = batch.changes.map((row) =>
    changeLeaf(
      { ...row.change, eventId: row.eventId, actor: row.actor },
      commitment(row.seal, textsOfChange(row.change), sha),
      sha,
    ),
  )
  return [...transactions, ...changes]
}

/** A batch continues exactly what was there before it, and respects what was switched off. */
function checkBatch({ batch, before }: Moment, say: Say): void {
  const at = `batch ${batch.to.seq}`
  const balances = new Map(before.balances)
  for (const { transaction, entries } of batch.transactions) {
    let net = 0n
    for (const { entry } of entries) {
      const { side, effect, amount } = entry
      if (effect === 'post' || effect === 'settle') net += side === 'debit' ? amount : -amount
      const balance = balances.get(entry.balanceId)
      if (balance === undefined) say(`${at} moves ${entry.balanceId}, which is not there`)
      else {
        if (!continues(balance, entry)) say(`${at} does not continue ${entry.balanceId}`)
        balances.set(entry.balanceId, { ...balance, ...standingOf(entry) })
      }
      const terms = before.rows.get(entry.balanceId)?.terms
      const isNew = transaction.kind === 'transfer' || transaction.kind === 'hold'
      if (isNew && side === 'debit' && terms?.maySend === false)
        say(`${at} takes from ${entry.balanceId}, which may not send`)
    }
    if (net !== 0n) say(`${at} debits ${net} more than it credits in ${transaction.id}`)
  }
  for (const [id, balance] of balances) {
    const { terms } = balance
    if (balance.pendingDebits < 0n || balance.pendingCredits < 0n)
      say(`${at} leaves ${id} with a negative hold`)
    if (
      terms.internal &&
      (balance.postedDebits < balance.postedCredits || available(balance) > 100n)
    )
      say(`${at} leaves the overdraft ${id} at ${available(balance)}`)
  }
}

function continues(balance: Balance, entry: Entry): boolean {
  const earlier = sumsBefore(entry)
  return (
    entry.version === balance.version + 1 &&
    entry.scale === Math.max(balance.scale, decimalsOf(entry.amount)) &&
    earlier.postedDebits === balance.postedDebits &&
    earlier.postedCredits === balance.postedCredits &&
    earlier.pendingDebits === balance.pendingDebits &&
    earlier.pendingCredits === balance.pendingCredits
  )
}

function checkSums({ transactions, balances, holds, reversals }: Tables, say: Say): void {
  const entries = [...transactions.values()].flatMap((row) => row.entries.map(({ entry }) => entry))
  for (const [id, group] of Map.groupBy(entries, (entry) => entry.balanceId)) {
    const versions = group.map((entry) => entry.version).sort((left, right) => left - right)
    if (versions.some((version, index) => version !== index + 1))
      say(`${id} has gaps in its versions`)
    if (balances.get(id)?.version !== versions.length) say(`${id} counts its entries wrongly`)
  }
  for (const [id, hold] of holds) {
    const ends = [...transactions.values()].filter((row) => row.transaction.parentId === id)
    const settled = ends
      .filter((row) => row.transaction.kind === 'settlement')
      .reduce((sum, row) => sum + row.transaction.amount, 0n)
    if (settled !== hold.settled || settled > hold.amount) say(`hold ${id} is settled wrongly`)
    const releases = ends.filter((row) => row.transaction.kind === 'release').length
    if (releases > 1 || (releases === 1) !== (hold.status === 'voided'))
      say(`hold ${id} is released wrongly`)
  }
  for (const original of reversals.keys()) {
    const parent = transactions.get(original)?.transaction
    if (parent?.kind === 'settlement' && parent.parentId !== null && reversals.has(parent.parentId))
      say(`${original} is reversed, and so is its hold`)
  }
}

function checkAnswers({ attempts, moments, postgres }: World, say: Say): void {
  const { transactions } = postgres.tables
  for (const [tag, tries] of Map.groupBy(attempts, (attempt) => attempt.order.tag)) {
    const last = tries.at(-1)
    if (last === undefined || last.order.type !== 'commands') continue
    const made = [...transactions.values()].filter((row) => row.transaction.actor === tag)
    if (last.answer.type === 'error') say(`${tag} failed: ${String(last.answer.error)}`)
    if (last.answer.type !== 'group') continue
    const { decision } = last.answer
    if (decision.accepted) {
      for (const outcome of decision.outcome) {
        const id = outcome.type === 'done' ? outcome.transaction.id : outcome.transactionId
        const row = transactions.get(id)
        if (row === undefined) say(`${tag} was acknowledged and is not there`)
        else if (outcome.type === 'done' && row.transaction.amount !== outcome.transaction.amount)
          say(`${tag} was acknowledged as something else`)
      }
      continue
    }
    const { refusal } = decision.refusal
    // In a group, the name may be taken by another command of it.
    const isAlone = last.order.commands.length === 1
    const isEarlierTry =
      tries.length > 1 &&
      refusal.code === 'reference_taken' &&
      transactions.get(refusal.transactionId)?.transaction.actor === tag
    if (refusal.code === 'reference_taken' && !transactions.has(refusal.transactionId) && isAlone)
      say(`${tag} was told of a transaction that is not there`)
    const isFollowing = last.order.commands.some(
      (command) => command.type === 'execute' || command.reference === null,
    )
    if (made.length > 0 && !isEarlierTry && !(isFollowing && tries.length > 1))
      say(`${tag} was refused (${refusal.code}) and left a trace`)
    if (refusal.code === 'insufficient_funds' && last.order.commands.length === 1)
      checkShortage(last, refusal.balanceId, moments, say)
  }
}

/** Too little was there at some moment between the question and the answer. */
function checkShortage(
  attempt: Attempt,
  balanceId: string,
  moments: readonly Moment[],
  say: Say,
): void {
  if (attempt.order.type !== 'commands') return
  const [command] = attempt.order.commands
  if (command?.type !== 'post') return
  const during = moments.filter((moment) => moment.at >= attempt.from && moment.at <= attempt.to)
  const before = moments.filter((moment) => moment.at < attempt.from).at(-1)
  const states: bigint[] = []
  const note = (batch: Batch | undefined, tables: Tables) => {
    const entries = (batch?.transactions ?? [])
      .flatMap((row) => row.entries)
      .filter(({ entry }) => entry.balanceId === balanceId)
    const balance = tables.balances.get(balanceId)
    if (entries.length === 0 && balance !== undefined) states.push(available(balance))
    // Between the transactions of a batch there are moments too.
    for (const { entry } of entries)
      states.push(entry.postedCredits - entry.postedDebits - entry.pendingDebits)
  }
  const first = during[0]
  if (before !== undefined) note(before.batch, before.before)
  else if (first !== undefined) note(undefined, first.before)
  for (const moment of during) note(moment.batch, moment.before)
  if (before === undefined && first === undefined) return
  if (states.every((state) => state >= command.amount))
    say(`${attempt.tag} was refused though ${balanceId} always had ${command.amount}`)
}

function checkEdits({ attempts, postgres }: World, say: Say): void {
  const { tags, rows } = postgres.tables
  if (new Set(tags).size !== tags.length) say('an edit was made twice')
  for (const attempt of attempts) {
    if (attempt.order.type !== 'edit') continue
    const isMade = tags.includes(attempt.tag)
    const { edit, balanceId } = attempt.order
    const { answer } = attempt
    if (answer.type === 'error') {
      if (edit !== 'break') say(`${attempt.tag} failed: ${String(answer.error)}`)
      if (isMade) say(`${attempt.tag} failed and was made`)
    }
    if (answer.type === 'overloaded' && isMade) say(`${attempt.tag} was turned away and was made`)
    if (answer.type !== 'edit') continue
    const changes = edit === 'freeze' || edit === 'thaw' || edit === 'touch'
    if (answer.decision.accepted !== (edit !== 'refuse')) say(`${attempt.tag} got a wrong answer`)
    if (isMade !== changes) say(`${attempt.tag} was answered and ${isMade ? 'made' : 'not made'}`)
    if (!answer.decision.accepted || !changes) continue
    const own = tags.filter((tag) => isEditOf(attempts, tag, balanceId))
    if (own.indexOf(attempt.tag) + 1 !== answer.decision.outcome)
      say(`${attempt.tag} saw another count than there was`)
  }
  for (const row of rows.values()) {
    const own = tags.filter((tag) => isEditOf(attempts, tag, row.id))
    if (own.length !== row.edits) say(`${row.id} counts its edits wrongly`)
  }
}

function isEditOf(attempts: readonly Attempt[], tag: string, balanceId: string): boolean {
  return attempts.some(
    ({ order, tag: own }) => own === tag && order.type === 'edit' && order.balanceId === balanceId,
  )
}
