/**
 * Media servers in virtual time for tests of calls: endpoints with made-up session descriptions
 * that play, ask and record as long as the clock says. Everything they are told is noted in `did`;
 * keys, hang-ups and the death of the server are the test's to make.
 */
import type { Cancel, Clock } from '../../src/clock.ts'
import { MediaUnavailable } from '../../src/app/media-port.ts'
import type {
  Endpoint, MediaPool, MediaShare, Question, Recorded, RecordLimits,
} from '../../src/app/media-port.ts'

type Played = 'ended' | 'stopped' | 'gone' | 'missing'

/** A key pressed so long after a question began (its files may still be heard then). */
export interface Reply {
  readonly digits: string
  readonly afterMs: number
}

export class FakeMedia implements MediaPool {
  readonly clock: Clock
  /** Every endpoint ever made, in order. */
  readonly endpoints: FakeEndpoint[] = []
  /** A server takes new endpoints. */
  available = true
  /** How long an endpoint takes to be made. */
  latencyMs = 10
  /** The next so many endpoints cannot be made. */
  failures = 0
  /** How long a file lasts, by its name or the end of it; 1000 ms otherwise. */
  readonly lengths = new Map<string, number>()
  /** Files that are not there, by the end of their names. */
  readonly missing = new Set<string>()
  /** What is pressed in reply to the coming questions, whichever endpoint asks. */
  readonly replies: Reply[] = []
  /** Called with each new endpoint before anybody else has it. */
  onEndpoint: (endpoint: FakeEndpoint) => void = () => {}
  readonly #shares = new Set<FakeShare>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** Endpoints that have not gone. */
  get live(): FakeEndpoint[] {
    return this.endpoints.filter((endpoint) => !endpoint.gone)
  }

  open(): MediaShare {
    if (!this.available) throw new MediaUnavailable('no media server')
    const share = new FakeShare(this, () => this.#shares.delete(share))
    this.#shares.add(share)
    return share
  }

  /** The server dies with all that lives on it. */
  kill(): void {
    this.available = false
    for (const share of [...this.#shares]) share.lose()
  }

  /** It is back; what it had is not. */
  revive(): void {
    this.available = true
  }

  lengthOf(file: string): number {
    for (const [name, ms] of this.lengths) if (file.endsWith(name)) return ms
    if (file.startsWith('silence_stream://')) {
      const ms = Number(file.slice('silence_stream://'.length))
      return ms < 0 ? Infinity : ms
    }
    if (file.startsWith('tone_stream://')) return file.includes('loops=-1') ? Infinity : 300
    return 1000
  }

  isMissing(file: string): boolean {
    return [...this.missing].some((name) => file.endsWith(name))
  }
}

class FakeShare implements MediaShare {
  readonly #media: FakeMedia
  readonly #closed: () => void
  readonly #own: FakeEndpoint[] = []
  readonly #onLost: (() => void)[] = []
  #state: 'open' | 'lost' | 'closed' = 'open'

  constructor(media: FakeMedia, closed: () => void) {
    this.#media = media
    this.#closed = closed
  }

  answer(offer: string): Promise<Endpoint> {
    return this.#make(offer)
  }

  offer(): Promise<Endpoint> {
    return this.#make(undefined)
  }

  onLost(run: () => void): void {
    if (this.#state === 'lost') run()
    else this.#onLost.push(run)
  }

  close(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#closed()
    for (const endpoint of this.#own) endpoint.destroy()
  }

  lose(): void {
    this.#state = 'lost'
    this.#closed()
    for (const endpoint of this.#own) endpoint.drop()
    for (const run of this.#onLost) run()
  }

  async #make(offer: string | undefined): Promise<Endpoint> {
    const { clock, latencyMs } = this.#media
    await new Promise<void>((resolve) => { clock.wakeAt(clock.nowMs() + latencyMs, resolve) })
    const fails = this.#media.failures > 0
    if (fails) this.#media.failures--
    if (fails || this.#state !== 'open' || !this.#media.available) {
      throw new MediaUnavailable(`${fails ? 'out of order' : this.#state}`)
    }
    const endpoint = new FakeEndpoint(this.#media, this.#media.endpoints.length + 1, offer)
    this.#media.endpoints.push(endpoint)
    this.#own.push(endpoint)
    this.#media.onEndpoint(endpoint)
    return endpoint
  }
}

/** What an endpoint is doing at the moment. */
interface Doing {
  readonly digit: (digit: string) => void
  readonly stop: () => void
  readonly gone: () => void
}

export class FakeEndpoint implements Endpoint {
  readonly number: number
  /** What it was told, as text: 'play a.wav b.wav', 'ask who.wav', 'record m.wav', 'destroy' … */
  readonly did: string[] = []
  /** The far end's latest description. */
  far: string | undefined
  sdp: string
  gone = false
  bridged: FakeEndpoint | undefined
  /** Files being recorded by `startRecording`. */
  readonly recording = new Set<string>()
  /** How long the far end speaks once it is recorded; silence after that. */
  talkMs = Infinity
  /** `startRecording` cannot write. */
  cannotRecord = false
  readonly #media: FakeMedia
  readonly #doing: Doing[] = []
  readonly #onDigit: ((digit: string) => void)[] = []
  readonly #onGone: (() => void)[] = []
  #version = 1

  constructor(media: FakeMedia, number: number, far: string | undefined) {
    this.#media = media
    this.number = number
    this.far = far
    this.sdp = this.#describe('sendrecv')
  }

  /** The far end presses a key. */
  press(key: string): void {
    if (this.gone) return
    for (const run of [...this.#onDigit]) run(key)
    this.#doing.at(-1)?.digit(key)
  }

  /** The far end, or the server, ends it. */
  drop(): void {
    if (this.gone) return
    this.did.push('gone')
    this.#leave()
    for (const run of this.#onGone) run()
  }

  async connect(answer: string): Promise<void> {
    this.#mustLive('connect')
    this.far = answer
  }

  async renegotiate(offer: string): Promise<string> {
    this.#mustLive('renegotiate')
    this.far = offer
    this.#version++
    const direction = offer.includes('a=sendonly') ? 'recvonly'
      : offer.includes('a=inactive') ? 'inactive' : 'sendrecv'
    this.sdp = this.#describe(direction)
    return this.sdp
  }

  play(files: readonly string[]): Promise<Played> {
    this.did.push(`play ${files.join(' ')}`)
    const there = files.filter((file) => !this.#media.isMissing(file))
    if (this.gone) return Promise.resolve('gone')
    if (there.length === 0) return Promise.resolve('missing')
    const length = there.reduce((sum, file) => sum + this.#media.lengthOf(file), 0)
    return this.#busy<Played>('stopped', 'gone', (end) => ({
      digit: () => {},
      timers: [[length, () => end('ended')]],
    }))
  }

  stopPlaying(): void {
    this.did.push('stop')
    this.#doing.at(-1)?.stop()
  }

  beep(tone: string): void {
    this.did.push(`beep ${tone}`)
  }

  inform(contentType: string, body: string): void {
    this.did.push(`inform ${contentType}`)
    const digit = /(?:Signal=\s*)?([0-9*#A-D])/.exec(body)?.[1]
    if (digit !== undefined) this.press(digit)
  }

  async ask(question: Question): Promise<string | undefined> {
    this.did.push(`ask ${question.files.join(' ')}`)
    const reply = this.#media.replies.shift()
    for (let round = 0; round < question.tries && !this.gone; round++) {
      const digits = await this.#askOnce(question, round === 0 ? reply : undefined)
      if (digits === undefined) return undefined
      if (digits.length >= question.min && digits !== '') return digits
    }
    return undefined
  }

  record(file: string, limits: RecordLimits): Promise<Recorded> {
    this.did.push(`record ${file}`)
    const { clock } = this.#media
    const start = clock.nowMs()
    const result = (endedBy: Recorded['endedBy']): Recorded =>
      ({ durationMs: clock.nowMs() - start, endedBy })
    if (this.gone) return Promise.resolve(result('gone'))
    const silenceMs = limits.silenceSeconds > 0
      ? this.talkMs + limits.silenceSeconds * 1000 : Infinity
    return this.#busy<Recorded>('limit', 'gone', (end) => ({
      digit: (digit) => { if (digit === limits.endKey) end('key') },
      timers: [
        [limits.maxSeconds * 1000, () => end('limit')], [silenceMs, () => end('silence')],
      ],
    }), result)
  }

  async bridge(other: Endpoint): Promise<void> {
    if (!(other instanceof FakeEndpoint) || other.gone) throw new MediaUnavailable('no such party')
    this.#mustLive(`bridge ${other.number}`)
    for (const one of [this, other]) for (const doing of [...one.#doing]) doing.stop()
    this.bridged = other
    other.bridged = this
  }

  async unbridge(): Promise<void> {
    this.did.push('unbridge')
    this.#part()
  }

  async startRecording(file: string): Promise<void> {
    this.#mustLive(`start ${file}`)
    if (this.cannotRecord) throw new MediaUnavailable('cannot record')
    this.recording.add(file)
  }

  async stopRecording(file: string): Promise<void> {
    this.did.push(`stop ${file}`)
    this.recording.delete(file)
  }

  async maskRecording(file: string, masked: boolean): Promise<void> {
    this.#mustLive(`${masked ? 'mask' : 'unmask'} ${file}`)
    if (!this.recording.has(file)) throw new MediaUnavailable('not recording')
  }

  onDigit(run: (digit: string) => void): void {
    this.#onDigit.push(run)
  }

  onGone(run: () => void): void {
    if (this.gone) run()
    else this.#onGone.push(run)
  }

  destroy(): void {
    if (this.gone) return
    this.did.push('destroy')
    this.#leave()
  }

  #askOnce(question: Question, reply: Reply | undefined): Promise<string | undefined> {
    const { clock } = this.#media
    const promptMs = question.files.reduce((sum, file) => sum + this.#media.lengthOf(file), 0)
    let digits = ''
    let waiting: Cancel = () => {}
    const cancels: Cancel[] = []
    const asked = this.#busy<string | undefined>(undefined, undefined, (end) => {
      const wait = (ms: number): void => {
        waiting()
        waiting = clock.wakeAt(clock.nowMs() + ms, () => end(digits))
      }
      wait(promptMs + question.firstDigitMs)
      return {
        digit: (digit) => {
          if (digit === question.endKey) return end(digits)
          digits += digit
          if (digits.length >= question.max) end(digits)
          else wait(question.nextDigitMs)
        },
        timers: [],
      }
    })
    if (reply !== undefined) {
      for (const [at, key] of [...reply.digits].entries()) {
        const due = clock.nowMs() + reply.afterMs + at * 100
        cancels.push(clock.wakeAt(due, () => this.press(key)))
      }
    }
    return asked.finally(() => {
      waiting()
      for (const cancel of cancels) cancel()
    })
  }

  /** Does something until one of its timers, a key, a stop or the end of the endpoint. */
  #busy<T>(
    stopped: unknown, gone: unknown,
    begin: (end: (result: unknown) => void) => {
      readonly digit: (digit: string) => void
      readonly timers: readonly (readonly [number, () => void])[]
    },
    result: (raw: never) => T = (raw) => raw as T,
  ): Promise<T> {
    const { clock } = this.#media
    return new Promise((resolve) => {
      let cancels: Cancel[] = []
      const end = (raw: unknown): void => {
        const at = this.#doing.indexOf(doing)
        if (at < 0) return
        this.#doing.splice(at, 1)
        for (const cancel of cancels) cancel()
        resolve(result(raw as never))
      }
      const doing = {
        digit: (_digit: string): void => {}, stop: () => end(stopped), gone: () => end(gone),
      }
      this.#doing.push(doing)
      const { digit, timers } = begin(end)
      doing.digit = digit
      const start = clock.nowMs()
      cancels = timers.filter(([ms]) => ms !== Infinity)
        .map(([ms, run]) => clock.wakeAt(start + ms, run))
    })
  }

  #mustLive(what: string): void {
    if (this.gone) throw new MediaUnavailable('the endpoint has gone')
    this.did.push(what)
  }

  #leave(): void {
    this.gone = true
    this.recording.clear()
    this.#part()
    for (const doing of [...this.#doing]) doing.gone()
  }

  #part(): void {
    const other = this.bridged
    this.bridged = undefined
    if (other !== undefined) other.bridged = undefined
  }

  #describe(direction: string): string {
    const address = `IN IP4 192.0.2.${this.number % 250}`
    return `v=0\r\no=media ${this.number} ${this.#version} ${address}\r\n` +
      `s=-\r\nc=${address}\r\nt=0 0\r\n` +
      `m=audio ${40_000 + 2 * this.number} RTP/AVP 0 8 101\r\n` +
      `a=rtpmap:101 telephone-event/8000\r\na=${direction}\r\n`
  }
}
