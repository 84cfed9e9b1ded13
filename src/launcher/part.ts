/**
 * One part of the product as a child process: started, watched, restarted when it dies, stopped.
 * The child says `{ ready }` over its IPC channel when it serves; what it prints goes to our own
 * output. When we die the channel closes and the child stops by itself, so nothing is left behind.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Cancel, Clock, Ms } from '../clock.ts'

/** Exit code of a part whose configuration is wrong: starting it again would not help. */
export const wrongConfigurationExit = 78

export interface PartPlan {
  readonly name: string
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
  /** How long it may take until it says that it is ready. */
  readonly readyMs: Ms
  /** How long it may take to stop before it is killed. */
  readonly stopMs: Ms
  /** The others go on without it: it is not waited for, and tried again when it does not start. */
  readonly optional?: boolean
}

export interface PartEvents {
  /** Something worth telling the operator. */
  readonly say: (line: string) => void
  /** It serves again after it had died; its process id is another one. */
  readonly back: () => void
  /** The part cannot be started at all; the whole product has to stop. */
  readonly giveUp: (reason: string) => void
}

const firstPauseMs = 250
const longestPauseMs = 10_000
/** A part that lived this long is taken as healthy: the next restart is quick again. */
const healthyMs = 30_000

export class Part {
  readonly plan: PartPlan
  #child: ChildProcess | undefined
  #clock: Clock
  #events: PartEvents
  #stopping = false
  #everReady = false
  #pauseMs = firstPauseMs
  #startedAt = 0
  #cancelRestart: Cancel | undefined
  #settleReady: ((details: unknown) => void) | undefined
  #exited: Promise<void> = Promise.resolve()

  constructor(plan: PartPlan, clock: Clock, events: PartEvents) {
    this.plan = plan
    this.#clock = clock
    this.#events = events
  }

  /** Process id while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Starts it; resolves with what it reported when it was ready, rejects when it will not be. */
  start(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.wakeAt(this.#clock.nowMs() + this.plan.readyMs, () => {
        reject(new Error(`${this.plan.name} was not ready after ${this.plan.readyMs / 1000} s`))
      })
      this.#settleReady = (details) => {
        cancel()
        this.#settleReady = undefined
        if (details instanceof Error) reject(details)
        else resolve(details)
      }
      this.#spawn()
    })
  }

  /** Stops it and waits; kills it when it does not stop in time. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#cancelRestart?.()
    const child = this.#child
    if (!child) return
    child.kill('SIGTERM')
    const cancel = this.#clock.wakeAt(this.#clock.nowMs() + this.plan.stopMs, () => {
      const { name, stopMs } = this.plan
      this.#events.say(`${name} did not stop in ${stopMs / 1000} s and is killed`)
      child.kill('SIGKILL')
    })
    await this.#exited
    cancel()
  }

  #spawn(): void {
    const [program, ...args] = this.plan.command
    this.#startedAt = this.#clock.nowMs()
    const child = spawn(program, args, {
      env: this.plan.env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Its own process group: Ctrl-C in a terminal reaches it through stop(), after its users.
      detached: true,
    })
    this.#child = child
    child.on('message', (message) => this.#onMessage(message))
    this.#exited = new Promise((resolve) => {
      child.once('error', (fault) => {
        this.#events.say(`${this.plan.name}: ${fault.message}`)
        if (child.pid === undefined) {
          this.#onExit(null, null)
          resolve()
        }
      })
      child.once('exit', (code, signal) => {
        this.#onExit(code, signal)
        resolve()
      })
    })
  }

  #onMessage(message: unknown): void {
    if (typeof message !== 'object' || message === null || !('ready' in message)) return
    if (this.#everReady) {
      this.#events.say(`${this.plan.name} is back`)
      this.#events.back()
    }
    this.#everReady = true
    this.#settleReady?.(message.ready)
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined
    if (this.#stopping) return
    const how = signal ?? `exit code ${code ?? 'unknown'}`
    if (code === wrongConfigurationExit || !this.#everReady) {
      const reason = `${this.plan.name} could not start (${how})`
      if (this.plan.optional === true) {
        this.#withoutIt(reason, code === wrongConfigurationExit)
        return
      }
      if (this.#settleReady) this.#settleReady(new Error(reason))
      else this.#events.giveUp(reason)
      return
    }
    if (this.#clock.nowMs() - this.#startedAt > healthyMs) this.#pauseMs = firstPauseMs
    this.#events.say(`${this.plan.name} ended (${how}); starting it again in ${this.#pauseMs} ms`)
    this.#startAgain()
  }

  /** An optional part that does not start: said once a try, the product lives. */
  #withoutIt(reason: string, isVain: boolean): void {
    if (isVain) {
      this.#events.say(`${reason}; the others go on without it`)
      return
    }
    this.#events.say(`${reason}; trying again in ${this.#pauseMs} ms`)
    this.#startAgain()
  }

  #startAgain(): void {
    const at = this.#clock.nowMs() + this.#pauseMs
    this.#cancelRestart = this.#clock.wakeAt(at, () => this.#spawn())
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs)
  }
}
