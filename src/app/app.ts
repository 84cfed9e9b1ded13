/**
 * The call application: connects to the SIP server's control port, receives what it hands over and
 * ends in order. It holds no state of calls itself; `reception.ts` has them.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { ErrandDesk } from './media/errand-desk.ts'
import { openPromptShelf } from './media/prompt-shelf.ts'
import { Prompts } from './media/prompts.ts'
import { LiveCalls } from './live-commands.ts'
import type { LadderPolicy } from './live-commands.ts'
import type { LiveBoard } from './live-port.ts'
import type { SharedCounts } from './limits-port.ts'
import type { MediaPool } from './media-port.ts'
import { Meter } from './meter.ts'
import type {
  CallDirectory, CallJournal, ChargeBook, ErrandBoard, MediaLibrary,
} from './ports.ts'
import { Reception } from './reception.ts'
import type { SipServerEvents } from './sip-port.ts'
import { spokenDialogues } from './spoken-dialogues.ts'
import { SrfServer } from './srf.ts'
import { Velocity } from './velocity.ts'

export interface AppOptions {
  /** Control port of the SIP server (drachtio protocol). */
  readonly controlHost: string
  readonly controlPort: number
  readonly secret: string
  /** New calls per second, 0 = no limit. Default 200. */
  readonly maxCps?: number
  /** Live calls, 0 = no limit. Default 2000. */
  readonly maxLiveCalls?: number
  /** Longest conversation in seconds. Default four hours. */
  readonly maxCallSeconds?: number
  /** Session timer offered to each side (RFC 4028): seconds, at least 90, or 0. Default 1800. */
  readonly sessionSeconds?: number
  /** The recordings folder as media servers see it. Default 'recordings'. */
  readonly recordingsFolder?: string
  /** Prompts that replace the shipped ones file by file, as media servers see them. */
  readonly promptsFolder?: string | undefined
  /** Of which calls SIP ladders are kept. Default 'all'. */
  readonly ladders?: LadderPolicy
}

export interface AppPorts {
  readonly directory: CallDirectory
  readonly journal: CallJournal
  readonly clock: Clock
  readonly log: Log
  /** Media servers, voicemail and recordings, calls asked for by the panel; absent = none of it. */
  readonly media?: MediaPool | undefined
  readonly library?: MediaLibrary | undefined
  readonly errands?: ErrandBoard | undefined
  /** What calls cost; absent = nothing. */
  readonly charges?: ChargeBook | undefined
  /** For the limits against fraud; absent = this process counts for itself. */
  readonly counts?: SharedCounts | undefined
  /** Where the panel and the desk order things of live calls; absent = they cannot. */
  readonly live?: LiveBoard | undefined
}

export interface App {
  /**
   * Takes no new calls, waits up to `graceMs` for the live ones to end, then ends them, and closes
   * the control connection when their records are stored.
   */
  stop(graceMs: number): Promise<void>
  /** Calls that are not over. */
  live(): number
  /** What calls hold now; all zero when nothing is going on. */
  counts(): ReturnType<Reception['counts']> & { dialogs: number }
  /** Whether the control connection stands. */
  connected(): boolean
  /** Settles with the server's addresses when the control connection stands for the first time. */
  readonly ready: Promise<string>
}

/** How long hanging up may take: one transaction, 64·T1, would be 32 s; nobody waits that long. */
const hangUpMs = 5000
const pollMs = 20

/**
 * Starts the application. It returns at once and keeps connecting until stopped. Throws
 * PromptFolderError when media servers could not be told the names of the prompts.
 */
export async function startApp(options: AppOptions, ports: AppPorts): Promise<App> {
  let up = false
  let closing = false
  let announce: (hostPort: string) => void
  const ready = new Promise<string>((resolve) => { announce = resolve })
  const { directory, journal, log, clock, media, library, errands } = ports
  const recordingsFolder = options.recordingsFolder ?? 'recordings'
  const prompts = new Prompts(openPromptShelf(options.promptsFolder))
  const dialogues = spokenDialogues({ prompts, library, clock, log, recordingsFolder })
  const events: SipServerEvents = {
    invite: (transaction, twin) => reception.invite(transaction, twin),
    other: (transaction) => reception.other(transaction),
    connected(hostPort) {
      up = true
      log.info({ sip: hostPort }, 'connected to the SIP server')
      announce(hostPort)
    },
    disconnected() {
      up = false
      if (closing) return
      log.warn({ live: reception.live() }, 'SIP server is gone, its calls are lost')
      reception.disconnected()
    },
  }
  const server = new SrfServer(events, log)
  const live = ports.live &&
    new LiveCalls({ board: ports.live, clock, log }, options.ladders ?? 'all')
  const velocity = new Velocity(clock, log, ports.counts)
  const meter = ports.charges && new Meter(ports.charges, clock, log)
  const reception = new Reception({ ...defaults, ...given(options), recordingsFolder }, {
    directory, journal, clock, log, media, library, dialogues, velocity, live, meter,
  }, server)
  const desk = errands === undefined || media === undefined || library === undefined
    ? undefined
    : new ErrandDesk({
      board: errands, calls: reception, pool: media, library, directory, prompts, clock, log,
      recordingsFolder,
    })
  desk?.start()
  velocity.start()
  server.connect({ host: options.controlHost, port: options.controlPort, secret: options.secret })
  return {
    ready,
    connected: () => up,
    live: () => reception.live(),
    counts: () => ({ ...reception.counts(), dialogs: server.dialogCount() }),
    async stop(graceMs) {
      desk?.stop()
      reception.drain()
      await until(clock, graceMs, () => reception.live() === 0)
      reception.shutDown()
      await until(clock, hangUpMs, () => reception.counts().ending === 0)
      await reception.stored()
      live?.stop()
      velocity.stop()
      closing = true
      server.close()
    },
  }
}

const defaults = {
  maxCps: 200, maxLiveCalls: 2000, maxCallSeconds: 4 * 3600, sessionSeconds: 1800,
} as const

/** The options of the reception that are there. */
function given(options: AppOptions): Partial<Record<keyof typeof defaults, number>> {
  return Object.fromEntries(Object.keys(defaults).flatMap((name) => {
    const value = options[name as keyof typeof defaults]
    return value === undefined ? [] : [[name, value]]
  }))
}

/** Waits until `done`, looking often, `limitMs` at most. */
async function until(clock: Clock, limitMs: number, done: () => boolean): Promise<void> {
  const end = clock.nowMs() + limitMs
  while (!done() && clock.nowMs() < end) {
    await new Promise<void>((resolve) => { clock.wakeAt(clock.nowMs() + pollMs, resolve) })
  }
}
