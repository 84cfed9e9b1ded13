/**
 * The applications of one channel: what is run, what runs inside what, what waits. Applications
 * nest (an application sent while another one runs is run at once, inside it, and the outer one
 * goes on when it ends), unless the outer one was sent with a lock. What an application does is not
 * known here.
 */
import type { SendMessage } from '../esl/message.ts'

/** 20 ms of a channel, handed to the innermost running application. */
export interface Tick {
  readonly nowMs: number
  /** What the far end said, 160 samples, silence when it was muted or said nothing. */
  readonly heard: Int16Array
  /** Some RTP has come on this channel, ever. */
  readonly hasHeard: boolean
  /** To be filled with what the far end is to hear; silence at first. */
  readonly said: Int16Array
}

/** Why a running application is ended from outside. */
export type StopReason =
  /** `uuid_break`. */
  | 'break'
  /** The channel is bridged or transferred. */
  | 'transfer'
  /** The media server hangs up. */
  | 'hangup'
  /** The far end hung up. */
  | 'farHangup'

/** An application that takes time. A response is the text of Application-Response. */
export interface Running {
  /** Whether it fills `said`; if not, a bridged party is heard meanwhile. */
  readonly isSpeaking: boolean
  /** Runs 20 ms; returns the response when it has ended by itself. */
  tick(tick: Tick): string | undefined
  /** A digit of the far end; true = it is used up and not passed on to a bridged party. */
  digit(digit: string): boolean
  /** Ends it now; returns the response. */
  stop(why: StopReason): string
}

export type Execute = Extract<SendMessage, { call: 'execute' }>

/** What the execution needs of its channel. */
export interface Executor {
  /** Starts an application: its response if it has ended already, or what is running now. */
  start(message: Execute): string | Running
  executing(message: Execute): void
  completed(message: Execute, response: string): void
  /** A fault of ours: it must cost this application only. */
  failed(message: Execute, fault: unknown): void
}

/** Messages that wait; a client that sends more is told so. */
const maxWaiting = 200
/** Nested applications. */
const maxDepth = 20

interface Frame {
  readonly message: Execute
  readonly running: Running
}

export class Execution {
  readonly #executor: Executor
  readonly #stack: Frame[] = []
  readonly #waiting: Execute[] = []

  constructor(executor: Executor) {
    this.#executor = executor
  }

  get isIdle(): boolean {
    return this.#stack.length === 0 && this.#waiting.length === 0
  }

  /** The application that has the word. */
  get innermost(): Running | undefined {
    return this.#stack.at(-1)?.running
  }

  /** Queues an application for the next tick; false when too many wait. */
  submit(message: Execute): boolean {
    if (this.#waiting.length >= maxWaiting) return false
    this.#waiting.push(message)
    return true
  }

  /** Starts what waits, then lets the innermost application run. */
  tick(tick: Tick): void {
    this.#startWaiting()
    const top = this.#stack.at(-1)
    if (top === undefined) return
    let response: string | undefined
    try {
      response = top.running.tick(tick)
    } catch (fault) {
      this.#executor.failed(top.message, fault)
      response = '-ERR failed'
    }
    // Something may have ended it meanwhile: a digit, a hang-up from within.
    if (response !== undefined && this.#stack.at(-1) === top) {
      this.#stack.pop()
      this.#complete(top.message, response)
    }
  }

  /** Gives a digit to the innermost application; true = used up. */
  digit(digit: string): boolean {
    return this.#stack.at(-1)?.running.digit(digit) ?? false
  }

  /** Ends the innermost application; false when none runs. */
  breakInnermost(): boolean {
    const top = this.#stack.pop()
    if (top === undefined) return false
    this.#end(top, 'break')
    return true
  }

  /**
   * Ends everything that runs, innermost first. What waits is run afterwards, unless the call is
   * over: then it is told to be complete without having been run, since somebody may wait for that.
   */
  stopAll(why: StopReason): void {
    for (let top = this.#stack.pop(); top !== undefined; top = this.#stack.pop()) {
      this.#end(top, why)
    }
    if (why === 'break' || why === 'transfer') return
    for (
      let message = this.#waiting.shift();
      message !== undefined;
      message = this.#waiting.shift()
    ) {
      this.#executor.completed(message, '-ERR the call has ended')
    }
  }

  #startWaiting(): void {
    // What is queued from within (loops) waits for the next tick: nothing may hold up a tick for
    // ever.
    for (let count = this.#waiting.length; count > 0; count--) {
      const message = this.#waiting[0]
      if (message === undefined) return
      const top = this.#stack.at(-1)
      const mustWait = top !== undefined && (top.message.isLocked || message.isLocked)
      if (mustWait || this.#stack.length >= maxDepth) return
      this.#waiting.shift()
      this.#start(message)
    }
  }

  #start(message: Execute): void {
    this.#executor.executing(message)
    let result: string | Running
    try {
      result = this.#executor.start(message)
    } catch (fault) {
      this.#executor.failed(message, fault)
      result = '-ERR failed'
    }
    if (typeof result === 'string') this.#complete(message, result)
    else this.#stack.push({ message, running: result })
  }

  #end(frame: Frame, why: StopReason): void {
    let response = '-ERR failed'
    try {
      response = frame.running.stop(why)
    } catch (fault) {
      this.#executor.failed(frame.message, fault)
    }
    this.#executor.completed(frame.message, response)
  }

  #complete(message: Execute, response: string): void {
    this.#executor.completed(message, response)
    if (message.loops === 1) return
    this.#waiting.push({ ...message, loops: message.loops < 0 ? -1 : message.loops - 1 })
  }
}
