/**
 * What kind of address a c= line names (RFC 8866 §5.7), so that media is never sent where it must
 * not go. Addresses only: names would need a resolver, and nobody in telephony writes them.
 */
import type { Connection } from './description.ts'

/** 'none' = hold by 0.0.0.0 or ::; 'other' = a name, another network, or nonsense. */
export type AddressKind = 'unicast' | 'loopback' | 'none' | 'multicast' | 'broadcast' | 'other'

/** The kind of the address that a c= line names. */
export function kindOfAddress(connection: Connection): AddressKind {
  if (connection.networkType.toUpperCase() !== 'IN') return 'other'
  const type = connection.addressType.toUpperCase()
  if (type === 'IP4') return kindOfIp4(connection.address)
  return type === 'IP6' ? kindOfIp6(connection.address) : 'other'
}

function kindOfIp4(address: string): AddressKind {
  const octets = ip4Octets(address)
  if (octets === undefined) {
    // Multicast carries a TTL; without it the address may be looked at all the same.
    const slash = address.indexOf('/')
    return slash > 0 && kindOfIp4(address.slice(0, slash)) === 'multicast' ? 'multicast' : 'other'
  }
  const [first = 0, second = 0, third = 0, fourth = 0] = octets
  if (first + second + third + fourth === 0) return 'none'
  if (first === 127) return 'loopback'
  if (first >= 224 && first < 240) return 'multicast'
  if (first + second + third + fourth === 4 * 255) return 'broadcast'
  return first === 0 || first >= 240 ? 'other' : 'unicast'
}

/** The four octets of dotted decimal, undefined when it is none. */
function ip4Octets(address: string): number[] | undefined {
  const parts = address.split('.')
  if (parts.length !== 4 || address.length > 15) return undefined
  const octets = parts.map((part) => (isDecimal(part) ? Number(part) : 256))
  return octets.every((octet) => octet <= 255) ? octets : undefined
}

function isDecimal(text: string): boolean {
  if (text.length < 1 || text.length > 3) return false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x30 || code > 0x39) return false
  }
  return true
}

function kindOfIp6(address: string): AddressKind {
  const groups = ip6Groups(address)
  if (groups === undefined) return 'other'
  const isLowZero = groups.slice(0, 7).every((group) => group === 0)
  if (isLowZero && groups[7] === 0) return 'none'
  if (isLowZero && groups[7] === 1) return 'loopback'
  return groups[0]! >= 0xff00 ? 'multicast' : 'unicast'
}

/** The eight groups of an IPv6 address (RFC 4291 §2.2), undefined when it is none. */
function ip6Groups(address: string): number[] | undefined {
  if (address.length > 45) return undefined
  let text = address
  const dot = text.lastIndexOf(':')
  if (text.includes('.')) {
    const octets = ip4Octets(text.slice(dot + 1))
    if (octets === undefined) return undefined
    const [first = 0, second = 0, third = 0, fourth = 0] = octets
    const upper = (first * 256 + second).toString(16)
    const lower = (third * 256 + fourth).toString(16)
    text = `${text.slice(0, dot + 1)}${upper}:${lower}`
  }
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head = '', tail] = halves
  const before = groupsOf(head)
  const after = tail === undefined ? [] : groupsOf(tail)
  const missing = 8 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...before, ...Array.from({ length: missing }, () => 0), ...after]
  return groups.every((group) => group <= 0xffff) ? groups : undefined
}

/** Groups that are not hexadecimal become Infinity. */
function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').map((group) => {
    if (group.length < 1 || group.length > 4) return Infinity
    for (let index = 0; index < group.length; index++) {
      if (!'0123456789abcdefABCDEF'.includes(group.charAt(index))) return Infinity
    }
    return Number.parseInt(group, 16)
  })
}
