/**
 * Payload types and what they stand for: rtpmap and fmtp of a stream (RFC 8866 §6.6, §6.15) and the
 * static types of RFC 3551 §6. Which of them is chosen is offer-answer.ts.
 */
import type { Attribute, Stream } from './description.ts'

/** One payload type of a stream. */
export interface OfferedCodec {
  readonly payloadType: number
  /** In capitals when read. */
  readonly name: string
  /** Hz. */
  readonly clockRate: number
  readonly channels: number
  readonly fmtp: string | undefined
}

/** Static types that stand for themselves without an rtpmap; those we might meet on a telephone. */
const staticTypes: ReadonlyMap<number, string> = new Map([
  [0, 'PCMU/8000'], [3, 'GSM/8000'], [4, 'G723/8000'], [8, 'PCMA/8000'],
  [9, 'G722/8000'], [13, 'CN/8000'], [18, 'G729/8000'],
])
const maxPayloadType = 127

/**
 * The payload types of a stream in its order of preference; those that are none, or unexplained,
 * are left out.
 */
export function codecsOf(stream: Stream): OfferedCodec[] {
  const maps = new Map<number, string>()
  const parameters = new Map<number, string>()
  for (const { name, value } of stream.attributes) {
    if (value === undefined || (name !== 'rtpmap' && name !== 'fmtp')) continue
    const space = value.indexOf(' ')
    const payloadType = payloadTypeOf(space < 0 ? value : value.slice(0, space))
    if (payloadType < 0 || space < 0) continue
    const target = name === 'rtpmap' ? maps : parameters
    // The first counts: a later one would change what was read before.
    if (!target.has(payloadType)) target.set(payloadType, value.slice(space + 1).trim())
  }
  const codecs: OfferedCodec[] = []
  for (const format of stream.formats) {
    const payloadType = payloadTypeOf(format)
    const map = maps.get(payloadType) ?? staticTypes.get(payloadType)
    if (payloadType < 0 || map === undefined) continue
    // <name>/<clock rate>[/<channels>]
    const [name = '', rate = '', channels = '1'] = map.split('/')
    const clockRate = Number(rate)
    if (name === '' || !(clockRate > 0) || !(Number(channels) > 0)) continue
    codecs.push({
      payloadType, name: name.toUpperCase(), clockRate, channels: Number(channels),
      fmtp: parameters.get(payloadType),
    })
  }
  return codecs
}

/** The rtpmap and fmtp attributes of payload types of ours. */
export function formatsOf(codecs: readonly OfferedCodec[]): Attribute[] {
  return codecs.flatMap(({ payloadType, name, clockRate, channels, fmtp }) => {
    const encoding = channels === 1 ? `${name}/${clockRate}` : `${name}/${clockRate}/${channels}`
    const map = { name: 'rtpmap', value: `${payloadType} ${encoding}` }
    return fmtp === undefined ? [map] : [map, { name: 'fmtp', value: `${payloadType} ${fmtp}` }]
  })
}

/** 0 … 127, else -1: '4294967296' must not become type 0. */
function payloadTypeOf(text: string): number {
  if (text.length < 1 || text.length > 3) return -1
  let value = 0
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 0x30
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value > maxPayloadType ? -1 : value
}
