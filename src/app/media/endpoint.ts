/**
 * One channel of a media server as the application uses it, over drachtio-fsmrf's Endpoint.
 * The library's promises may stay open for ever once the far end has hung up; here each of them
 * settles. What the library cannot say (why a record ended, stereo recordings) is asked of the
 * event socket itself.
 */
import type Mrf from 'drachtio-fsmrf'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { MediaUnavailable } from '../media-port.ts'
import type { Endpoint, Question, Recorded, RecordLimits } from '../media-port.ts'
import { Operations } from './operations.ts'
import type { Finished } from './operations.ts'
import { textOf, within } from './within.ts'

/** A re-INVITE or a command that takes longer has failed. */
const commandMs = 5000
/** Nobody speaks a prompt of more than a minute. */
const longestPromptMs = 60_000
/** Mean level of a 16-bit sample below which a frame counts as silent. */
const silenceLevel = 200
/** After a hang-up the length of a record comes within this, or not at all. */
const lastWordsMs = 1000
/**
 * Pause between the files of a list, ms: words of a sentence, not sentences. Lists are joined with
 * '!', and no key ends a play.
 */
const playVariables = {
  playback_delimiter: '!', playback_sleep_val: '40', playback_terminators: 'none',
}

export class MrfEndpoint implements Endpoint {
  sdp: string
  readonly #inner: Mrf.Endpoint
  readonly #clock: Clock
  readonly #log: Log
  readonly #left: () => void
  readonly #operations: Operations
  readonly #onDigit: ((digit: string) => void)[] = []
  readonly #onGone: (() => void)[] = []
  /** It went by itself: not by our `destroy`. */
  #wentByItself = false
  #isPrepared = false
  #hearsTones = false
  #isStereo = false
  /** Re-INVITEs of one dialog follow each other (RFC 3261 §14.1). */
  #lastModify: Promise<unknown> = Promise.resolve()

  /**
   * `answersOffer`: the far end's description is known already. `left` is told once when the
   * endpoint is over, whoever ended it.
   */
  constructor(
    inner: Mrf.Endpoint, answersOffer: boolean, clock: Clock, log: Log, left: () => void,
  ) {
    this.#inner = inner
    this.#clock = clock
    this.#log = log
    this.#left = left
    this.sdp = inner.local.sdp
    this.#operations = new Operations(clock, () => this.#command('uuid_break', [inner.uuid, 'all']))
    // The library prints what its sockets report; the end of a connection is told by 'destroy'.
    inner.conn?.removeAllListeners('error')
    inner.conn?.on('error', () => {})
    inner.on('dtmf', ({ dtmf }: { dtmf: string }) => {
      for (const run of [...this.#onDigit]) run(dtmf)
    })
    inner.on('destroy', () => this.lose())
    if (answersOffer) this.#listenForTones(this.sdp)
    // It hung up while the library was still putting it together.
    if (!inner.connected) this.lose()
  }

  get isGone(): boolean {
    return this.#operations.isGone
  }

  async connect(answer: string): Promise<void> {
    await this.#modify(answer)
    this.#listenForTones(answer)
  }

  async renegotiate(offer: string): Promise<string> {
    this.sdp = await this.#modify(offer)
    this.#listenForTones(this.sdp)
    return this.sdp
  }

  async play(files: readonly string[]): Promise<'ended' | 'stopped' | 'gone' | 'missing'> {
    if (this.isGone) return 'gone'
    if (files.length === 0) return 'ended'
    this.#prepare()
    const finished = await this.#operations.perform(this.#execute('playback', files.join('!')))
    if (finished.how === 'gone' || this.isGone) return 'gone'
    if (finished.stopped) return 'stopped'
    if (finished.how === 'failed') return 'missing'
    return headerOf(finished, 'Application-Response') === 'FILE NOT FOUND' ? 'missing' : 'ended'
  }

  stopPlaying(): void {
    this.#operations.stop()
  }

  beep(tone: string): void {
    if (!this.isGone) this.#command('uuid_broadcast', [this.#inner.uuid, tone, 'aleg'])
  }

  inform(contentType: string, body: string): void {
    if (this.isGone) return
    const headers = { 'Content-Type': contentType }
    void this.#quietly(this.#inner.dialog.request({ method: 'INFO', headers, body }))
  }

  async ask(question: Question): Promise<string | undefined> {
    if (this.isGone) return undefined
    this.#prepare()
    const { files, min, max, tries, firstDigitMs, nextDigitMs, endKey } = question
    const words = [
      min, max, tries, Math.round(firstDigitMs), endKey === '' ? 'none' : endKey,
      files.length === 0 ? 'silence_stream://20' : worded(files.join('!')), 'silence_stream://100',
      'asked_digits', '^[0-9*#]+$', Math.round(nextDigitMs),
    ]
    const limitMs = tries * (longestPromptMs + firstDigitMs + max * nextDigitMs) + commandMs
    const finished = await this.#operations.perform(
      this.#execute('play_and_get_digits', words.join(' ')), limitMs)
    if (finished.how !== 'done' || finished.stopped) return undefined
    // With too few digits the variable holds them all the same.
    const digits = headerOf(finished, 'variable_asked_digits') ?? ''
    return digits !== '' && digits.length >= min ? digits : undefined
  }

  async record(file: string, limits: RecordLimits): Promise<Recorded> {
    const startMs = this.#clock.nowMs()
    if (this.isGone) return { durationMs: 0, endedBy: 'gone' }
    this.#prepare()
    const { maxSeconds, silenceSeconds, endKey } = limits
    // A record that cannot be begun must not show the length of the last one.
    void this.#quietly(this.#inner.set({ playback_terminators: endKey, record_ms: '' }))
    const name = worded(file)
    const silence = silenceSeconds > 0 ? ` ${silenceLevel} ${silenceSeconds}` : ''
    const finished = await this.#operations.perform(
      this.#execute('record', `${name} ${maxSeconds}${silence}`),
      (maxSeconds + 2) * 1000 + commandMs, lastWordsMs)
    if (finished.how === 'late') this.#command('uuid_break', [this.#inner.uuid, 'all'])
    if (!this.isGone) void this.#quietly(this.#inner.set('playback_terminators', 'none'))
    const durationMs = finished.how === 'done'
      ? Number(headerOf(finished, 'variable_record_ms') ?? 0)
      : finished.how === 'failed' ? 0 : Math.round(this.#clock.nowMs() - startMs)
    return { durationMs, endedBy: await this.#whyEnded(finished, endKey, durationMs, maxSeconds) }
  }

  async bridge(other: Endpoint): Promise<void> {
    if (!(other instanceof MrfEndpoint) || other.isGone) {
      throw new MediaUnavailable('bridge: the other party has gone')
    }
    this.#mustLive()
    await within(this.#clock, commandMs, 'bridge', this.#inner.bridge(other.#inner))
  }

  async unbridge(): Promise<void> {
    if (this.isGone) return
    await within(this.#clock, commandMs, 'unbridge', this.#inner.unbridge())
  }

  async startRecording(file: string): Promise<void> {
    this.#mustLive()
    const { uuid } = this.#inner
    if (!this.#isStereo) await this.#ask('uuid_setvar', [uuid, 'RECORD_STEREO', 'true'])
    this.#isStereo = true
    await this.#ask('uuid_record', [uuid, 'start', worded(file)])
  }

  async stopRecording(file: string): Promise<void> {
    if (this.isGone) return
    await this.#ask('uuid_record', [this.#inner.uuid, 'stop', worded(file)])
  }

  async maskRecording(file: string, masked: boolean): Promise<void> {
    this.#mustLive()
    const action = masked ? 'mask' : 'unmask'
    await this.#ask('uuid_record', [this.#inner.uuid, action, worded(file)])
  }

  onDigit(run: (digit: string) => void): void {
    this.#onDigit.push(run)
  }

  onGone(run: () => void): void {
    if (this.#wentByItself) run()
    else this.#onGone.push(run)
  }

  destroy(): void {
    if (this.isGone) return
    const inner = this.#inner
    this.#leave()
    void within(this.#clock, commandMs, 'destroy', inner.destroy())
      .catch(() => this.#endDialog())
  }

  /** The far end hung up, or the media server or its connection is gone: `onGone` is told. */
  lose(): void {
    if (this.isGone) return
    this.#wentByItself = true
    this.#leave()
    this.#endDialog()
    for (const run of this.#onGone) run()
  }

  #leave(): void {
    this.#operations.leave()
    this.#left()
  }

  /** A server that vanished sent no BYE: the dialog to it must not stay at the SIP server. */
  #endDialog(): void {
    const { dialog } = this.#inner
    // An async function: the library may throw here, and reject where the dialog is gone already.
    void this.#quietly((async () => { if (dialog?.connected === true) await dialog.destroy() })())
  }

  #modify(sdp: string): Promise<string> {
    this.#mustLive()
    const modify = async (): Promise<string> => {
      this.#mustLive()
      return this.#inner.dialog.modify(sdp)
    }
    const result = this.#lastModify.then(modify, modify)
    const bounded = within(this.#clock, commandMs, 're-INVITE', result)
    this.#lastModify = bounded.catch(() => {})
    return bounded
  }

  /** What plays and questions need is set once, and only on endpoints that play or ask. */
  #prepare(): void {
    if (this.#isPrepared) return
    this.#isPrepared = true
    void this.#quietly(this.#inner.set(playVariables))
  }

  /** Keys of a far end without telephone-event are heard in its sound (RFC 4733 §2.3 or not). */
  #listenForTones(description: string): void {
    if (this.#hearsTones || this.isGone || description.includes('telephone-event')) return
    this.#hearsTones = true
    void this.#quietly(this.#execute('start_dtmf', ''))
  }

  async #whyEnded(
    finished: Finished<Mrf.EslEvent>, endKey: string, durationMs: number, maxSeconds: number,
  ): Promise<Recorded['endedBy']> {
    if (finished.how !== 'done') return this.isGone || finished.how === 'failed' ? 'gone' : 'limit'
    if (headerOf(finished, 'variable_silence_hits_exhausted') === 'true') return 'silence'
    const key = headerOf(finished, 'variable_playback_terminator_used')
    if (key !== undefined && key === endKey) return 'key'
    if (finished.stopped || durationMs >= maxSeconds * 1000) return 'limit'
    // A hang-up completes the record first and is told a moment later.
    if (!this.isGone) {
      await this.#operations.perform(new Promise<never>(() => {}), lastWordsMs / 4)
    }
    return this.isGone ? 'gone' : 'limit'
  }

  #mustLive(): void {
    if (this.isGone) throw new MediaUnavailable('the endpoint has gone')
  }

  async #execute(application: string, argument: string): Promise<Mrf.EslEvent> {
    return this.#inner.execute(application, argument)
  }

  /** A command whose answer is to begin with +OK; throws MediaUnavailable otherwise. */
  async #ask(command: string, words: readonly string[]): Promise<void> {
    const answer = await within(
      this.#clock, commandMs, command, this.#inner.api(command, [...words]))
    const body = answer.getBody()
    if (!body.startsWith('+OK')) throw new MediaUnavailable(`${command}: ${body.trim()}`)
  }

  #command(command: string, words: readonly string[]): void {
    void this.#quietly(this.#inner.api(command, [...words]))
  }

  /** For what may fail because the endpoint is just going. */
  async #quietly(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#log.debug({ error: textOf(error) }, 'endpoint')
    }
  }
}

/** A name with blanks as one word of an argument. */
function worded(name: string): string {
  return name.includes(' ') ? `'${name}'` : name
}

function headerOf(finished: Finished<Mrf.EslEvent>, name: string): string | undefined {
  return finished.how === 'done' ? finished.value.getHeader(name) ?? undefined : undefined
}
