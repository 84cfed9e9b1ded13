/**
 * Listening points as they are configured: parses `sip:10.0.0.5:5060;transport=udp,tcp` and turns
 * `*` and host names into real addresses (control protocol §15.1). Opens no socket.
 */
import { isIP, isIPv6 } from 'node:net'
import type { ContactOption } from './options.ts'
import { Faults, readPort } from './options.ts'

export type BindTransport = 'udp' | 'tcp'

export interface Contact {
  /** IP address without brackets, host name, or `*`. */
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  readonly transports: readonly BindTransport[]
  readonly option: ContactOption
}

/** One address to bind, for each of the transports. */
export interface Bind {
  readonly address: string
  readonly port: number
  readonly transports: readonly BindTransport[]
  readonly externalAddress: string | undefined
  readonly localNets: readonly string[]
  readonly dnsNames: readonly string[]
  /** Made from `*`: it is no fault if this one cannot be bound, as long as another can. */
  readonly optional: boolean
}

/** An address of this machine as `os.networkInterfaces()` tells it. */
export interface InterfaceAddress {
  readonly address: string
  readonly family: string
  readonly cidr: string | null
}

const defaultSipPort = 5060

/** Parses one contact; what is wrong goes to `faults` and the result is undefined. */
export function parseContact(
  faults: Faults,
  where: string,
  option: ContactOption,
): Contact | undefined {
  const uri = option.uri.trim().replace(/^<(.*)>$/, '$1')
  const [address = '', ...params] = uri.split(';')
  if (/^sips:/i.test(address)) return faults.add(where, `TLS is not supported yet: ${uri}`)
  if (!/^sip:/i.test(address)) return faults.add(where, `"${uri}" is not a SIP URI`)
  const hostPort = address.slice(address.includes('@') ? address.lastIndexOf('@') + 1 : 4)
  const parts = /^(\*|\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]+))?$/.exec(hostPort)
  if (parts === null) return faults.add(where, `"${uri}" names no address`)
  const host = (parts[1] ?? '').replace(/^\[(.*)\]$/, '$1')
  if (parts[1]?.startsWith('[') && !isIPv6(host))
    return faults.add(where, `"${host}" is not an IPv6 address`)
  const port = parts[2] === undefined ? defaultSipPort : readPort(faults, where, parts[2])
  const transports = readTransports(faults, where, uri, params)
  if (port === undefined || transports === undefined) return undefined
  if (option.externalIp !== undefined && isIP(option.externalIp) === 0) {
    return faults.add(where, `external-ip "${option.externalIp}" is not an IP address`)
  }
  for (const net of option.localNets) {
    if (!isCidr(net))
      return faults.add(where, `local-net "${net}" is not a network like 10.0.0.0/8`)
  }
  return { host, port, transports, option }
}

function readTransports(
  faults: Faults,
  where: string,
  uri: string,
  params: readonly string[],
): BindTransport[] | undefined {
  const param = params.find((p) => p.toLowerCase().startsWith('transport='))
  if (param === undefined) return ['udp', 'tcp']
  const transports: BindTransport[] = []
  for (const word of param.slice('transport='.length).toLowerCase().split(',')) {
    if (word === 'udp' || word === 'tcp') transports.push(word)
    else if (word === 'tls') return faults.add(where, `TLS is not supported yet: ${uri}`)
    else if (word === 'ws' || word === 'wss')
      return faults.add(where, `WebSocket is not supported yet: ${uri}`)
    else return faults.add(where, `unknown transport "${word}" in ${uri}`)
  }
  return transports
}

function isCidr(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const width = isIP(address) === 6 ? 128 : 32
  if (isIP(address) === 0 || more.length > 0) return false
  return bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) <= width)
}

/**
 * Real addresses for a contact. `interfaces` are this machine's, `resolved` what a host name stands
 * for (ignored for the other kinds). Link-local IPv6 addresses are left out: without a scope they
 * cannot be written into a SIP header.
 */
export function expandContact(
  contact: Contact,
  interfaces: readonly InterfaceAddress[],
  resolved: readonly string[],
): Bind[] {
  const all = contact.host === '*' || contact.host === '0.0.0.0' || contact.host === '::'
  const addresses = all
    ? wildcard(contact.host, interfaces)
    : isIP(contact.host) !== 0
      ? [contact.host]
      : resolved
  return addresses.map((address) => ({
    address,
    port: contact.port,
    transports: contact.transports,
    externalAddress: contact.option.externalIp,
    localNets:
      contact.option.localNets.length > 0 ? contact.option.localNets : ownNet(address, interfaces),
    dnsNames: contact.option.dnsNames,
    optional: all,
  }))
}

function wildcard(host: string, interfaces: readonly InterfaceAddress[]): string[] {
  return interfaces
    .filter((i) => host === '*' || (host === '::') === (i.family === 'IPv6'))
    .filter((i) => !/^fe[89ab]/i.test(i.address))
    .map((i) => i.address)
}

function ownNet(address: string, interfaces: readonly InterfaceAddress[]): string[] {
  const own = interfaces.find((i) => i.address === address)
  return own === undefined || own.cidr === null ? [] : [own.cidr]
}
