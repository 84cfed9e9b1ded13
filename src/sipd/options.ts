/**
 * What the embedded SIP server can be told (control protocol §17): the settings with their units
 * and defaults, and the checks of single values that the configuration file, the environment and
 * the command line share.
 */
import type { SpammerRules } from '../drachtio/screening.ts'

/** One `<contact>` or `--contact`: where to listen for SIP. */
export interface ContactOption {
  /** `sip:HOST[:PORT][;transport=udp,tcp]`; HOST `*` stands for all addresses of the machine. */
  readonly uri: string
  readonly externalIp?: string
  /** CIDR. */
  readonly localNets: readonly string[]
  readonly dnsNames: readonly string[]
}

export interface SipdOptions {
  readonly version?: false
  /** Where applications connect. Port 0: any free one. */
  readonly adminAddress: string
  readonly adminPort: number
  readonly secret: string
  /** Interval of TCP keep-alive probes to applications; 0 = none. */
  readonly keepAliveSeconds: number
  readonly contacts: readonly ContactOption[]
  readonly outboundProxy: string | undefined
  readonly t1Ms: number
  readonly t2Ms: number
  readonly t4Ms: number
  readonly t1x64Ms: number
  readonly defaultRefresher: 'none' | 'uac' | 'uas'
  readonly aggressiveNat: boolean
  readonly natDetection: boolean
  readonly rejectRegisterWithNoRealm: boolean
  /** OPTIONS with exactly this User-Agent are answered 200 without asking an application. */
  readonly optionsAutoRespond: string | undefined
  readonly alwaysSend180: boolean
  readonly spammers: SpammerRules
  readonly cdrs: boolean
  readonly prometheus: { readonly address: string; readonly port: number } | undefined
  /** Level of `log.ts`. */
  readonly logLevel: string
  /** Settings that were understood but have no effect yet, for a warning at the start. */
  readonly ignored: readonly string[]
}

/** What one source (file, environment, command line) says. */
export type PartialOptions = { -readonly [K in keyof SipdOptions]?: SipdOptions[K] }

export const defaultOptions: SipdOptions = {
  adminAddress: '0.0.0.0',
  adminPort: 9022,
  secret: 'cymru',
  keepAliveSeconds: 45,
  contacts: [{ uri: 'sip:*', localNets: [], dnsNames: [] }],
  outboundProxy: undefined,
  t1Ms: 500,
  t2Ms: 4000,
  t4Ms: 5000,
  t1x64Ms: 32_000,
  defaultRefresher: 'none',
  aggressiveNat: false,
  natDetection: true,
  rejectRegisterWithNoRealm: false,
  optionsAutoRespond: undefined,
  alwaysSend180: false,
  spammers: { userAgent: [], from: [], to: [] },
  cdrs: false,
  prometheus: undefined,
  logLevel: 'info',
  ignored: [],
}

/** Where a source collects what is wrong with it, so that all faults can be told at once. */
export class Faults {
  readonly list: string[] = []

  add(where: string, what: string): undefined {
    this.list.push(`${where}: ${what}`)
    return undefined
  }
}

/** Whole number between the bounds, written in decimal digits only. */
export function readNumber(
  faults: Faults,
  where: string,
  text: string,
  least: number,
  most: number,
): number | undefined {
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  return faults.add(where, `"${text}" is not a number from ${least} to ${most}`)
}

export function readPort(faults: Faults, where: string, text: string): number | undefined {
  return readNumber(faults, where, text, 0, 65_535)
}

/** yes, true, 1 or no, false, 0. */
export function readFlag(faults: Faults, where: string, text: string): boolean | undefined {
  const word = text.toLowerCase()
  if (word === 'yes' || word === 'true' || word === '1') return true
  if (word === 'no' || word === 'false' || word === '0') return false
  return faults.add(where, `"${text}" is neither yes nor no`)
}

const levels: Readonly<Record<string, string>> = {
  notice: 'error',
  error: 'error',
  warning: 'warn',
  info: 'info',
  debug: 'debug',
}

/** drachtio's level names, of which `notice` is the quietest, to those of `log.ts`. */
export function readLogLevel(faults: Faults, where: string, text: string): string | undefined {
  if (Object.hasOwn(levels, text)) return levels[text]
  return faults.add(where, `"${text}" is none of ${Object.keys(levels).join(', ')}`)
}

/** `[HOST:]PORT`, HOST defaulting to all addresses. */
export function readHostPort(
  faults: Faults,
  where: string,
  text: string,
): { address: string; port: number } | undefined {
  const colon = text.lastIndexOf(':')
  const port = readPort(faults, where, text.slice(colon + 1))
  if (port === undefined) return undefined
  const host = colon < 0 ? '0.0.0.0' : text.slice(0, colon)
  return { address: host.startsWith('[') ? host.slice(1, -1) : host, port }
}
