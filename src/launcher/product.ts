/**
 * The product as parts: which processes `run` starts with which arguments, what it tells the
 * operator when all of them serve, and the note under the data folder by which `make call` and
 * `make load` find the running product.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
/** What the application reports. */
export interface AppReady {
  readonly panelUrl: string
  readonly demo:
    | { readonly login: string; readonly password: string; readonly number: string }
    | undefined
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
  readonly pids: Readonly<Record<string, number>>
}

type Environment = Readonly<Record<string, string>>

/**
 * The parts in the order of their start. `entry` is the path of main.ts; each part runs
 * `program entry NAME`. Without DATABASE_URL the private database comes first.
 */
export function productParts(
  config: Config, env: Environment, program: string, entry: string,
): (PartPlan | LatePlan)[] {
  const part = (name: string, more: Environment, stopMs: number): PartPlan => ({
    name, command: [program, entry, name], env: { ...env, ...more }, readyMs: 130_000, stopMs,
  })
  const app: LatePlan = (ready) => part('app', {
    DATABASE_URL: config.databaseUrl || (ready.get('database') as DatabaseReady).url,
    PN_CONTROL_PORT: String((ready.get('sipd') as SipdReady).controlPort),
  }, (config.drainSeconds + 15) * 1000)
  const sipd = part('sipd', {}, 5000)
  return config.databaseUrl === '' ? [part('database', {}, 40_000), sipd, app] : [sipd, app]
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
  const { panelUrl, demo } = launcher.ready.get('app') as AppReady
  const lines = [
    '',
    'Personal Number is running.',
    `  panel        ${panelUrl}`,
    ...(demo ? [`  log in       ${demo.login}   password ${demo.password}`] : []),
    `  SIP          ${sipd.sip.join('  ')}`,
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
    databaseUrl, metricsPort,
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
