import type { LookupAddress } from 'node:dns'
import { describe, expect, test } from 'vitest'
import { blockOf, Destinations } from './destination.ts'

const nowhere = new Destinations([])

describe('an address', () => {
  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'ff02::1',
    '2001:db8::1',
  ])('%s is refused', (address) => {
    expect(nowhere.permits(address)).toBe(false)
  })

  test.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111'])(
    '%s is permitted',
    (address) => {
      expect(nowhere.permits(address)).toBe(true)
    },
  )

  test('that the operator allows is permitted, and only that', () => {
    const some = new Destinations([{ address: '10.1.0.0', prefix: 16 }])
    expect(['10.1.2.3', '10.2.2.3', '::1'].map((one) => some.permits(one))).toEqual([
      true,
      false,
      false,
    ])
  })
})

describe('a URL', () => {
  test.each([
    ['http://127.0.0.1/', 'leads to an address that is not public'],
    ['http://2130706433/', 'leads to an address that is not public'],
    ['http://0x7f.1/', 'leads to an address that is not public'],
    ['http://017700000001/', 'leads to an address that is not public'],
    ['http://[::1]:80/', 'leads to an address that is not public'],
    ['http://[::ffff:127.0.0.1]/', 'leads to an address that is not public'],
    ['http://169.254.169.254/latest/meta-data', 'leads to an address that is not public'],
    ['ftp://example.com/', 'is neither http nor https'],
    ['file:///etc/passwd', 'is neither http nor https'],
    ['not a url', 'is not a URL'],
    ['', 'is not a URL'],
  ])('%s %s', (url, fault) => {
    expect(nowhere.fault(url)).toBe(fault)
  })

  test('with a name is looked up when it is connected to', () => {
    expect(nowhere.fault('https://example.com/hook')).toBeNull()
  })
})

describe('a name', () => {
  function lookUp(
    addresses: readonly LookupAddress[],
    options: { all?: boolean; family?: number },
  ) {
    const destinations = new Destinations([], (_name, answer) => answer(null, addresses))
    return new Promise((resolve) => {
      destinations.lookup('name', options, (error, found, family) =>
        resolve(error === null ? [found, family] : error.message),
      )
    })
  }
  const inside = { address: '10.0.0.1', family: 4 }
  const outside = { address: '8.8.8.8', family: 4 }
  const outside6 = { address: '2606:4700::1111', family: 6 }

  test('that leads inside is not connected to', async () => {
    const refused = 'The name leads to addresses that are not public'
    expect(await lookUp([inside], { all: true })).toBe(refused)
    expect(await lookUp([inside], {})).toBe(refused)
    expect(await lookUp([], { all: true })).toBe(refused)
  })

  test('that leads to both is connected to on the outside only', async () => {
    expect(await lookUp([inside, outside], { all: true })).toEqual([[outside], undefined])
    expect(await lookUp([inside, outside], {})).toEqual(['8.8.8.8', 4])
    expect(await lookUp([outside, outside6], { family: 6 })).toEqual(['2606:4700::1111', 6])
  })
})

describe('a block', () => {
  test.each([
    ['10.0.0.0/8', { address: '10.0.0.0', prefix: 8 }],
    ['127.0.0.1', { address: '127.0.0.1', prefix: 32 }],
    ['::1', { address: '::1', prefix: 128 }],
    ['fd00::/8', { address: 'fd00::', prefix: 8 }],
    ['10.0.0.0/33', null],
    ['10.0.0.0/8/8', null],
    ['10.0.0.0/-1', null],
    ['localhost', null],
    ['', null],
  ])('%s is read', (text, block) => {
    expect(blockOf(text)).toEqual(block)
  })
})
