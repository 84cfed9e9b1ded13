/**
 * Networks in CIDR notation, compiled once and matched without allocation: which trunk an INVITE
 * came from is asked before anything else. IPv4, IPv6 and IPv4-mapped IPv6 (RFC 4291 §2.5.5.2).
 * An empty or unreadable entry matches nothing: a peer is never let in by default.
 */
import { readUnsigned } from './guard.ts'

export interface Network {
  /** 4 or 6; the eight words of an IPv4 network hold it in the last two. */
  readonly family: 4 | 6
  readonly words: Uint16Array
  /** Leading bits that must agree, counted within the family (0–32 or 0–128). */
  readonly prefix: number
}

/** '10.0.0.0/8', '192.0.2.7', '2001:db8::/32'. Undefined when it cannot be read. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/')
  const address = parseIp(slash < 0 ? text : text.slice(0, slash))
  if (address === undefined) return undefined
  const most = address.family === 4 ? 32 : 128
  const prefix = slash < 0 ? most : decimal(text.slice(slash + 1))
  if (prefix === undefined || prefix > most) return undefined
  return { ...address, prefix }
}

/** Whether the address lies in the network. `address` comes from `parseIp`. */
export function networkHas(network: Network, address: Ip): boolean {
  if (network.family !== address.family) return false
  let bits = network.prefix
  for (let i = network.family === 4 ? 6 : 0; bits > 0; i++, bits -= 16) {
    const mask = bits >= 16 ? 0xffff : (0xffff << (16 - bits)) & 0xffff
    if (((network.words[i]! ^ address.words[i]!) & mask) !== 0) return false
  }
  return true
}

export interface Ip {
  readonly family: 4 | 6
  readonly words: Uint16Array
}

/** Reads an IP address as text, with or without brackets or zone. */
export function parseIp(text: string): Ip | undefined {
  let host = text.trim()
  if (host.startsWith('[') && host.endsWith(']')) host = host.slice(1, -1)
  const zone = host.indexOf('%')
  if (zone >= 0) host = host.slice(0, zone)
  if (!host.includes(':')) return parseV4(host)
  const words = parseV6(host)
  if (words === undefined) return undefined
  return isMapped(words) ? { family: 4, words } : { family: 6, words }
}

function parseV4(text: string): Ip | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  const words = new Uint16Array(8)
  for (let i = 0; i < 4; i++) {
    const part = decimal(parts[i]!)
    if (part === undefined || part > 255) return undefined
    words[6 + (i >> 1)]! |= i % 2 === 0 ? part << 8 : part
  }
  return { family: 4, words }
}

function isMapped(words: Uint16Array): boolean {
  for (let i = 0; i < 5; i++) if (words[i] !== 0) return false
  return words[5] === 0xffff
}

function parseV6(text: string): Uint16Array | undefined {
  const gap = text.indexOf('::')
  if (gap >= 0 && text.indexOf('::', gap + 1) >= 0) return undefined
  const head = groups(gap < 0 ? text : text.slice(0, gap), gap < 0)
  const tail = gap < 0 ? [] : groups(text.slice(gap + 2), true)
  if (head === undefined || tail === undefined) return undefined
  const count = head.length + tail.length
  if (gap < 0 ? count !== 8 : count > 7) return undefined
  const words = new Uint16Array(8)
  words.set(head, 0)
  words.set(tail, 8 - tail.length)
  return words
}

/** Colon groups; the last of an address may be dotted IPv4 and then counts as two. */
function groups(text: string, last: boolean): number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const words: number[] = []
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!
    if (part.includes('.')) {
      const v4 = last && i === parts.length - 1 ? parseV4(part) : undefined
      if (v4 === undefined) return undefined
      words.push(v4.words[6]!, v4.words[7]!)
    } else {
      const word = hexWord(part)
      if (word === undefined) return undefined
      words.push(word)
    }
  }
  return words
}

function hexWord(text: string): number | undefined {
  if (text.length === 0 || text.length > 4) return undefined
  let value = 0
  for (const char of text.toLowerCase()) {
    const digit = '0123456789abcdef'.indexOf(char)
    if (digit < 0) return undefined
    value = value * 16 + digit
  }
  return value
}

/** Three digits at most: an octet or a length. */
function decimal(text: string): number | undefined {
  return text.length > 3 ? undefined : readUnsigned(text)
}
