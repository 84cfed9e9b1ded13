/**
 * What the embedded media server can be told, with units and defaults, and the command line that
 * tells it. Every fault of a command line is reported at once. The environment only holds the
 * secret, so that it need not be seen in a list of processes.
 */
import { BlockList, isIP } from 'node:net'

export interface MediaOptions {
  /** Where SIP is listened for: UDP and TCP. Port 0: any free one. */
  readonly sipAddress: string
  readonly sipPort: number
  /** The event socket. Port 0: any free one. */
  readonly eslAddress: string
  readonly eslPort: number
  readonly secret: string
  /** Address for RTP sockets and for the SDP, unless `externalAddress` is given. */
  readonly rtpAddress: string
  /** One of the other IP family, for far ends whose offer names it; undefined: they get 488. */
  readonly rtpAddressOther: string | undefined
  /** First and last port of the range for RTP; 0 and 0: any free ones. */
  readonly rtpPortMin: number
  readonly rtpPortMax: number
  /** Address written to SDP and Contact when the machine is reached by another than its own. */
  readonly externalAddress: string | undefined
  /** Networks (CIDR) whose hosts may call, command and be dialled back; others are refused. */
  readonly allowed: readonly string[]
  /** Relative names of recordings are under the first, of sounds under the second. */
  readonly recordingsFolder: string
  readonly soundsFolder: string
  /** Further folders that may be played from and recorded into. */
  readonly folders: readonly string[]
  /** Names under which applications look for the SIP address in `sofia status`. */
  readonly profiles: readonly string[]
  /**
   * HOST:PORT of a TLS terminator in front of the SIP port, told to applications; undefined: none.
   */
  readonly tlsAddress: string | undefined
  /** More calls get 503. */
  readonly maxSessions: number
  /** A call that should send RTP and does not for so long is ended; 0 = never. */
  readonly mediaTimeoutSeconds: number
  /** Time a port rests before it is used again: late packets of the old call must have died out. */
  readonly portRestMs: number
  /** Interval of HEARTBEAT events. */
  readonly heartbeatMs: number
  /** Level of `log.ts`. */
  readonly logLevel: string
}

export const defaultMediaOptions: MediaOptions = {
  sipAddress: '127.0.0.1',
  sipPort: 5080,
  eslAddress: '127.0.0.1',
  eslPort: 8021,
  secret: '',
  rtpAddress: '127.0.0.1',
  rtpAddressOther: undefined,
  rtpPortMin: 0,
  rtpPortMax: 0,
  externalAddress: undefined,
  allowed: ['127.0.0.0/8', '::1/128'],
  recordingsFolder: 'recordings',
  soundsFolder: 'sounds',
  folders: [],
  profiles: ['drachtio_mrf'],
  tlsAddress: undefined,
  maxSessions: 1000,
  mediaTimeoutSeconds: 30,
  portRestMs: 5000,
  heartbeatMs: 20_000,
  logLevel: 'info',
}

/** A command line that cannot be followed; the message lists every fault, one a line. */
export class MediaOptionsError extends Error {
  override readonly name = 'MediaOptionsError'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.faults = faults
  }
}

type Draft = { -readonly [K in keyof MediaOptions]: MediaOptions[K] }
/** Reads the value of one option into the draft; returns what is wrong with it. */
type Reader = (draft: Draft, value: string) => string | undefined

const readers: Readonly<Record<string, Reader>> = {
  '--sip': (draft, value) => readAddress(value, (address, port) => {
    draft.sipAddress = address
    draft.sipPort = port
  }),
  '--esl': (draft, value) => readAddress(value, (address, port) => {
    draft.eslAddress = address
    draft.eslPort = port
  }),
  '--secret': (draft, value) => {
    draft.secret = value
    return undefined
  },
  '--rtp-address': (draft, value) => {
    const [first = '', other, ...more] = value.split(',')
    draft.rtpAddress = first
    draft.rtpAddressOther = other
    if (isIP(first) === 0 || (other !== undefined && isIP(other) === 0)) return 'is no IP address'
    const isPair = other === undefined || isIP(other) !== isIP(first)
    return isPair && more.length === 0 ? undefined : 'is not one address of each IP family'
  },
  '--rtp-ports': readPortRange,
  '--external-address': (draft, value) => {
    draft.externalAddress = value
    return isIP(value) === 0 ? 'is no IP address' : undefined
  },
  '--allow': (draft, value) => {
    draft.allowed = value.split(',')
    const wrong = draft.allowed.find((network) => !isNetwork(network))
    return wrong === undefined ? undefined : `"${wrong}" is no network like 10.0.0.0/8`
  },
  '--recordings': (draft, value) => {
    draft.recordingsFolder = value
    return undefined
  },
  '--sounds': (draft, value) => {
    draft.soundsFolder = value
    return undefined
  },
  '--folder': (draft, value) => {
    draft.folders = [...draft.folders, value]
    return undefined
  },
  '--profiles': (draft, value) => {
    draft.profiles = value.split(',')
    return draft.profiles.every((name) => /^[\w-]+$/.test(name)) ? undefined : 'is no list of names'
  },
  '--tls-address': (draft, value) => {
    draft.tlsAddress = value
    return readAddress(value, () => {})
  },
  '--max-sessions': readNumber('maxSessions', 1, 100_000),
  '--media-timeout': readNumber('mediaTimeoutSeconds', 0, 86_400),
  '--log-level': (draft, value) => {
    draft.logLevel = value
    return ['debug', 'info', 'warn', 'error', 'silent'].includes(value)
      ? undefined
      : 'is no log level'
  },
}

/**
 * Options from `--name value` pairs; the secret may come from `PN_MEDIA_SECRET` instead. Throws
 * MediaOptionsError with all faults.
 */
export function parseMediaArguments(
  argv: readonly string[], env: Readonly<Record<string, string | undefined>>,
): MediaOptions {
  const draft: Draft = { ...defaultMediaOptions, secret: env.PN_MEDIA_SECRET ?? '' }
  const faults: string[] = []
  let isRtpGiven = false
  for (let i = 0; i < argv.length; i += 2) {
    const name = argv[i] ?? ''
    const value = argv[i + 1]
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined
    if (reader === undefined) {
      faults.push(`${name}: there is no such option; there are ${Object.keys(readers).join(' ')}`)
    } else if (value === undefined || value === '') faults.push(`${name}: needs a value`)
    else {
      const fault = reader(draft, value)
      if (fault !== undefined) faults.push(`${name}: ${value} ${fault}`)
    }
    if (name === '--rtp-address') isRtpGiven = true
  }
  if (!isRtpGiven) draft.rtpAddress = draft.sipAddress
  if (draft.secret === '') {
    faults.push('--secret: there is no secret, neither here nor in PN_MEDIA_SECRET')
  }
  if (faults.length > 0) throw new MediaOptionsError(faults)
  return draft
}

/** Whether an address is in one of the networks; what is no address is in none. */
export function networkCheck(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  return (address) => {
    const plain =
      address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
    const version = isIP(plain)
    return version !== 0 && list.check(plain, version === 6 ? 'ipv6' : 'ipv4')
  }
}

function isNetwork(text: string): boolean {
  const [address = '', bits] = text.split('/')
  const version = isIP(address)
  if (version === 0) return false
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32))
  )
}

/** `HOST:PORT` or `[IPV6]:PORT`. */
function readAddress(
  value: string,
  take: (address: string, port: number) => void,
): string | undefined {
  const colon = value.lastIndexOf(':')
  const host = value.slice(0, Math.max(0, colon))
  const address = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  const port = readWhole(value.slice(colon + 1), 0, 65_535)
  if (isIP(address) === 0 || port === undefined) return 'is no ADDRESS:PORT'
  take(address, port)
  return undefined
}

function readPortRange(draft: Draft, value: string): string | undefined {
  const [first = '', last = first] = value.split('-')
  const least = readWhole(first, 0, 65_535)
  const most = readWhole(last, 0, 65_535)
  if (least === undefined || most === undefined) return 'is no range of ports like 20000-29999'
  draft.rtpPortMin = least
  draft.rtpPortMax = most
  if (least === 0 && most === 0) return undefined
  return least >= 1024 && most > least ? undefined : 'must rise, and begin at 1024 or above'
}

function readNumber(
  key: 'maxSessions' | 'mediaTimeoutSeconds',
  least: number,
  most: number,
): Reader {
  return (draft, value) => {
    const number = readWhole(value, least, most)
    if (number === undefined) return `is no number from ${least} to ${most}`
    draft[key] = number
    return undefined
  }
}

function readWhole(text: string, least: number, most: number): number | undefined {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  return value >= least && value <= most ? value : undefined
}
