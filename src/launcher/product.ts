/**
 * The product as parts: which processes `run` starts with which arguments, what it tells the
 * operator when all of them serve, and the note under the data folder by which `make call` and
 * `make load` find the running product.
 */
import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordingsFolder } from '../config.ts'
import type { Config } from '../config.ts'
import type { LatePlan, Launcher } from './launcher.ts'
import type { PartPlan } from './part.ts'

/** What the database part reports. */
export interface DatabaseReady { readonly url: string }
/** What the SIP server reports. */
export interface SipdReady {
  readonly sip: readonly string[]
  readonly host: string
  readonly port: number
  readonly controlPort: number
  readonly metricsPort: number
}
/** What the embedded media server reports. */
export interface MediaReady {
  readonly sipAddress: string
  readonly sipPort: number
  readonly eslPort: number
}
/** What the application reports. */
export interface AppReady {
  readonly panelUrl: string
  readonly demo:
    | { readonly login: string; readonly password: string; readonly number: string;
      readonly manager?: { readonly login: string; readonly password: string } }
    | undefined
  /** Mail and SMS are caught and shown at /mailbox. */
  readonly hasMailbox: boolean
}

/** The running product, as `var/run.json` describes it. */
export interface RunNote {
  readonly launcherPid: number
  readonly panelUrl: string
  readonly sip: { readonly host: string; readonly port: number }
  readonly demo: AppReady['demo']
  readonly demoTrunkPort: number
  readonly databaseUrl: string
  readonly metricsPort: number
  /** Event sockets of the media servers, HOST:PORT. */
  readonly media: readonly string[]
  readonly recordings: string
  readonly pids: Readonly<Record<string, number>>
}

type Environment = Readonly<Record<string, string>>

/**
 * The parts in the order of their start. `entry` is the path of main.ts; each part runs
 * `program entry NAME`. Without DATABASE_URL the private database comes first, without media
 * servers of the operator's own the embedded one comes before the application, which never waits
 * for it, nor for the simulator of payment systems.
 */
export function productParts(
  config: Config, env: Environment, program: string, entry: string,
): (PartPlan | LatePlan)[] {
  const part = (name: string, more: Environment, stopMs: number): PartPlan => ({
    name, command: [program, entry, name], env: { ...env, ...more }, readyMs: 130_000, stopMs,
  })
  const embedded = config.mediaServers.length === 0
  const secret = config.mediaSecret === '' ? randomBytes(18).toString('base64url')
    : config.mediaSecret
  const simulated: Environment = hasSimulator(config) ? {
    PN_PAY_SIMULATOR_SECRET: config.paySimulatorSecret || randomBytes(18).toString('base64url'),
  } : {}
  const media: LatePlan = (ready) => ({
    ...part('media', { PN_MEDIA_SECRET: secret }, 5000),
    command: [program, entry, 'media',
      ...mediaArguments(config, (ready.get('sipd') as SipdReady).host)],
    optional: true,
  })
  const app: LatePlan = (ready) => part('app', {
    DATABASE_URL: config.databaseUrl || (ready.get('database') as DatabaseReady).url,
    PN_CONTROL_PORT: String((ready.get('sipd') as SipdReady).controlPort),
    ...(embedded ? { PN_MEDIA_SERVERS: mediaServers(config)[0]!, PN_MEDIA_SECRET: secret } : {}),
    ...simulated,
  }, (config.drainSeconds + 15) * 1000)
  const sipd = part('sipd', {}, 5000)
  const simulator = { ...part('pay-simulator', simulated, 3000), optional: true }
  return [
    ...(config.databaseUrl === '' ? [part('database', {}, 40_000)] : []),
    sipd, ...(embedded ? [media] : []), ...(hasSimulator(config) ? [simulator] : []), app,
  ]
}

/**
 * The embedded media server's arguments; the secret goes by the environment. `sipHost`: from where
 * the SIP server calls it, and where RTP is taken unless a setting says otherwise.
 */
export function mediaArguments(config: Config, sipHost: string): string[] {
  const isAny = sipHost === '' || sipHost === '0.0.0.0' || sipHost === '::'
  const host = isAny ? '127.0.0.1' : sipHost
  return [
    '--sip', '127.0.0.1:0', '--esl', `127.0.0.1:${config.mediaPort}`,
    '--rtp-address', config.rtpAddress === '' ? host : config.rtpAddress,
    '--rtp-ports', config.rtpPorts, '--allow', `127.0.0.0/8,::1/128,${host}`,
    '--recordings', recordingsFolder(config), '--sounds', config.promptsDir,
    // A folder of studio files need not have them all: the rest is played from here.
    '--folder', join(import.meta.dirname, '../../prompts'),
    '--log-level', config.logLevel,
  ]
}

/** Payment systems are played by the simulator where no shop of the operator's own is named. */
function hasSimulator(config: Config): boolean {
  const { demo, paySimulatorPort, robokassaLogin, yookassaShop } = config
  return demo && paySimulatorPort !== 0 && (robokassaLogin === '' || yookassaShop === '')
}

/** Event sockets of the media servers, HOST:PORT: the operator's own, or the embedded one's. */
function mediaServers(config: Config): readonly string[] {
  if (config.mediaServers.length === 0) return [`127.0.0.1:${config.mediaPort}`]
  return config.mediaServers.map(({ host, port }) =>
    `${host.includes(':') ? `[${host}]` : host}:${port}`)
}

/** The SIP server's own arguments when it is started by our settings instead of by arguments. */
export function sipdArguments(config: Config): string[] {
  return [
    '-f', config.drachtioConf, '--address', config.controlHost,
    '--port', String(config.controlPort), '--secret', config.controlSecret,
    ...(config.sipContact === '' ? [] : ['--contact', config.sipContact]),
    ...(config.metricsPort === 0 ? []
      : ['--prometheus-scrape-port', `127.0.0.1:${config.metricsPort}`]),
  ]
}

/** What the operator reads when everything serves. */
export function welcome(config: Config, launcher: Launcher): string {
  const sipd = launcher.ready.get('sipd') as SipdReady
  const { panelUrl, demo, hasMailbox } = launcher.ready.get('app') as AppReady
  const lines = [
    '',
    'Personal Number is running.',
    `  panel        ${panelUrl}`,
    ...(demo ? [`  log in       ${demo.login}   password ${demo.password}`] : []),
    ...(demo?.manager ? [
      `  desk         ${demo.manager.login}   password ${demo.manager.password}`,
    ] : []),
    ...(hasMailbox ? [`  mail, SMS    ${panelUrl}/mailbox   (caught here, nothing goes out)`] : []),
    `  SIP          ${sipd.sip.join('  ')}`,
    `  media        ${mediaServers(config).join('  ')}`
      + (config.mediaServers.length === 0 ? '  (embedded)' : ''),
    ...(demo ? [
      `  number       ${demo.number}`,
      `  its phones   behind the demo trunk, 127.0.0.1:${config.demoTrunkPort}`,
    ] : []),
    '',
    ...(demo ? [
      'Next, in another terminal:',
      '  make call    places a call to the number and shows what happens', '',
    ] : []),
    'Ctrl-C stops everything.',
    '',
  ]
  return lines.join('\n')
}

/** Writes the note about the running product; readable by this user only, as it holds the login. */
export function writeRunNote(config: Config, launcher: Launcher, launcherPid: number): void {
  const { host, port, metricsPort } = launcher.ready.get('sipd') as SipdReady
  const { panelUrl, demo } = launcher.ready.get('app') as AppReady
  const databaseUrl = config.databaseUrl || (launcher.ready.get('database') as DatabaseReady).url
  const note: RunNote = {
    launcherPid, panelUrl, sip: { host, port }, demo, demoTrunkPort: config.demoTrunkPort,
    databaseUrl, metricsPort, media: mediaServers(config), recordings: recordingsFolder(config),
    pids: launcher.pids(),
  }
  writeFileSync(notePath(config), `${JSON.stringify(note, null, 2)}\n`, { mode: 0o600 })
}

/** Takes the note away when the product stops. */
export function removeRunNote(config: Config): void {
  rmSync(notePath(config), { force: true })
}

function notePath(config: Config): string {
  return join(config.dataDir, 'run.json')
}
