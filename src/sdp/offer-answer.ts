/**
 * Offer and answer (RFC 3264) for one stream of telephone audio: what to answer to an offer, what
 * to offer when an INVITE brings none, and what both sides have agreed upon. Everything else in an
 * offer (video, a second audio stream, T.38, SRTP) is refused in its place with port 0. Values
 * only: ports are opened by whoever calls, and the version of o= is counted by
 * session-description.ts.
 */
import { kindOfAddress } from './address.ts'
import type { Attribute, Connection, Description, Stream } from './description.ts'
import { codecsOf, formatsOf } from './formats.ts'
import type { OfferedCodec } from './formats.ts'

/** Who sends, told from the side that writes it (RFC 8866 §6.7). */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

/** A codec of ours. */
export interface LocalCodec {
  /** As in rtpmap. */
  readonly name: string
  readonly clockRate: number
  /** As in rtpmap; 1 when absent. */
  readonly channels?: number
  /** What our offers call it. */
  readonly payloadType: number
}

/** What our side can do, and where. */
export interface LocalMedia {
  /** IPv4 or IPv6 address for c=. */
  readonly address: string
  readonly port: number
  /** By preference, for our offers; in answers the offerer's order decides. */
  readonly codecs: readonly LocalCodec[]
  /** Payload type of telephone-event in our offers, 101. */
  readonly eventPayloadType: number
  /** Whether comfort noise (13) is taken. */
  readonly takesNoise: boolean
  /** What we want to do; sendrecv but for hold from our side. */
  readonly direction?: Direction
}

/** Where a peer takes RTP, and RTCP at `controlPort`. */
export interface RemoteAddress {
  readonly address: string
  readonly port: number
  readonly controlPort: number
}

/** What was agreed for the one stream of audio. */
export interface Agreement {
  /** Which m= line it is, from 0. */
  readonly index: number
  readonly codec: string
  readonly clockRate: number
  readonly channels: number
  /** What we write into packets, and what we take: they differ when the answerer renumbers. */
  readonly sendPayloadType: number
  readonly receivePayloadType: number
  /** telephone-event, likewise; undefined = not agreed, digits come by INFO or in the sound. */
  readonly sendEventType: number | undefined
  readonly receiveEventType: number | undefined
  /** Comfort noise that the peer may send; undefined = none. */
  readonly noiseType: number | undefined
  /** Packet length that the peer asks for, ms: 20, 40 or 60. */
  readonly ptimeMs: number
  /** Where to send; undefined = nowhere (0.0.0.0). */
  readonly remote: RemoteAddress | undefined
  /** Ours. */
  readonly direction: Direction
  /** The peer put us on hold. */
  readonly isHeld: boolean
}

/** The answer to an offer. */
export interface Answer {
  readonly streams: readonly Stream[]
  readonly agreement: Agreement
}

/** Profiles that are plain RTP; the feedback of AVPF may be left unused (RFC 4585 §3.1). */
const profiles = ['RTP/AVP', 'RTP/AVPF']
const usualPtimeMs = 20
const longestPtimeMs = 60

/** What may be refused of an address beyond what never works. */
export interface AnswerOptions {
  /** Loopback in c=: right on one machine only. Default true. */
  readonly allowLoopback?: boolean
}

/**
 * Answers an offer: the first usable stream of audio is taken, with the first codec of its list
 * that is ours; all others are refused. Undefined = nothing in it is usable, answer 488.
 */
export function answerOffer(
  offer: Description, local: LocalMedia, options: AnswerOptions = {},
): Answer | undefined {
  let agreement: Agreement | undefined
  const streams = offer.streams.map((stream, index) => {
    agreement ??= agreeOn(offer, stream, index, local, options)
    return agreement?.index === index ? answerStream(stream, agreement, local) : refused(stream)
  })
  return agreement === undefined ? undefined : { streams, agreement }
}

/** The streams of an offer of ours: all codecs, telephone-event and comfort noise. */
export function offerStreams(local: LocalMedia): Stream[] {
  const formats: OfferedCodec[] = local.codecs.map((codec) =>
    ({ ...codec, channels: codec.channels ?? 1, fmtp: undefined }))
  formats.push(eventFormat(8000, local.eventPayloadType))
  if (local.takesNoise) formats.push(noiseFormat(8000, 13))
  return [audioStream('RTP/AVP', local, formats, local.direction ?? 'sendrecv')]
}

/**
 * What an answer to our offer has agreed upon, or an ACK that answers a late offer; undefined = the
 * peer refused our stream, or answered with nothing that we offered.
 */
export function readAnswer(
  answer: Description, local: LocalMedia, options: AnswerOptions = {},
): Agreement | undefined {
  const stream = answer.streams[0]
  return stream === undefined ? undefined : agreeOn(answer, stream, 0, local, options, true)
}

/** The streams of an answer that refuses everything (RFC 3264 §6). */
export function refusedStreams(offer: Description): Stream[] {
  return offer.streams.map(refused)
}

function agreeOn(
  description: Description, stream: Stream, index: number, local: LocalMedia,
  options: AnswerOptions, isAnswer = false,
): Agreement | undefined {
  if (stream.media.toLowerCase() !== 'audio' || stream.port === 0) return undefined
  if (!profiles.includes(stream.protocol.toUpperCase())) return undefined
  const connection = stream.connection ?? description.connection
  const kind = connection === undefined ? 'other' : kindOfAddress(connection)
  if (connection === undefined || !isUsable(kind, options)) return undefined
  const offered = codecsOf(stream)
  const codec = offered.find((one) => localOf(one, local) !== undefined)
  if (codec === undefined) return undefined
  const beside = offered.filter(({ clockRate }) => clockRate === codec.clockRate)
  const events = beside.find(({ name }) => name === 'TELEPHONE-EVENT')
  const noise = beside.find(({ name }) => name === 'CN')
  const theirs = directionOf(stream.attributes) ?? directionOf(description.attributes) ?? 'sendrecv'
  const isNowhere = kind === 'none'
  const wanted = isNowhere ? withoutReceiving(theirs) : theirs
  const direction = meeting(wanted, local.direction ?? 'sendrecv')
  return {
    index,
    codec: codec.name,
    clockRate: codec.clockRate,
    channels: codec.channels,
    sendPayloadType: codec.payloadType,
    // In an answer of ours the numbers are the offerer's; what we offered is received as we called
    // it.
    receivePayloadType: isAnswer ? localOf(codec, local)!.payloadType : codec.payloadType,
    sendEventType: events?.payloadType,
    receiveEventType: isAnswer && events ? local.eventPayloadType : events?.payloadType,
    noiseType: local.takesNoise ? noise?.payloadType : undefined,
    ptimeMs: ptimeOf(stream.attributes),
    remote: isNowhere
      ? undefined
      : { address: connection.address, port: stream.port, controlPort: controlPortOf(stream) },
    direction,
    isHeld: isNowhere || theirs === 'sendonly' || theirs === 'inactive',
  }
}

/**
 * RFC 3264 §8.4: 0.0.0.0 means that nothing may be sent to the peer. Multicast is agreed upon
 * otherwise (§6.2), and broadcast would make us flood a network.
 */
function isUsable(kind: ReturnType<typeof kindOfAddress>, options: AnswerOptions): boolean {
  if (kind === 'loopback') return options.allowLoopback !== false
  return kind === 'unicast' || kind === 'none'
}

function localOf(offered: OfferedCodec, local: LocalMedia): LocalCodec | undefined {
  return local.codecs.find(({ name, clockRate, channels = 1 }) =>
    name.toUpperCase() === offered.name && clockRate === offered.clockRate
      && channels === offered.channels)
}

function answerStream(stream: Stream, agreement: Agreement, local: LocalMedia): Stream {
  const { codec: name, clockRate, channels, sendPayloadType: payloadType } = agreement
  const formats: OfferedCodec[] = [{ name, clockRate, channels, payloadType, fmtp: undefined }]
  const { sendEventType, noiseType } = agreement
  if (sendEventType !== undefined) formats.push(eventFormat(clockRate, sendEventType))
  if (noiseType !== undefined) formats.push(noiseFormat(clockRate, noiseType))
  return audioStream(stream.protocol, local, formats, agreement.direction)
}

function eventFormat(clockRate: number, payloadType: number): OfferedCodec {
  return { name: 'telephone-event', clockRate, channels: 1, payloadType, fmtp: '0-15' }
}

function noiseFormat(clockRate: number, payloadType: number): OfferedCodec {
  return { name: 'CN', clockRate, channels: 1, payloadType, fmtp: undefined }
}

function audioStream(
  protocol: string, local: LocalMedia, formats: readonly OfferedCodec[], direction: Direction,
): Stream {
  return {
    media: 'audio', port: local.port, portCount: 1, protocol,
    formats: formats.map(({ payloadType }) => String(payloadType)),
    bandwidths: [],
    attributes: [
      ...formatsOf(formats),
      { name: 'ptime', value: String(usualPtimeMs) },
      { name: direction, value: undefined },
    ],
  }
}

/** RFC 3264 §6: refused in its place, with its media, protocol and at least one format. */
function refused(stream: Stream): Stream {
  return {
    media: stream.media, port: 0, portCount: 1, protocol: stream.protocol,
    formats: stream.formats.length === 0 ? ['0'] : stream.formats.slice(0, 1),
    bandwidths: [], attributes: [],
  }
}

function directionOf(attributes: readonly Attribute[]): Direction | undefined {
  const found = attributes.find(({ name }) =>
    name === 'sendrecv' || name === 'sendonly' || name === 'recvonly' || name === 'inactive')
  return found?.name as Direction | undefined
}

function withoutReceiving(direction: Direction): Direction {
  return sends(direction) ? 'sendonly' : 'inactive'
}

/** Our direction: theirs turned round (RFC 3264 §6.1), less what we do not want. */
function meeting(theirs: Direction, ours: Direction): Direction {
  const maySend = receives(theirs) && sends(ours)
  const mayReceive = sends(theirs) && receives(ours)
  if (maySend) return mayReceive ? 'sendrecv' : 'sendonly'
  return mayReceive ? 'recvonly' : 'inactive'
}

function sends(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'sendonly'
}

function receives(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'recvonly'
}

/** Whole frames of 20 ms, at most 60 ms and what a=maxptime allows. */
function ptimeOf(attributes: readonly Attribute[]): number {
  const wanted = Number(attributes.find(({ name }) => name === 'ptime')?.value ?? usualPtimeMs)
  const most = Number(attributes.find(({ name }) => name === 'maxptime')?.value ?? longestPtimeMs)
  const bounded = Math.min(wanted, most, longestPtimeMs)
  if (!Number.isFinite(bounded)) return usualPtimeMs
  return Math.max(1, Math.floor(bounded / usualPtimeMs)) * usualPtimeMs
}

/**
 * a=rtcp:<port> (RFC 3605), else the next port. rtcp-mux is never answered and so not in force (RFC
 * 5761 §5.1.1).
 */
function controlPortOf(stream: Stream): number {
  const value = stream.attributes.find(({ name }) => name === 'rtcp')?.value
  const port = Number(value?.split(' ', 1)[0])
  const isPort = Number.isInteger(port) && port > 0 && port <= 65535
  return isPort ? port : Math.min(stream.port + 1, 65535)
}

/** c= for one of our addresses. */
export function connectionOf(address: string): Connection {
  return { networkType: 'IN', addressType: address.includes(':') ? 'IP6' : 'IP4', address }
}
