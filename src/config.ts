/**
 * The configuration: the only place that reads the environment. Every setting has a default that
 * works on a fresh machine, a unit and a range; all faults are reported at once and stop the start.
 * `make help` and the README list what stands here (`describeSettings`).
 */
import { mkdirSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { readHash, readReceipt, shopFaults } from './pay/shop-settings.ts'
import { readSourceNets } from './pay/source-nets.ts'

/** One setting: how its text is read, what it means, and what a fresh machine uses. */
interface Setting<T> {
  readonly env: string
  readonly unit: string
  readonly about: string
  readonly fallback: string
  /** Throws an Error whose message says what would be right. */
  readonly read: (text: string) => T
}

const settings = {
  panelHost: setting('PN_PANEL_HOST', 'address', '127.0.0.1', readAddress,
    'where the panel listens'),
  panelPort: setting('PN_PANEL_PORT', 'port', '8080', readPort,
    'port of the panel'),
  behindProxy: setting('PN_BEHIND_PROXY', 'yes or no', 'no', readYesNo,
    'TLS is ended by a proxy before the panel: allows other addresses, makes cookies secure'),
  sipContact: setting('PN_SIP_CONTACT', 'SIP URI', '', (text) => text.trim(),
    'where the embedded SIP server listens; empty = the contacts of its configuration file'),
  drachtioConf: setting('PN_DRACHTIO_CONF', 'file', 'drachtio-conf/drachtio.conf.xml', readText,
    'configuration file of the SIP server'),
  controlHost: setting('PN_CONTROL_HOST', 'address', '127.0.0.1', readText,
    'where the SIP server takes the application'),
  controlPort: setting('PN_CONTROL_PORT', 'port', '9022', readPort,
    'port of the control connection'),
  controlSecret: setting('PN_CONTROL_SECRET', 'text', 'cymru', readText,
    'secret of the control connection'),
  metricsPort: setting('PN_METRICS_PORT', 'port, 0 = off', '0', readPort,
    'Prometheus figures of the SIP server'),
  databaseUrl: setting('DATABASE_URL', 'mysql://…', '', readDatabaseUrl,
    'database to use; empty = a private MariaDB under the data folder'),
  databaseOwnerUrl: setting('PN_DATABASE_OWNER_URL', 'mysql://…', '', readDatabaseUrl,
    'user who may change tables, for the start only; empty = the one of DATABASE_URL'),
  dataDir: setting('PN_DATA_DIR', 'folder', 'var', (text) => resolve(readText(text)),
    'private database, journal and demo data'),
  demo: setting('PN_DEMO', 'yes or no', 'yes', readYesNo,
    'fill an empty database with the demo subscriber'),
  demoTrunkPort: setting('PN_DEMO_TRUNK_PORT', 'port', '5070', readPort,
    'where the demo trunk expects the telephone network'),
  maxCps: setting('PN_MAX_CPS', 'calls per second', '500', readCount(1, 100_000),
    'more new calls than this get 503 with Retry-After'),
  maxLiveCalls: setting('PN_MAX_LIVE_CALLS', 'calls', '5000', readCount(1, 1_000_000),
    'more living calls than this get 503 with Retry-After'),
  maxCallSeconds: setting('PN_MAX_CALL_SECONDS', 'seconds', '14400', readCount(60, 86_400),
    'longest conversation'),
  drainSeconds: setting('PN_DRAIN_SECONDS', 'seconds', '5', readCount(0, 86_400),
    'how long living calls may go on when the application stops'),
  sessionSeconds: setting('PN_SESSION_SECONDS', 'seconds', '1800', readSessionSeconds,
    'session interval asked for on both legs (RFC 4028), 0 = none'),
  mediaServers: setting('PN_MEDIA_SERVERS', 'host:port,…', '', readServers,
    'event sockets of media servers (FreeSWITCH); empty = an embedded one is started'),
  mediaSecret: setting('PN_MEDIA_SECRET', 'text', '', (text) => text,
    'secret of the event sockets; empty = one made at each start for the embedded one'),
  mediaListen: setting('PN_MEDIA_LISTEN', 'address', '127.0.0.1', readAddress,
    'where media servers dial back to the application'),
  mediaPort: setting('PN_MEDIA_PORT', 'port', '8021', readPort,
    'event socket of the embedded media server, on 127.0.0.1'),
  rtpAddress: setting('PN_RTP_ADDRESS', 'address', '', orEmpty(readAddress),
    'where the embedded media server sends and takes RTP; empty = the address of the SIP server'),
  rtpPorts: setting('PN_RTP_PORTS', 'first-last, 0 = any free', '20000-29999', readPorts,
    'ports of the embedded media server for RTP'),
  recordingsDir: setting('PN_RECORDINGS', 'folder', '', orEmpty((text) => resolve(text)),
    'recordings and messages, the same path for all media servers; empty = under the data folder'),
  promptsDir: setting('PN_PROMPTS', 'folder', 'prompts', (text) => resolve(readText(text)),
    'spoken prompts, the same path for all media servers; studio files replace them one by one'),
  brandFile: setting('PN_BRAND', 'JSON file', '', (text) => text.trim(),
    'name, links and colours of the panel; empty = those of the manual'),
  verifyNumbers: setting('PN_VERIFY_NUMBERS', 'yes or no', 'no', readYesNo,
    'numbers are rung only after a code has proved that they are the subscriber’s'),
  temporaryPassword: setting('PN_TEMPORARY_PASSWORD', 'yes or no', 'no', readYesNo,
    'new subscribers get a password by mail, to be changed at once, instead of a link'),
  publicUrl: setting('PN_PUBLIC_URL', 'URL', '', orEmpty(readPublicUrl),
    'address of the panel in letters; empty = where it listens'),
  smtpUrl: setting('PN_SMTP_URL', 'smtp://…, smtps://…', '', orEmpty(readUrl('smtp:', 'smtps:')),
    'mail server for notices; empty = letters go to the local mailbox'),
  mailFrom: setting('PN_MAIL_FROM', 'address', 'noreply@localhost', readMailAddress,
    'sender of letters'),
  mailbox: setting('PN_MAILBOX', 'yes or no', 'yes', readYesNo,
    'catch mail and SMS on this machine and show them at /mailbox; with PN_DEMO only'),
  smsDriver: setting('PN_SMS_DRIVER', 'folder, http, smpp', 'folder', readSmsDriver,
    'how SMS are sent; folder = caught with PN_MAILBOX, none without'),
  smsUrl: setting('PN_SMS_URL', 'URL', '', (text) => text.trim(),
    'gateway: smpp://id:password@host:port, or https with {to} {digits} {text} {from} in it'),
  smsBody: setting('PN_SMS_BODY', 'text', '', (text) => text,
    'body of the HTTP request, JSON or a form, with the same places; empty = GET'),
  smsToken: setting('PN_SMS_TOKEN', 'text', '', (text) => text.trim(),
    'bearer token of the HTTP gateway'),
  smsFrom: setting('PN_SMS_FROM', 'name or number', 'OneTel', readText,
    'sender of SMS'),
  telegramToken: setting('PN_TELEGRAM_TOKEN', 'text', '', orEmpty(readTelegramToken),
    'token of the bot that sends notices; empty = none'),
  telegramApi: setting('PN_TELEGRAM_API', 'URL', 'https://api.telegram.org',
    readUrl('https:', 'http:'), 'where the bot is spoken to'),
  robokassaLogin: setting('PN_ROBOKASSA_LOGIN', 'text', '', (text) => text.trim(),
    'shop at Robokassa; empty = the simulator, or none without it'),
  robokassaPassword1: setting('PN_ROBOKASSA_PASSWORD_1', 'text', '', (text) => text,
    'its password #1, which signs payments'),
  robokassaPassword2: setting('PN_ROBOKASSA_PASSWORD_2', 'text', '', (text) => text,
    'its password #2, which signs notices'),
  robokassaTestPassword1: setting('PN_ROBOKASSA_TEST_PASSWORD_1', 'text', '', (text) => text,
    'the same for its test mode'),
  robokassaTestPassword2: setting('PN_ROBOKASSA_TEST_PASSWORD_2', 'text', '', (text) => text,
    'the same for its test mode'),
  robokassaHash: setting('PN_ROBOKASSA_HASH', 'md5, sha1, sha256, sha384, sha512', 'sha256',
    readHash, 'hash chosen in its cabinet'),
  robokassaTest: setting('PN_ROBOKASSA_TEST', 'yes or no', 'no', readYesNo,
    'payments are begun in its test mode: the balance grows, no money moves'),
  robokassaReceipt: setting('PN_ROBOKASSA_RECEIPT', 'taxation,VAT', '', readReceipt,
    'receipts (54-ФЗ), for instance usn_income,none; empty = none are sent'),
  yookassaShop: setting('PN_YOOKASSA_SHOP', 'text', '', (text) => text.trim(),
    'shop at ЮKassa, for cards and СБП; empty = the simulator, or none without it'),
  yookassaSecret: setting('PN_YOOKASSA_SECRET', 'text', '', (text) => text,
    'its secret key'),
  yookassaVatCode: setting('PN_YOOKASSA_VAT_CODE', 'code, 0 = no receipts', '0', readCount(0, 12),
    'VAT of the receipts (54-ФЗ)'),
  yookassaTest: setting('PN_YOOKASSA_TEST', 'yes or no', 'no', readYesNo,
    'it is a test shop: the balance grows, no money moves'),
  yookassaNets: setting('PN_YOOKASSA_NETS', 'networks', '185.71.76.0/27,185.71.77.0/27,' +
    '77.75.153.0/25,77.75.156.11,77.75.156.35,77.75.154.128/25,2a02:5180::/32', readSourceNets,
    'from where its notices are taken'),
  qiwiSite: setting('PN_QIWI_SITE', 'text', '', (text) => text.trim(),
    'site at QIWI; empty = the simulator, or none without it'),
  qiwiSecret: setting('PN_QIWI_SECRET', 'text', '', (text) => text,
    'its secret key'),
  qiwiClosed: setting('PN_QIWI_CLOSED', 'yes or no', 'yes', readYesNo,
    'QIWI takes no payments since 2024: its tile is paid by СБП through ЮKassa'),
  paySimulatorPort: setting('PN_PAY_SIMULATOR_PORT', 'port, 0 = none', '8090', readPort,
    'simulator of payment systems on 127.0.0.1, with PN_DEMO=yes only'),
  paySimulatorSecret: setting('PN_PAY_SIMULATOR_SECRET', 'text', '', (text) => text,
    'what it signs with; empty = made at each start'),
  fourEyesRoubles: setting('PN_FOUR_EYES', 'roubles', '5000', readCount(0, 1_000_000),
    'a correction of a balance beyond this needs a second manager'),
  rejectedDays: setting('PN_REJECTED_DAYS', 'days', '30', readCount(1, 3650),
    'how long a rejected request for a number is kept with what the applicant said of himself'),
  managersListen: setting('PN_MANAGERS_LISTEN', 'yes or no', 'no', readYesNo,
    'managers who look at a subscriber’s panel may hear his recordings and messages'),
  ladders: setting('PN_LADDERS', 'all, failed, off', 'all', readLadders,
    'of which calls SIP messages are kept, for 14 days; of answered ones ten a second at most'),
  logLevel: setting('PN_LOG_LEVEL', 'debug, info, warn, error, silent', 'warn', readLogLevel,
    'how much is logged'),
  wallClock: setting('PN_WALL_CLOCK', 'ISO instant', '', readInstant,
    'for tests: the wall clock starts here instead of at the present; empty = the present'),
}

type Settings = typeof settings
/** All settings with their values, frozen. */
export type Config = {
  readonly [K in keyof Settings]: Settings[K] extends Setting<infer T> ? T : never
}

/** All faults of the configuration, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    const lines = faults.map((fault) => `  ${fault}`).join('\n')
    super(`the configuration has ${faults.length} fault(s):\n${lines}`)
    this.faults = faults
  }
}

/** Reads the settings from an environment. Throws ConfigError naming every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const faults: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, one] of Object.entries(settings)) {
    const text = env[one.env] ?? one.fallback
    try {
      values[name] = one.read(text)
    } catch (fault) {
      faults.push(`${one.env}=${JSON.stringify(text)}: ${(fault as Error).message} (${one.about})`)
    }
  }
  for (const name of Object.keys(env)) {
    if (name.startsWith('PN_') && !Object.values(settings).some((one) => one.env === name)) {
      faults.push(`${name}: no such setting; \`make help\` lists them`)
    }
  }
  const config = values as Config
  if (faults.length === 0) faults.push(...faultsTogether(config))
  if (faults.length > 0) throw new ConfigError(faults)
  return Object.freeze(config)
}

/** The settings with unit, default and meaning, for `make help` and the README's table. */
export function describeSettings(): Omit<Setting<unknown>, 'read'>[] {
  return Object.values(settings)
}

/** Makes the data folder; throws with the mend when that is not possible. */
export function prepareDataDir(config: Config): void {
  makeFolder('PN_DATA_DIR', config.dataDir)
}

/** Makes the recordings folder and answers it; throws with the mend when that is not possible. */
export function prepareRecordings(config: Config): string {
  const folder = recordingsFolder(config)
  makeFolder('PN_RECORDINGS', folder, 0o750)
  return folder
}

/** Where recordings and messages lie. */
export function recordingsFolder(config: Config): string {
  return config.recordingsDir === '' ? resolve(config.dataDir, 'recordings') : config.recordingsDir
}

/** `mode`: who may look into it; what people say is not for everybody on the machine. */
function makeFolder(env: string, folder: string, mode = 0o777): void {
  try {
    mkdirSync(folder, { recursive: true, mode })
  } catch (fault) {
    const { message } = fault as Error
    throw new ConfigError([
      `${env}=${folder}: cannot be made (${message}); name a folder you may write to`,
    ])
  }
}

function faultsTogether(config: Config): string[] {
  const faults: string[] = []
  const loopback = config.panelHost === '127.0.0.1' || config.panelHost === '::1'
  if (!loopback && !config.behindProxy) {
    faults.push('PN_PANEL_HOST: the panel speaks plain HTTP; on an address other than loopback ' +
      'set PN_BEHIND_PROXY=yes and end TLS before it')
  }
  const isEverywhere = config.controlHost === '0.0.0.0' || config.controlHost === '::'
  if (isEverywhere && config.controlSecret === settings.controlSecret.fallback) {
    faults.push('PN_CONTROL_HOST: whoever reaches the control connection may place calls; ' +
      'on every address set a PN_CONTROL_SECRET of your own')
  }
  if (config.mediaServers.length > 0 && config.mediaSecret === '') {
    faults.push('PN_MEDIA_SECRET: media servers of your own (PN_MEDIA_SERVERS) ask for a secret')
  }
  faults.push(...smsFaults(config), ...shopFaults(config))
  return faults
}

const smsSchemes: Readonly<Record<Config['smsDriver'], readonly string[]>> = {
  folder: [], http: ['https:', 'http:'], smpp: ['smpp:', 'ssmpp:'],
}

function smsFaults({ smsDriver, smsUrl }: Config): string[] {
  const schemes = smsSchemes[smsDriver]
  if (schemes.length === 0) return []
  const fits = URL.canParse(smsUrl) && schemes.includes(new URL(smsUrl).protocol)
  return fits ? [] : [`PN_SMS_URL: PN_SMS_DRIVER=${smsDriver} needs ${schemes.join('//… or ')}//…`]
}

function setting<T>(
  env: string, unit: string, fallback: string, read: (text: string) => T, about: string,
): Setting<T> {
  return { env, unit, about, fallback, read }
}

function readText(text: string): string {
  if (text.trim() === '') throw new Error('must not be empty')
  return text
}

function readAddress(text: string): string {
  if (isIP(text) === 0) throw new Error('must be an IP address such as 127.0.0.1')
  return text
}

function orEmpty(read: (text: string) => string): (text: string) => string {
  return (text) => text === '' ? '' : read(text)
}

/** HOST:PORT, with commas between; an IPv6 address in brackets. */
function readServers(text: string): readonly { readonly host: string; readonly port: number }[] {
  return text.split(',').map((one) => one.trim()).filter((one) => one !== '').map((one) => {
    const [, bracketed, plain, port = ''] =
      /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+)):(\d+)$/.exec(one) ?? []
    const host = bracketed ?? plain
    if (host === undefined) throw new Error('must be like 10.0.0.7:8021,10.0.0.8:8021')
    return { host, port: readCount(1, 65_535)(port) }
  })
}

/** The text as the media server takes it. */
function readPorts(text: string): string {
  const [, first = '', last = ''] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? []
  if (text === '0') return '0-0'
  if (Number(first) < 1024 || Number(last) <= Number(first) || Number(last) > 65_535)
    throw new Error('must be a rising range from 1024 up, such as 20000-29999, or 0')
  return text
}

/** 0 means: any free port (for tests). */
function readPort(text: string): number {
  return readCount(0, 65_535)(text)
}

function readCount(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new Error(`must be a whole number from ${min} to ${max}`)
    }
    return value
  }
}

/** RFC 4028 §5: nobody may ask for less than 90 s. */
function readSessionSeconds(text: string): number {
  const seconds = readCount(0, 86_400)(text)
  if (seconds > 0 && seconds < 90) throw new Error('must be 0 or from 90 to 86400')
  return seconds
}

function readYesNo(text: string): boolean {
  if (text !== 'yes' && text !== 'no') throw new Error('must be yes or no')
  return text === 'yes'
}

function readLadders(text: string): 'all' | 'failed' | 'off' {
  if (text === 'all' || text === 'failed' || text === 'off') return text
  throw new Error('must be all, failed or off')
}

function readLogLevel(text: string): string {
  if (!['debug', 'info', 'warn', 'error', 'silent'].includes(text)) {
    throw new Error('must be debug, info, warn, error or silent')
  }
  return text
}

function readDatabaseUrl(text: string): string {
  if (text !== '' && !/^mysql:\/\/./.test(text)) {
    throw new Error('must begin with mysql:// or be empty')
  }
  return text
}

/** Without a slash at the end: paths are added to it. */
function readPublicUrl(text: string): string {
  return readUrl('https:', 'http:')(text).replace(/\/+$/, '')
}

function readUrl(...schemes: readonly string[]): (text: string) => string {
  return (text) => {
    if (!URL.canParse(text) || !schemes.includes(new URL(text).protocol))
      throw new Error(`must begin with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`)
    return text
  }
}

function readMailAddress(text: string): string {
  if (!/^[\w.+-]{1,64}@[\w.-]+$/.test(text)) throw new Error('must be like noreply@example.com')
  return text
}

function readSmsDriver(text: string): 'folder' | 'http' | 'smpp' {
  if (text !== 'folder' && text !== 'http' && text !== 'smpp')
    throw new Error('must be folder, http or smpp')
  return text
}

function readTelegramToken(text: string): string {
  if (!/^\d+:[\w-]+$/.test(text)) throw new Error('must be like 123456:ABC-def')
  return text
}

function readInstant(text: string): number | undefined {
  if (text === '') return undefined
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new Error('must be an instant such as 2026-03-29T00:59:50Z')
  return at
}
