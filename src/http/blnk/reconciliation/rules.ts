/** Matching rules: made, changed, deleted; and listed, which Blnk does not do. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { changeRule, createRule, type RuleOrder } from '../../../directory/index.ts'
import { encodeCriterion, ruleOf } from '../../../reconciliation/index.ts'
import { answer, type Face, inPath } from '../face.ts'
import { actorOf } from '../wire/authentication.ts'
import { uuidIn } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import { directoryProblem } from '../wire/refusals.ts'
import type { RuleBody } from './schema.ts'
import { criteriaIn, ruleBody, ruleFaults } from './translate.ts'

export async function create(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const order = orderIn(request.body as RuleBody)
  const { directory } = face.services
  const decision = await createRule(directory, face.bookId, order, actorOf(request))
  if (!decision.accepted) throw directoryProblem(decision.refusal)
  return answer(reply, 201, ruleBody(decision.outcome))
}

export async function change(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const order = orderIn(request.body as RuleBody)
  const wire = inPath(request, 'id')
  const id = uuidIn('rule', wire)
  if (id === null) throw missing(wire)
  const { directory } = face.services
  const decision = await changeRule(directory, face.bookId, id, order, actorOf(request))
  if (decision.accepted) return answer(reply, 200, ruleBody(decision.outcome))
  throw decision.refusal.code === 'not_found' ? missing(wire) : directoryProblem(decision.refusal)
}

export async function remove(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const id = uuidIn('rule', wire)
  // Blnk says nothing more here.
  if (id === null) throw new Problem('RECON_RULE_NOT_FOUND', textOf(wire))
  const { directory } = face.services
  const decision = await directory.remove('matching_rule', face.bookId, id, actorOf(request))
  if (decision.accepted)
    return answer(reply, 200, { message: 'Matching rule deleted successfully' })
  throw decision.refusal.code === 'not_found'
    ? new Problem('RECON_RULE_NOT_FOUND', textOf(wire))
    : directoryProblem(decision.refusal)
}

/** @throws Problem when the rule can never be kept */
function orderIn(body: RuleBody): RuleOrder {
  const { name = '', description = '' } = body
  const criteria = ruleOf(name, criteriaIn(body))
  if (!criteria.accepted) throw new Problem('RECON_RULE_INVALID', ruleFaults[criteria.refusal])
  return { name, description, criteria: criteria.outcome.map(encodeCriterion) }
}

export function missing(wire: string): Problem {
  return new Problem('RECON_RULE_NOT_FOUND', textOf(wire), { details: {} })
}

function textOf(wire: string): string {
  return `Matching rule with ID '${wire}' not found`
}
