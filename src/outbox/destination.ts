/**
 * Where requests may go. A subscriber names any URL; the server that sends stands inside of somebody's network. So what is not
 * public is refused, by address: the address that a name leads to at the moment of the connection, not the one that it led to
 * when the URL was looked at.
 */
import type { LookupAddress } from 'node:dns'
import dns from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** A block of addresses: `10.0.0.0/8`. */
export type Block = { readonly address: string; readonly prefix: number }

/** Where a request may not go. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** Everything that IANA's registries do not call globally reachable, and what only leads elsewhere. */
const NOT_PUBLIC: readonly Block[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
].map((text) => blockOf(text) ?? { address: '::', prefix: 0 })

/** Reads a block; a single address is a block of one. Null for anything else. */
export function blockOf(text: string): Block | null {
  const [address = '', bits] = text.split('/', 2)
  const family = isIP(address)
  if (family === 0 || text.split('/').length > 2) return null
  const most = family === 4 ? 32 : 128
  if (bits === undefined) return { address, prefix: most }
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? { address, prefix: Number(bits) } : null
}

function listOf(blocks: readonly Block[]): BlockList {
  const list = new BlockList()
  for (const { address, prefix } of blocks)
    list.addSubnet(address, prefix, isIP(address) === 4 ? 'ipv4' : 'ipv6')
  return list
}

/** The dotted address inside of an IPv6 address that only wraps it, or the address itself. */
function unwrapped(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}

/** Knows where requests may go: to public addresses, and to the blocks that the operator allows. */
export class Destinations {
  readonly #refused = listOf(NOT_PUBLIC)
  readonly #allowed: BlockList
  readonly #resolve: (
    name: string,
    answer: (error: Error | null, addresses: readonly LookupAddress[]) => void,
  ) => void

  constructor(
    allowed: readonly Block[],
    resolve: (
      name: string,
      answer: (error: Error | null, addresses: readonly LookupAddress[]) => void,
    ) => void = (name, answer) => dns.lookup(name, { all: true }, answer),
  ) {
    this.#allowed = listOf(allowed)
    this.#resolve = resolve
  }

  permits(address: string): boolean {
    const plain = unwrapped(address)
    const family = isIP(plain)
    if (family === 0) return false
    const type = family === 4 ? 'ipv4' : 'ipv6'
    return this.#allowed.check(plain, type) || !this.#refused.check(plain, type)
  }

  /** Why a URL can never be sent to, in words, or null. A name may still lead to an address that is refused. */
  fault(text: string): string | null {
    const url = URL.parse(text)
    if (url === null) return 'is not a URL'
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'is neither http nor https'
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) !== 0 && !this.permits(host)) return 'leads to an address that is not public'
    return null
  }

  /** Looks a name up for a connection and hands out only addresses that are permitted. */
  readonly lookup: LookupFunction = (name, options, answer) => {
    this.#resolve(name, (error, addresses) => {
      if (error !== null) return answer(error, [])
      const permitted = addresses.filter(
        ({ address, family }) =>
          this.permits(address) &&
          (options.family === undefined || !options.family || options.family === family),
      )
      const [first] = permitted
      if (first === undefined)
        return answer(new Refused('The name leads to addresses that are not public'), [])
      if (options.all === true) return answer(null, permitted)
      return answer(null, first.address, first.family)
    })
  }
}
