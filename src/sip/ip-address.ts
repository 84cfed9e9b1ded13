/**
 * IP addresses as text: which family, which network, how much two of them have in common. Used to
 * choose between listening points and to recognise NAT; names are never resolved here.
 */

const noBytes: readonly number[] = []

/** The 4 or 16 bytes of an IPv4 or IPv6 address (no brackets); empty when it is not one. */
export function addressBytes(text: string): readonly number[] {
  return text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text)
}

/** Whether `text` is an IP address rather than a name. */
export function isIpAddress(text: string): boolean {
  return addressBytes(text).length > 0
}

/** Whether `address` lies in `network`, CIDR text (`10.0.0.0/8`); a bare address is a host. */
export function isInNetwork(address: readonly number[], network: string): boolean {
  const slash = network.indexOf('/')
  const base = addressBytes(slash < 0 ? network : network.slice(0, slash))
  if (base.length === 0 || base.length !== address.length) return false
  const bits = slash < 0 ? base.length * 8 : Number(network.slice(slash + 1))
  if (!Number.isInteger(bits) || bits < 0 || bits > base.length * 8) return false
  for (let index = 0; index * 8 < bits; index++) {
    const width = Math.min(8, bits - index * 8)
    const mask = (0xff << (8 - width)) & 0xff
    if (((address[index] ?? 0) & mask) !== ((base[index] ?? 0) & mask)) return false
  }
  return true
}

/** How many leading octets two addresses of one family share. */
export function commonOctets(a: readonly number[], b: readonly number[]): number {
  let count = 0
  while (count < a.length && a[count] === b[count]) count++
  return count
}

export function isLoopback(address: readonly number[]): boolean {
  if (address.length === 4) return address[0] === 127
  return address.length === 16 && address[15] === 1 && address.slice(0, 15).every((b) => b === 0)
}

/** RFC 1918 address space. */
export function isPrivate(address: readonly number[]): boolean {
  const [a = 0, b = 0] = address
  if (address.length !== 4) return false
  return a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)
}

/** A host as it stands in a URI or a Via: IPv6 in brackets. */
export function bracketHost(host: string): string {
  return host.includes(':') ? '[' + host + ']' : host
}

function ipv4Bytes(text: string): readonly number[] {
  const bytes: number[] = []
  let value = -1
  for (let index = 0; index <= text.length; index++) {
    const code = index < text.length ? text.charCodeAt(index) : 0x2e
    if (code === 0x2e) {
      if (value < 0) return noBytes
      bytes.push(value)
      value = -1
    } else if (code >= 0x30 && code <= 0x39) {
      value = (value < 0 ? 0 : value) * 10 + code - 0x30
      if (value > 255) return noBytes
    } else return noBytes
  }
  return bytes.length === 4 ? bytes : noBytes
}

function ipv6Bytes(text: string): readonly number[] {
  const gap = text.indexOf('::')
  const head = gap < 0 ? text : text.slice(0, gap)
  const tail = gap < 0 ? '' : text.slice(gap + 2)
  const before = groups(head)
  const after = groups(tail)
  if (before === undefined || after === undefined) return noBytes
  const missing = 16 - before.length - after.length
  if (gap < 0 ? missing !== 0 : missing < 2) return noBytes
  return [...before, ...Array.from({ length: missing }, () => 0), ...after]
}

/** Bytes of `1:2:3` or `ffff:1.2.3.4`; undefined when malformed. */
function groups(text: string): number[] | undefined {
  if (text === '') return []
  const bytes: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes('.')) {
      const embedded = ipv4Bytes(part)
      if (embedded.length === 0) return undefined
      bytes.push(...embedded)
      continue
    }
    const value = part.length === 0 || part.length > 4 ? NaN : Number('0x' + part)
    if (!Number.isInteger(value)) return undefined
    bytes.push(value >> 8, value & 0xff)
  }
  return bytes
}
