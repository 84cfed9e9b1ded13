/**
 * The command line and environment of drachtio-server (control protocol §17), joined with the
 * configuration file: command line over environment over file over defaults. Touches neither
 * `process` nor the file system: both are handed in. All faults are told at once.
 */
import { parseConf, splitList } from './conf.ts'
import { parseContact } from './contact.ts'
import type { ContactOption, PartialOptions, SipdOptions } from './options.ts'
import {
  defaultOptions,
  Faults,
  readFlag,
  readHostPort,
  readLogLevel,
  readNumber,
  readPort,
} from './options.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The settings cannot be used; `faults` lists every reason. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(`the SIP server cannot start:\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

const defaultFile = '/etc/drachtio.conf.xml'

/** Read while the arguments are walked through: a contact is complete only when the next begins. */
interface Draft extends PartialOptions {
  file?: string
  noFile?: boolean
  showVersion?: boolean
  contactList: { uri: string; externalIp?: string; localNets: string[]; dnsNames: string[] }[]
  ignoredList: string[]
}

type Setter = (draft: Draft, value: string, faults: Faults, where: string) => void

/** Options with a value. */
const valued: Readonly<Record<string, Setter>> = {
  '--file': (d, v) => {
    d.file = v
  },
  '--contact': (d, v) => {
    d.contactList.push({ uri: v, localNets: [], dnsNames: [] })
  },
  '--external-ip': (d, v, f, w) =>
    ofContact(d, f, w, (c) => {
      c.externalIp = v
    }),
  '--local-net': (d, v, f, w) =>
    ofContact(d, f, w, (c) => {
      c.localNets.push(...splitList(v))
    }),
  '--dns-name': (d, v, f, w) =>
    ofContact(d, f, w, (c) => {
      c.dnsNames.push(...splitList(v))
    }),
  '--port': (d, v, f, w) => set(d, 'adminPort', readPort(f, w, v)),
  '--address': (d, v) => {
    d.adminAddress = v
  },
  '--secret': (d, v) => {
    d.secret = v
  },
  '--loglevel': (d, v, f, w) => set(d, 'logLevel', readLogLevel(f, w, v)),
  '--tcp-keepalive-interval': (d, v, f, w) =>
    set(d, 'keepAliveSeconds', readNumber(f, w, v, 0, 86_400)),
  '--prometheus-scrape-port': (d, v, f, w) => set(d, 'prometheus', readHostPort(f, w, v)),
  '--user-agent-options-auto-respond': (d, v) => {
    d.optionsAutoRespond = v
  },
}

/** Options with a value that has no meaning here; the ones with a text are worth a warning. */
const valuedWithoutEffect: ReadonlyMap<string, string> = new Map([
  ['--sofia-loglevel', ''],
  ['--mtu', ''],
  ['--homer-id', ''],
  ['--tls-port', 'TLS'],
  ['--key-file', 'TLS'],
  ['--cert-file', 'TLS'],
  ['--chain-file', 'TLS'],
  ['--dh-param', 'TLS'],
  ['--tls-cipherlist', 'TLS'],
  ['--min-tls-version', 'TLS'],
  ['--http-handler', 'HTTP routing'],
  ['--http-method', 'HTTP routing'],
  ['--homer', 'HEP capture'],
  ['--blacklist-redis-address', 'the Redis blacklist'],
  ['--blacklist-redis-port', 'the Redis blacklist'],
  ['--blacklist-redis-sentinels', 'the Redis blacklist'],
  ['--blacklist-redis-master', 'the Redis blacklist'],
  ['--blacklist-redis-password', 'the Redis blacklist'],
  ['--blacklist-redis-key', 'the Redis blacklist'],
  ['--blacklist-refresh-secs', 'the Redis blacklist'],
])

/** Options without a value. */
const flags: Readonly<Record<string, (draft: Draft) => void>> = {
  '--version': (d) => {
    d.showVersion = true
  },
  '--noconfig': (d) => {
    d.noFile = true
  },
  '--aggressive-nat-detection': (d) => {
    d.aggressiveNat = true
  },
  '--disable-nat-detection': (d) => {
    d.natDetection = false
  },
  '--always-send-180': (d) => {
    d.alwaysSend180 = true
  },
  '--reject-register-with-no-realm': (d) => {
    d.rejectRegisterWithNoRealm = true
  },
  '--stdout': () => {},
  '--memory-debug': () => {},
  '--daemon': (d) => {
    d.ignoredList.push('--daemon (start it under the launcher or a service manager)')
  },
}

/** Options that are understood and change nothing, for the usage text. */
export const ignoredOptions: readonly string[] =
  [...valuedWithoutEffect.keys(), '--stdout', '--memory-debug', '--daemon']

const short: ReadonlyMap<string, string> = new Map([
  ['-f', '--file'],
  ['-c', '--contact'],
  ['-p', '--port'],
  ['-l', '--loglevel'],
  ['-v', '--version'],
])

const fromEnvironment: Readonly<Record<string, Setter>> = {
  DRACHTIO_ADMIN_ADDRESS: (d, v) => {
    d.adminAddress = v
  },
  DRACHTIO_ADMIN_TCP_PORT: (d, v, f, w) => set(d, 'adminPort', readPort(f, w, v)),
  DRACHTIO_SECRET: (d, v) => {
    d.secret = v
  },
  DRACHTIO_LOGLEVEL: (d, v, f, w) => set(d, 'logLevel', readLogLevel(f, w, v)),
  DRACHTIO_PROMETHEUS_SCRAPE_PORT: (d, v, f, w) => set(d, 'prometheus', readHostPort(f, w, v)),
  DRACHTIO_TCP_KEEPALIVE_INTERVAL: (d, v, f, w) =>
    set(d, 'keepAliveSeconds', readNumber(f, w, v, 0, 86_400)),
  DRACHTIO_USER_AGENT_OPTIONS_AUTO_RESPOND: (d, v) => {
    d.optionsAutoRespond = v
  },
  DRACHTIO_REJECT_REGISTER_WITH_NO_REALM: (d, v, f, w) =>
    set(d, 'rejectRegisterWithNoRealm', readFlag(f, w, v)),
}

/**
 * Options of the server from the arguments behind `sipd`, the environment and the file they name.
 * `readFile` returns the text of a file, or undefined if there is none. Throws OptionsError.
 */
export function parseSipdArguments(
  argv: readonly string[],
  env: Environment,
  readFile: (path: string) => string | undefined,
): SipdOptions | { readonly version: true } {
  const faults = new Faults()
  const line = readArguments(faults, argv)
  if (line.showVersion === true) return { version: true }
  const environment = readEnvironment(faults, env)
  const file =
    line.noFile === true
      ? {}
      : readConfFile(faults, line.file ?? env['DRACHTIO_CONFIG_FILE_PATH'], readFile)
  const options: SipdOptions = {
    ...defaultOptions,
    ...file,
    ...environment,
    ...line.options,
    ignored: [...(file.ignored ?? []), ...line.ignored],
  }
  for (const contact of options.contacts) parseContact(faults, 'contact', contact)
  if (options.secret === '') faults.add('secret', 'is empty')
  if (faults.list.length > 0) throw new OptionsError(faults.list)
  return options
}

interface Arguments {
  readonly options: PartialOptions
  readonly file: string | undefined
  readonly noFile: boolean | undefined
  readonly showVersion: boolean | undefined
  readonly ignored: readonly string[]
}

function readArguments(faults: Faults, argv: readonly string[]): Arguments {
  const draft: Draft = { contactList: [], ignoredList: [] }
  for (let i = 0; i < argv.length; i++) {
    const { name, attached } = splitArgument(argv[i] ?? '')
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
    if (flag !== undefined) {
      flag(draft)
      continue
    }
    const setter = Object.hasOwn(valued, name) ? valued[name] : undefined
    const withoutEffect = valuedWithoutEffect.get(name)
    if (setter === undefined && withoutEffect === undefined) {
      faults.add(argv[i] ?? '', 'unknown option')
      continue
    }
    const value = attached ?? argv[++i]
    if (value === undefined) faults.add(name, 'has no value')
    else if (setter !== undefined) setter(draft, value, faults, name)
    else if (withoutEffect) draft.ignoredList.push(`${name} (${withoutEffect})`)
  }
  const { file, noFile, showVersion, contactList, ignoredList, ...options } = draft
  if (contactList.length > 0) options.contacts = contactList satisfies ContactOption[]
  return { options, file, noFile, showVersion, ignored: ignoredList }
}

/** `--name=value` and `-pVALUE` carry their value with them. */
function splitArgument(argument: string): { name: string; attached?: string } {
  if (argument.startsWith('--')) {
    const equals = argument.indexOf('=')
    if (equals < 0) return { name: argument }
    return { name: argument.slice(0, equals), attached: argument.slice(equals + 1) }
  }
  const long = short.get(argument.slice(0, 2))
  if (long === undefined) return { name: argument }
  return argument.length > 2 ? { name: long, attached: argument.slice(2) } : { name: long }
}

function readEnvironment(faults: Faults, env: Environment): PartialOptions {
  const draft: Draft = { contactList: [], ignoredList: [] }
  for (const [name, setter] of Object.entries(fromEnvironment)) {
    const value = env[name]
    if (value !== undefined && value !== '') setter(draft, value, faults, name)
  }
  const { contactList: _none, ignoredList: _nothing, ...options } = draft
  return options
}

function readConfFile(
  faults: Faults,
  named: string | undefined,
  readFile: (path: string) => string | undefined,
): PartialOptions {
  const path = named ?? defaultFile
  const text = readFile(path)
  if (text !== undefined) return parseConf(faults, path, text)
  if (named !== undefined) faults.add(path, 'cannot be read')
  return {}
}

function set<K extends keyof PartialOptions>(
  draft: Draft,
  key: K,
  value: PartialOptions[K] | undefined,
): void {
  if (value !== undefined) Object.assign(draft, { [key]: value })
}

function ofContact(
  draft: Draft,
  faults: Faults,
  where: string,
  change: (contact: Draft['contactList'][number]) => void,
): void {
  const contact = draft.contactList.at(-1)
  if (contact === undefined) faults.add(where, 'must follow the --contact it belongs to')
  else change(contact)
}
