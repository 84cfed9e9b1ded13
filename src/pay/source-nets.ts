/**
 * From where a payment system calls us: a list of networks. An address that cannot be read is in
 * none of them.
 */
import { BlockList, isIP } from 'node:net'

export interface SourceNets {
  /** Whether this IP address is in one of the networks. */
  has(address: string): boolean
}

/** Reads '185.71.76.0/27, 77.75.156.11, 2a02:5180::/32'. Throws an Error naming what is none. */
export function readSourceNets(text: string): SourceNets {
  const list = new BlockList()
  for (const net of text.split(',').map((one) => one.trim()).filter((one) => one !== '')) {
    const [address = '', bits] = net.split('/')
    const family = isIP(address)
    const most = family === 6 ? 128 : 32
    const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1
    if (family === 0 || length < 0 || length > most) {
      throw new Error(`must be networks such as 185.71.76.0/27, but "${net}" is none`)
    }
    list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4')
  }
  return {
    has(address) {
      // How an IPv6 socket shows an IPv4 caller.
      const plain = address.toLowerCase().startsWith('::ffff:') ? address.slice(7) : address
      const family = isIP(plain)
      return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4')
    },
  }
}
