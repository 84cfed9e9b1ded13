/**
 * The entry of the product: `node src/main.ts PART`. The only file that knows all parts and puts
 * them together; each part is a process of its own, loads only what it needs, and in production
 * only the wanted ones run.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { BrandChoice } from './api/brand.ts'
import { clockStartingAt, systemClock } from './clock.ts'
import {
  ConfigError, describeSettings, prepareDataDir, readConfig,
} from './config.ts'
import type { Config } from './config.ts'
import { wrongConfigurationExit } from './launcher/part.ts'
import type { AppReady, DatabaseReady, MediaReady, SipdReady } from './launcher/product.ts'
import { createLog } from './log.ts'
import type { Database } from './store/database.ts'

const root = join(import.meta.dirname, '..')

const parts: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  run, database, sipd, media, 'pay-simulator': paySimulator, app, manager, settings, help,
}

/** Faults of the configuration: starting again would not help. */
const configurationFaults: readonly string[] = ['ConfigError', 'OptionsError', 'MediaOptionsError', 'BrandError']
/** Faults whose message is a sentence for the operator; a stack trace would hide it. */
const operatorFaults: readonly string[] = [
  ...configurationFaults, 'LaunchError', 'PrivateDatabaseError', 'OperatorError', 'PromptFolderError',
]

/** Settings of the addresses of each part, for the operator who finds one taken. */
const listens: Readonly<Record<string, string>> = {
  sipd: 'PN_SIP_CONTACT (or the configuration file) for SIP, PN_CONTROL_HOST and PN_CONTROL_PORT ' +
    'for the application, PN_METRICS_PORT',
  'pay-simulator': 'PN_PAY_SIMULATOR_PORT',
  media: 'PN_MEDIA_PORT for the application, PN_RTP_ADDRESS and PN_RTP_PORTS for RTP',
  app: 'PN_PANEL_HOST and PN_PANEL_PORT',
}

const [name = 'help', ...args] = process.argv.slice(2)
try {
  await (parts[name] ?? unknownPart)(args)
} catch (fault) {
  const { name: kind, message, stack } = fault as Error
  const isAddress = isAddressFault(fault)
  process.stderr.write(`${name}: ${isAddress || operatorFaults.includes(kind) ? message : stack}\n`)
  if (isAddress && listens[name]) {
    process.stderr.write(`  Does another one run? Where it listens: ${listens[name]}\n`)
  }
  process.exit(configurationFaults.includes(kind) ? wrongConfigurationExit : 1)
}

/** Starts all parts and keeps them running until told to stop. */
async function run(): Promise<void> {
  const { launch } = await import('./launcher/launcher.ts')
  const { productParts, removeRunNote, welcome, writeRunNote } =
    await import('./launcher/product.ts')
  const config = readConfig(process.env)
  prepareDataDir(config)
  const say = (line: string) => process.stdout.write(`${line}\n`)
  say('Starting the database, the SIP server, the media server and the application…')
  const stopAsked = stopRequested()
  const env = Object.fromEntries(Object.entries(process.env)
    .filter((pair): pair is [string, string] => pair[1] !== undefined))
  const plans = productParts(config, env, process.execPath, import.meta.filename)
  const launcher = await launch(plans, systemClock, say, stopAsked)
  const note = () => writeRunNote(config, launcher, process.pid)
  note()
  launcher.whenBack(() => {
    try {
      note()
    } catch (fault) {
      // A full disk, for instance: no reason to stop what runs.
      say(`The note for make call and make load cannot be written: ${(fault as Error).message}`)
    }
  })
  say(welcome(config, launcher))
  const failure = await Promise.race([stopAsked, launcher.failed])
  say(failure ?? 'Stopping…')
  removeRunNote(config)
  await launcher.stop()
  say('Stopped.')
  process.exit(failure === undefined ? 0 : 1)
}

/** The private MariaDB. */
async function database(): Promise<void> {
  const { databaseDir } = await import('./open-store.ts')
  const { runDatabase } = await import('./store/private-server.ts')
  const config = readConfig(process.env)
  prepareDataDir(config)
  const log = createLog(config.logLevel, 'database')
  await runDatabase({ dir: databaseDir(config), log }, ({ url }) => {
    reportReady({ url } satisfies DatabaseReady)
  })
  process.exit(0)
}

/** The embedded SIP server: by drachtio-server's own arguments, or without any by our settings. */
async function sipd(given: readonly string[]): Promise<void> {
  if (given.includes('--help') || given.includes('-h')) {
    const { sipdUsage } = await import('./sipd/usage.ts')
    process.stdout.write(sipdUsage())
    return
  }
  const { parseSipdArguments } = await import('./sipd/command-line.ts')
  const { protocolVersion, startSipd } = await import('./sipd/server.ts')
  const { sipdArguments } = await import('./launcher/product.ts')
  const argv = given.length > 0 ? given : sipdArguments(readConfig(process.env))
  const options = parseSipdArguments(argv, process.env, readFile)
  if (options.version === true) {
    process.stdout.write(`${protocolVersion}\n`)
    return
  }
  const level = given.length > 0 ? options.logLevel : readConfig(process.env).logLevel
  const log = createLog(level, 'sipd')
  const stopAsked = stopRequested()
  const server = await startSipd(options, log)
  const first = server.listenPoints[0]
  const sip = server.listenPoints.map(({ transport, address, port }) =>
    `${transport}/${address.includes(':') ? `[${address}]` : address}:${port}`)
  reportReady({
    sip, host: first?.address ?? '', port: first?.port ?? 0,
    controlPort: server.controlPort, metricsPort: server.metricsPort,
  } satisfies SipdReady)
  answerCounts(() => ({ ...server.counts() }))
  await stopAsked
  await server.stop()
  process.exit(0)
}

/** The embedded media server: by its own arguments, or without any by our settings. */
async function media(given: readonly string[]): Promise<void> {
  const { parseMediaArguments } = await import('./media/options.ts')
  const { startMedia } = await import('./media/server.ts')
  const { mediaArguments } = await import('./launcher/product.ts')
  const argv = given.length > 0 ? given : mediaArguments(readConfig(process.env), '')
  const options = parseMediaArguments(argv, process.env)
  mkdirSync(options.recordingsFolder, { recursive: true, mode: 0o750 })
  const stopAsked = stopRequested()
  const server = await startMedia(options, createLog(options.logLevel, 'media'))
  const { sipAddress, sipPort, eslPort } = server
  reportReady({ sipAddress, sipPort, eslPort } satisfies MediaReady)
  answerCounts(() => server.counts())
  await stopAsked
  await server.stop()
  process.exit(0)
}

/** Payment systems for development; without them the panel's payments are off. */
async function paySimulator(): Promise<void> {
  const { startPaySimulator } = await import('./pay/simulator.ts')
  const { logLevel, paySimulatorPort: port, paySimulatorSecret: secret } = readConfig(process.env)
  if (secret === '') throw new ConfigError(['PN_PAY_SIMULATOR_SECRET: must not be empty'])
  const stopAsked = stopRequested()
  const log = createLog(logLevel, 'pay-simulator')
  const simulator = await startPaySimulator({ port, secret }, systemClock, log)
  reportReady({ url: simulator.url })
  await stopAsked
  await simulator.stop()
  process.exit(0)
}

/** The call application with the panel. */
async function app(): Promise<void> {
  const config = readConfig(process.env)
  // drachtio-srf looks an environment variable up for every header of every message, which Node
  // asks the C library for each time. A plain copy answers at the price of a property.
  process.env = { ...process.env }
  const own = await openBrand(config.brandFile)
  prepareDataDir(config)
  const log = createLog(config.logLevel, 'app')
  const clock = config.wallClock === undefined ? systemClock : clockStartingAt(config.wallClock)
  const stopAsked = stopRequested()
  const { openStore } = await import('./open-store.ts')
  const { openApp } = await import('./open-app.ts')
  const opened = await Promise.race([openStore(config, join(root, 'sql'), log), stopAsked])
  if (opened === undefined) process.exit(0)
  const demo = config.demo ? await readDemo(config, opened.database, clock.wallMs()) : undefined
  const { calls, panelUrl, hasMailbox, stop } = await openApp(config, {
    ...opened, clock, log, own, root,
  })
  await Promise.race([calls.ready, stopAsked])
  reportReady({ panelUrl, demo, hasMailbox } satisfies AppReady)
  answerCounts(() => calls.counts())
  await stopAsked
  await stop()
  process.exit(0)
}

async function readDemo(
  config: Config, database: Database, wallMs: number,
): Promise<AppReady['demo']> {
  const { seedDemo } = await import('./store/demo.ts')
  const file = join(config.dataDir, 'demo.json')
  return seedDemo(database.kysely, { file, trunkPort: config.demoTrunkPort, wallMs })
}

/** The operator's brand; what is wrong with its file is said before anything is started. */
async function openBrand(path: string): Promise<BrandChoice> {
  const { BrandError, readBrand } = await import('./api/brand.ts')
  const text = path === '' ? '' : readFile(path)
  if (text === undefined) throw new BrandError(`PN_BRAND=${path}: the file cannot be read`)
  try {
    return readBrand(text)
  } catch (fault) {
    throw new BrandError(`PN_BRAND=${path}: ${(fault as Error).message}`)
  }
}

/** Managers, from the operator's terminal. */
async function manager(given: readonly string[]): Promise<void> {
  const { managerCommand } = await import('./manager-command.ts')
  const config = readConfig(process.env)
  const log = createLog(config.logLevel, 'manager')
  process.stdout.write(await managerCommand(config, given, root, log, systemClock.wallMs()))
}

/** The settings, one a line, for `make help`. */
async function settings(): Promise<void> {
  const lines = describeSettings().map(({ env, unit, fallback, about }) =>
    `  ${env.padEnd(22)} ${about}; ${unit}; default ${fallback === '' ? 'empty' : fallback}\n`)
  process.stdout.write(`\nSettings (environment variables):\n${lines.join('')}`)
}

async function help(): Promise<void> {
  process.stdout.write(`usage: node src/main.ts PART
  run        everything, with a launcher that restarts what dies
  database   the private MariaDB under PN_DATA_DIR
  sipd       the SIP server; takes drachtio-server's options, for instance -f FILE
  media      the media server; takes options of its own, or our settings
  pay-simulator  payment systems for development
  app        the call application and the panel
  manager    makes, lists and suspends managers
  settings   lists the settings
`)
}

async function unknownPart(): Promise<void> {
  throw new ConfigError([`there is no part "${name}"; there are ${Object.keys(parts).join(', ')}`])
}

/** Settles when this process is asked to end: by a signal, or because its launcher is gone. */
function stopRequested(): Promise<undefined> {
  return new Promise((resolve) => {
    const stop = () => resolve(undefined)
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
    if (process.connected) process.once('disconnect', stop)
    else if (process.send) stop() // the launcher died while this process was being loaded
  })
}

/** Tells the launcher, or whoever started this process with an IPC channel, that it serves. */
function reportReady(ready: object): void {
  tell({ ready })
}

/** A launcher that died has told us by `disconnect`: that a message does not arrive is no news. */
function tell(message: object): void {
  process.send?.(message, undefined, undefined, () => {})
}

/** Answers `{ ask: 'counts' }` over the IPC channel with what is alive here. */
function answerCounts(counts: () => object): void {
  if (!process.channel) return
  process.on('message', (message) => {
    if (typeof message !== 'object' || message === null || !('ask' in message)) return
    if (message.ask === 'counts') tell({ counts: counts() })
  })
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** An address that is taken or does not exist is the operator's to mend: no stack trace for it. */
function isAddressFault(fault: unknown): boolean {
  const { code, cause } = (fault ?? {}) as NodeJS.ErrnoException
  if (cause !== undefined) return isAddressFault(cause)
  return code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL' || code === 'EACCES'
}
