/**
 * Reads `drachtio.conf.xml`, the file that drachtio-server reads too (control protocol §17): the
 * elements that matter here become options, elements that do not are passed over, wrong values are
 * collected with the name of their element.
 */
import type { SpammerRules } from '../drachtio/screening.ts'
import type { ContactOption, PartialOptions } from './options.ts'
import { Faults, readFlag, readLogLevel, readNumber, readPort } from './options.ts'
import type { XmlElement } from './xml.ts'
import { parseXml, XmlError } from './xml.ts'

/** Elements with a meaning that the server does not implement yet. */
const notYet: ReadonlyMap<string, string> = new Map([
  ['request-handlers', 'HTTP routing'],
  ['capture-server', 'HEP capture'],
  ['blacklist', 'the Redis blacklist'],
  ['tls', 'TLS'],
])

/** Longest timer worth configuring: an hour. */
const maxTimerMs = 3_600_000

/** Parses the text of the file. Never throws; faults say which element is wrong. */
export function parseConf(faults: Faults, file: string, text: string): PartialOptions {
  let root: XmlElement
  try {
    root = parseXml(text)
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    faults.add(file, error.message)
    return {}
  }
  if (root.name !== 'drachtio') {
    faults.add(file, `the root element is <${root.name}>, not <drachtio>`)
    return {}
  }
  const options: PartialOptions = {}
  const ignored: string[] = []
  const reader = new ConfReader(faults, file)
  reader.admin(child(root, 'admin'), options, ignored)
  reader.logging(child(root, 'logging'), options)
  reader.monitoring(child(root, 'monitoring'), options)
  reader.flag(root, 'cdrs', (value) => {
    options.cdrs = value
  })
  const sip = child(root, 'sip')
  if (sip !== undefined) reader.sip(sip, options)
  for (const element of [...root.children, ...(sip?.children ?? [])]) {
    const what = notYet.get(element.name)
    if (what !== undefined && (element.children.length > 0 || element.text !== '')) {
      ignored.push(`<${element.name}> (${what})`)
    }
  }
  options.ignored = ignored
  return options
}

class ConfReader {
  readonly #faults: Faults
  readonly #file: string

  constructor(faults: Faults, file: string) {
    this.#faults = faults
    this.#file = file
  }

  admin(admin: XmlElement | undefined, options: PartialOptions, ignored: string[]): void {
    if (admin === undefined) {
      this.#faults.add(this.#file, '<admin> is missing')
      return
    }
    const where = this.#where('admin')
    const port = admin.attributes.get('port')
    const portNumber = port === undefined ? 9022 : readPort(this.#faults, `${where} port`, port)
    if (portNumber !== undefined) options.adminPort = portNumber
    const keepAlive = admin.attributes.get('tcp-keepalive')
    if (keepAlive !== undefined) {
      const seconds = readNumber(this.#faults, `${where} tcp-keepalive`, keepAlive, 0, 86_400)
      if (seconds !== undefined) options.keepAliveSeconds = seconds
    }
    const secret = admin.attributes.get('secret')
    if (secret !== undefined) options.secret = secret
    if (admin.text !== '') options.adminAddress = admin.text
    if (admin.attributes.has('tls-port')) ignored.push('<admin tls-port> (TLS)')
  }

  logging(logging: XmlElement | undefined, options: PartialOptions): void {
    const level = child(logging, 'loglevel')?.text
    if (level === undefined || level === '') return
    const known = readLogLevel(this.#faults, this.#where('loglevel'), level)
    if (known !== undefined) options.logLevel = known
  }

  monitoring(monitoring: XmlElement | undefined, options: PartialOptions): void {
    const prometheus = child(monitoring, 'prometheus')
    if (prometheus === undefined) return
    const where = this.#where('prometheus port')
    const port = readPort(this.#faults, where, prometheus.attributes.get('port') ?? '')
    if (port !== undefined) options.prometheus = { address: prometheus.text || '0.0.0.0', port }
  }

  sip(sip: XmlElement, options: PartialOptions): void {
    const listed = children(child(sip, 'contacts'), 'contact')
    const contacts = [...children(sip, 'contact'), ...listed].map(readContact)
    if (contacts.length > 0) options.contacts = contacts
    const proxy = child(sip, 'outbound-proxy')?.text
    if (proxy !== undefined && proxy !== '') options.outboundProxy = proxy
    this.flag(sip, 'aggressive-nat-detection', (value) => {
      options.aggressiveNat = value
    })
    this.flag(sip, 'reject-register-with-no-realm', (value) => {
      options.rejectRegisterWithNoRealm = value
    })
    const autoRespond = child(sip, 'user-agent-options-auto-respond')?.text
    if (autoRespond !== undefined && autoRespond !== '') options.optionsAutoRespond = autoRespond
    const refresher = child(sip, 'session-timers')?.attributes.get('default-refresher')
    if (refresher === 'none' || refresher === 'uac' || refresher === 'uas')
      options.defaultRefresher = refresher
    else if (refresher !== undefined) {
      this.#faults.add(
        this.#where('session-timers default-refresher'),
        `"${refresher}" is none of none, uac, uas`,
      )
    }
    this.#timers(child(sip, 'timers'), options)
    options.spammers = readSpammers(child(sip, 'spammers'))
  }

  flag(parent: XmlElement, name: string, set: (value: boolean) => void): void {
    const element = child(parent, name)
    if (element === undefined || element.text === '') return
    const value = readFlag(this.#faults, this.#where(name), element.text)
    if (value !== undefined) set(value)
  }

  #timers(timers: XmlElement | undefined, options: PartialOptions): void {
    for (const [name, key] of [
      ['t1', 't1Ms'],
      ['t2', 't2Ms'],
      ['t4', 't4Ms'],
      ['t1x64', 't1x64Ms'],
    ] as const) {
      const text = child(timers, name)?.text
      if (text === undefined || text === '') continue
      const value = readNumber(this.#faults, this.#where(`timers ${name}`), text, 1, maxTimerMs)
      if (value !== undefined) options[key] = value
    }
  }

  #where(element: string): string {
    return `${this.#file}: ${element}`
  }
}

function readContact(element: XmlElement): ContactOption {
  const externalIp = element.attributes.get('external-ip')
  return {
    uri: element.text,
    ...(externalIp === undefined || externalIp === '' ? {} : { externalIp }),
    localNets: splitList(element.attributes.get('local-net')),
    dnsNames: splitList(element.attributes.get('dns-names')),
  }
}

/** `<header>` elements without a name are ignored, as drachtio-server does. */
function readSpammers(spammers: XmlElement | undefined): SpammerRules {
  const rules = { userAgent: [] as string[], from: [] as string[], to: [] as string[] }
  for (const header of children(spammers, 'header')) {
    const values = children(header, 'value')
      .map((v) => v.text)
      .filter((v) => v !== '')
    const name = header.attributes.get('name')?.toLowerCase()
    if (name === 'user-agent') rules.userAgent.push(...values)
    else if (name === 'from') rules.from.push(...values)
    else if (name === 'to') rules.to.push(...values)
  }
  return rules
}

/** Splits `a, b` into its parts; undefined gives none. */
export function splitList(text: string | undefined): string[] {
  return text === undefined
    ? []
    : text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
}

function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((c) => c.name === name)
}

function children(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((c) => c.name === name) ?? []
}
