/**
 * The notices of one application process: each second it addresses the events that are due and
 * gives each channel's letters to its worker; one process at a time, by lease, does the rounds of
 * the calendar and tidies up.
 */
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Db } from '../store/database.ts'
import { holdLease } from '../store/leases.ts'
import type { Lease } from '../store/leases.ts'
import { doRounds } from '../store/notice-rounds.ts'
import { freeLetters, purgeOutbox } from '../store/outbox-letters.ts'
import { routeEvents } from '../store/outbox-routing.ts'
import type { Channel } from './channel.ts'
import { ChannelWorker } from './worker.ts'

export interface NotifierOptions {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
  /** 32 hex digits that name this process (`CallStore.owner`). */
  readonly owner: string
  readonly channels: readonly Channel[]
  /** SMS go to proved numbers only. */
  readonly verifyNumbers: boolean
  readonly random?: () => number
}

export interface Notifier {
  /** Does what is due now, to the end: for tests and for whoever cannot wait a second. */
  turn(): Promise<void>
  /** Rounds of the calendar and tidying, whoever holds the lease. */
  tidy(): Promise<void>
  /** Takes no more; what is under way has `timeoutMs` to end. */
  stop(timeoutMs: Ms): Promise<void>
}

const turnMs: Ms = 1000
const tidyMs: Ms = 15_000
const leaseMs = 45_000
const leaseName = 'notices'

/** Makes the notifier; `begin` starts its clockwork. */
export function createNotifier(options: NotifierOptions): Notifier & { begin(): void } {
  const { db, clock, log, owner, channels, verifyNumbers, random } = options
  const workers = channels.map((channel) => new ChannelWorker({
    db, clock, log, channel, owner, ...(random === undefined ? {} : { random }),
  }))
  const names = channels.map(({ name }) => name)
  const route = async () => {
    const wallMs = Math.floor(clock.wallMs())
    while (await routeEvents(db, { channels: names, verifyNumbers }, wallMs) > 0 && !stopped);
  }
  const turn = async () => {
    await route()
    await Promise.all(workers.map((worker) => worker.idle()))
  }
  const tidy = async () => {
    const wallMs = Math.floor(clock.wallMs())
    const freed = await freeLetters(db, wallMs)
    if (freed > 0) log.warn({ letters: freed }, 'letters of a process that died are taken over')
    await purgeOutbox(db, wallMs)
    await doRounds(db, wallMs)
  }
  let stopped = false
  let lease: Lease | undefined
  const repeats: Repeat[] = []
  return {
    turn,
    tidy,
    begin() {
      repeats.push(repeat(options, turnMs, async () => {
        await route()
        for (const worker of workers) void worker.fill()
      }), repeat(options, tidyMs, async () => {
        lease ??= await holdLease(db, leaseName, owner, leaseMs)
        if (lease?.isHeld() === true) await tidy()
      }))
    },
    async stop(timeoutMs) {
      stopped = true
      await Promise.all(repeats.map((one) => one.stop()))
      await Promise.all(workers.map((worker) => worker.stop(timeoutMs)))
      await lease?.release().catch(() => {}) // it runs out by itself
    },
  }
}

interface Repeat {
  /** Resolves when what is under way has ended. */
  stop(): Promise<void>
}

/** Does `work` again and again, `ms` after it has ended; a fault of it is logged. */
function repeat(
  { clock, log }: NotifierOptions,
  ms: Ms,
  work: () => Promise<void>,
): Repeat {
  let stopped = false
  let cancel: Cancel = () => {}
  let under = Promise.resolve()
  const next = () => {
    cancel = clock.wakeAt(clock.nowMs() + ms, () => {
      under = work()
        .catch((fault: unknown) => log.warn({ err: fault }, 'notices cannot be handled now'))
        .finally(() => { if (!stopped) next() })
    })
  }
  next()
  return {
    stop() {
      stopped = true
      cancel()
      return under
    },
  }
}
