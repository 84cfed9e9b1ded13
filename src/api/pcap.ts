/**
 * A SIP ladder as a capture file that Wireshark and sngrep open: classic pcap, microseconds, raw IP
 * (LINKTYPE_RAW, 101). Each message is one UDP datagram (RFC 768) in one IP packet (RFC 791, RFC
 * 8200), whatever it travelled over; addresses that were not told are those for documentation (RFC
 * 5737). Only messages whose text was kept are in it.
 */
import { isIPv4, isIPv6 } from 'node:net'
import type { CallLadder, LadderEntry } from '../call/ladder.ts'

const snapLength = 262_144
const linkTypeRaw = 101
const udp = 17
/** Stand-ins for what was not told: ours, and the lanes' from .2 on. */
const documentation = '192.0.2.'
const sipPort = 5060
/** What fits into an IP packet besides its headers. */
const largestPayload = 65_535 - 48

interface Side {
  readonly host: string
  readonly port: number
}

/** The file. */
export function pcapOf(ladder: CallLadder): Uint8Array<ArrayBuffer> {
  const lanes = new Map<string, Side>()
  // The first address that was told for a lane stands in where none was.
  for (const { lane, wire } of ladder.entries) {
    const told = sideOf(wire.remote)
    if (told !== undefined && !lanes.has(lane)) lanes.set(lane, told)
  }
  const ours = ladder.entries.map(({ wire }) => sideOf(wire.local)).find((side) => side)
  const packets = ladder.entries.filter(({ text }) => text !== '').map((entry) => {
    const far = sideOf(entry.wire.remote) ?? lanes.get(entry.lane) ?? standIn(entry, lanes)
    return record(ladder.startedAt + entry.atMs, packetOf(entry, far, ours))
  })
  const file = new Uint8Array(24 + packets.reduce((sum, { length }) => sum + length, 0))
  const view = new DataView(file.buffer)
  view.setUint32(0, 0xa1b2c3d4, true)
  view.setUint16(4, 2, true)
  view.setUint16(6, 4, true)
  view.setUint32(16, snapLength, true)
  view.setUint32(20, linkTypeRaw, true)
  let at = 24
  for (const packet of packets) {
    file.set(packet, at)
    at += packet.length
  }
  return file
}

function record(wallMs: number, packet: Uint8Array): Uint8Array {
  const whole = new Uint8Array(16 + packet.length)
  const view = new DataView(whole.buffer)
  const microseconds = Math.round(wallMs * 1000)
  view.setUint32(0, Math.floor(microseconds / 1_000_000), true)
  view.setUint32(4, microseconds % 1_000_000, true)
  view.setUint32(8, packet.length, true)
  view.setUint32(12, packet.length, true)
  whole.set(packet, 16)
  return whole
}

function packetOf(entry: LadderEntry, far: Side, ours: Side | undefined): Uint8Array {
  const isSix = isIPv6(far.host)
  const own = ours !== undefined && isIPv6(ours.host) === isSix
    ? ours
    : { host: isSix ? '2001:db8::1' : `${documentation}1`, port: ours?.port ?? sipPort }
  const [from, to] = entry.direction === 'in' ? [far, own] : [own, far]
  const payload = Buffer.from(entry.text).subarray(0, largestPayload)
  const source = octetsOf(from.host)
  const target = octetsOf(to.host)
  const datagram = datagramOf(from.port, to.port, payload, source, target)
  return isSix ? sixPacket(source, target, datagram) : fourPacket(source, target, datagram)
}

function datagramOf(
  from: number, to: number, payload: Uint8Array, source: Uint8Array, target: Uint8Array,
): Uint8Array {
  const datagram = new Uint8Array(8 + payload.length)
  const view = new DataView(datagram.buffer)
  view.setUint16(0, from)
  view.setUint16(2, to)
  view.setUint16(4, datagram.length)
  datagram.set(payload, 8)
  // The pseudo header (RFC 768, RFC 8200 §8.1) sums to the same for both.
  const sum = checksum([source, target, Uint8Array.of(0, udp), lengthOf(datagram), datagram])
  view.setUint16(6, sum === 0 ? 0xffff : sum)
  return datagram
}

function lengthOf(octets: Uint8Array): Uint8Array {
  return Uint8Array.of(octets.length >> 8, octets.length & 0xff)
}

function fourPacket(source: Uint8Array, target: Uint8Array, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(20 + payload.length)
  const view = new DataView(packet.buffer)
  packet[0] = 0x45
  view.setUint16(2, packet.length)
  view.setUint16(6, 0x4000) // do not fragment
  packet[8] = 64
  packet[9] = udp
  packet.set(source, 12)
  packet.set(target, 16)
  view.setUint16(10, checksum([packet.subarray(0, 20)]))
  packet.set(payload, 20)
  return packet
}

function sixPacket(source: Uint8Array, target: Uint8Array, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(40 + payload.length)
  const view = new DataView(packet.buffer)
  packet[0] = 0x60
  view.setUint16(4, payload.length)
  packet[6] = udp
  packet[7] = 64
  packet.set(source, 8)
  packet.set(target, 24)
  packet.set(payload, 40)
  return packet
}

/** RFC 1071. Every part but the last has an even length. */
function checksum(parts: readonly Uint8Array[]): number {
  let sum = 0
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) sum += (part[i]! << 8) | (part[i + 1] ?? 0)
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** 'host:port' with an IP address, a bracketed one for IPv6; undefined for anything else. */
function sideOf(text: string): Side | undefined {
  const colon = text.lastIndexOf(':')
  if (colon < 0) return undefined
  const host = text.slice(0, colon).replace('[', '').replace(']', '')
  const port = Number(text.slice(colon + 1))
  const isAddress = isIPv4(host) || isIPv6(host)
  return isAddress && port > 0 && port < 65_536 ? { host, port } : undefined
}

function standIn({ lane }: LadderEntry, lanes: Map<string, Side>): Side {
  const side = { host: `${documentation}${2 + (lanes.size % 250)}`, port: sipPort }
  lanes.set(lane, side)
  return side
}

function octetsOf(host: string): Uint8Array {
  if (isIPv4(host)) return Uint8Array.from(host.split('.').map(Number))
  // The last four octets may be written as an IPv4 address (RFC 4291 §2.2).
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host)
  const [, start = '', a = '', b = '', c = '', d = ''] = dotted ?? []
  const pair = (high: string, low: string) => ((Number(high) << 8) | Number(low)).toString(16)
  const text = dotted === null ? host : `${start}${pair(a, b)}:${pair(c, d)}`
  const [head = '', tail] = text.replace(/%.*$/, '').split('::')
  const groups = (part: string | undefined) =>
    part === undefined || part === '' ? [] : part.split(':').map((group) => parseInt(group, 16))
  const before = groups(head)
  const after = groups(tail)
  const middle = Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0)
  const octets = new Uint8Array(16)
  const view = new DataView(octets.buffer)
  ;[...before, ...middle, ...after].slice(0, 8).forEach((group, i) => view.setUint16(i * 2, group))
  return octets
}
