/**
 * Whether an address belongs to the public Internet. A subscriber names the host of his webhook:
 * it must not lead us to our own machines, wherever its name resolves to (RFC 6890).
 */
import { BlockList, isIP } from 'node:net'

const refused4: readonly (readonly [network: string, bits: number])[] = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16],
  ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.31.196.0', 24],
  ['192.52.193.0', 24], ['192.88.99.0', 24], ['192.168.0.0', 16], ['192.175.48.0', 24],
  ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
/** Parts of 2000::/3 that are special or carry an IPv4 address inside. */
const refused6: readonly (readonly [network: string, bits: number])[] = [
  ['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['2620:4f:8000::', 48], ['3fff::', 20],
]

const refused = new BlockList()
for (const [network, bits] of refused4) refused.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of refused6) refused.addSubnet(network, bits, 'ipv6')
const global6 = new BlockList()
global6.addSubnet('2000::', 3, 'ipv6')

/** Of an IP address without brackets; everything that is none is not public. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4: return !refused.check(address, 'ipv4')
    case 6: return global6.check(address, 'ipv6') && !refused.check(address, 'ipv6')
    default: return false
  }
}
