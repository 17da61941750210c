import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { Overloaded } from '../engine/index.ts'
import { Room } from './room.ts'

const answer = () => new EventEmitter() as unknown as ServerResponse

test('there is room for as many as it is made for, and again for each who leaves', () => {
  const room = new Room(2)
  const [one, other] = [answer(), answer()]
  room.enter(one)
  room.enter(other)
  expect(() => room.enter(answer())).toThrow(Overloaded)
  one.emit('close')
  room.enter(answer())
  expect(() => room.enter(answer())).toThrow(Overloaded)
})

test('who was turned away has taken no place', () => {
  const room = new Room(1)
  const turnedAway = answer()
  const first = answer()
  room.enter(first)
  expect(() => room.enter(turnedAway)).toThrow(Overloaded)
  turnedAway.emit('close')
  expect(() => room.enter(answer())).toThrow(Overloaded)
  first.emit('close')
  room.enter(answer())
})
