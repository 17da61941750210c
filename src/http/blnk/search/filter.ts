/** What a filter means for the fields of a collection. */
import type { Collection, Filter } from '../../../search/index.ts'
import { SearchFault, short } from './fault.ts'
import { fieldNamed, isMetadata, type NamedField, uuidOfField } from './fields.ts'
import { type Expression, type Operator, readFilterText } from './filter-text.ts'

/** @throws SearchFault when it cannot be read, or does not fit the fields */
export function filterOf(collection: Collection, text: string): Filter {
  return meaningOf(collection, readFilterText(text))
}

const NOTHING: Filter = { kind: 'any', of: [] }

function meaningOf(collection: Collection, expression: Expression): Filter {
  if (expression.kind !== 'comparison')
    return { kind: expression.kind, of: expression.of.map((part) => meaningOf(collection, part)) }
  const { operator, values } = expression
  if (expression.field.startsWith('$'))
    throw new SearchFault('Filtering by fields of another collection is not supported.')
  const field = fieldNamed(collection, expression.field)
  const isNot = operator === '!=' || operator === '!'
  const of = values.map((value) => comparison(field, operator, value))
  const met: Filter = of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'any', of }
  return isNot ? { kind: 'not', of: met } : met
}

const NUMBER = /^[+-]?\d{1,100}(\.\d{1,100})?$/
const SECONDS = /^-?\d{1,30}$/
const COMPARING: readonly Operator[] = ['>', '>=', '<', '<=']

function comparison(field: NamedField, operator: Operator, value: string): Filter {
  const { name, type } = field
  switch (type) {
    case 'text':
      return textCondition(field, operator, value)
    case 'id': {
      if (COMPARING.includes(operator)) throw unfit(name, 'Not a number')
      const uuid = uuidOfField(name, value)
      return uuid === null ? NOTHING : { kind: 'equal', field: name, value: uuid }
    }
    case 'boolean':
      if (value !== 'true' && value !== 'false') throw unfit(name, 'Not a bool')
      return { kind: 'equal', field: name, value }
    case 'number':
    case 'digits':
      return range(name, operator, value, NUMBER, 'Not a number')
    case 'time':
      return range(name, operator, value, SECONDS, 'Not an int64')
  }
}

function textCondition({ name }: NamedField, operator: Operator, value: string): Filter {
  const isNumber = isMetadata(name) && (/\.\./.test(value) || NUMBER.test(value))
  if (COMPARING.includes(operator) || (isNumber && /\.\./.test(value)))
    return isNumber ? range(name, operator, value, NUMBER, 'Not a number') : refuseOrder(name)
  if (operator === '=' || operator === '!=')
    return { kind: 'words', field: name, text: value, how: 'whole' }
  return value.endsWith('*')
    ? { kind: 'words', field: name, text: value.slice(0, -1), how: 'begun' }
    : { kind: 'words', field: name, text: value, how: 'words' }
}

function refuseOrder(name: string): never {
  throw unfit(name, 'Texts are not compared by their order')
}

/** A number, or two with `..` between them. */
function range(
  field: string,
  operator: Operator,
  text: string,
  form: RegExp,
  fault: string,
): Filter {
  const ends = text.split('..').map((end) => end.trim())
  const [first = '', second = first] = ends
  const isOrdered = COMPARING.includes(operator)
  if (ends.length > 2 || !ends.every((end) => form.test(end)) || (isOrdered && ends.length === 2))
    throw unfit(field, fault)
  const bound = { value: first, included: operator.endsWith('=') || !isOrdered }
  if (operator === '>' || operator === '>=') return { kind: 'range', field, from: bound, to: null }
  if (operator === '<' || operator === '<=') return { kind: 'range', field, from: null, to: bound }
  return { kind: 'range', field, from: bound, to: { value: second, included: true } }
}

function unfit(field: string, fault: string): SearchFault {
  return new SearchFault(`Error with filter field \`${short(field)}\`: ${fault}.`)
}
