/**
 * What the application needs from media servers, as narrow interfaces: a pool, one call's share of
 * one server, endpoints. `media-pool.ts` implements them over drachtio-fsmrf, tests with phones of
 * their own. Every promise settles: by the event, by its time limit, or because the endpoint went.
 */

/** The media server is away, full, or did not answer in time. */
export class MediaUnavailable extends Error {
  override readonly name = 'MediaUnavailable'
}

export interface MediaPool {
  /** Whether a server takes new endpoints at this moment. */
  readonly available: boolean
  /** A share of the least loaded server that works. Throws MediaUnavailable when there is none. */
  open(): MediaShare
}

/** All endpoints of one call live on one server, so that they can be bridged. */
export interface MediaShare {
  /** An endpoint that answers an offer. */
  answer(offer: string): Promise<Endpoint>
  /** An endpoint that makes an offer itself; `Endpoint.connect` brings it the answer. */
  offer(): Promise<Endpoint>
  /** Told once when the server is lost; its endpoints are gone by then. */
  onLost(run: () => void): void
  /** Ends every endpoint that is left. */
  close(): void
}

export interface RecordLimits {
  readonly maxSeconds: number
  /** Silence that ends it; 0 = never. */
  readonly silenceSeconds: number
  /** Key that ends it. */
  readonly endKey: string
}

export interface Recorded {
  readonly durationMs: number
  readonly endedBy: 'silence' | 'key' | 'limit' | 'gone'
}

export interface Question {
  /** Files heard before and while digits are awaited. */
  readonly files: readonly string[]
  readonly min: number
  readonly max: number
  readonly tries: number
  /** Until the first digit, after the files. */
  readonly firstDigitMs: number
  readonly nextDigitMs: number
  readonly endKey: string
}

export interface Endpoint {
  /** The server's session description: its answer, or its offer. */
  readonly sdp: string
  /** The far end's answer to our offer. */
  connect(answer: string): Promise<void>
  /** A new offer of the far end in its dialog (hold, port change); gives the answer to it. */
  renegotiate(offer: string): Promise<string>
  /**
   * Plays files (absolute paths as the server sees them, or 'tone_stream://…') one after the other;
   * 'stopped' by `stopPlaying`, 'gone' when the endpoint went, 'missing' when none could be opened.
   */
  play(files: readonly string[]): Promise<'ended' | 'stopped' | 'gone' | 'missing'>
  /** Ends a play, a question or a record that runs. */
  stopPlaying(): void
  /** A sound to the far end while it talks, instead of what it would hear meanwhile. */
  beep(tone: string): void
  /** An INFO of the far end: its body may be a digit (application/dtmf-relay, application/dtmf). */
  inform(contentType: string, body: string): void
  /** The digits pressed without the end key; undefined when nobody pressed enough, or it went. */
  ask(question: Question): Promise<string | undefined>
  record(file: string, limits: RecordLimits): Promise<Recorded>
  /** Joins the two; they hear each other until one goes or `unbridge`. */
  bridge(other: Endpoint): Promise<void>
  unbridge(): Promise<void>
  /** Both directions in two channels, this endpoint's far end left. Runs until stopped or the end. */
  startRecording(file: string): Promise<void>
  stopRecording(file: string): Promise<void>
  /** Silence in place of the sound of a recording that runs, or the sound again. */
  maskRecording(file: string, masked: boolean): Promise<void>
  /** Each digit of the far end, also those that answer a question. */
  onDigit(run: (digit: string) => void): void
  /** Told once when the endpoint went by itself: at once if it has gone. Not after `destroy`. */
  onGone(run: () => void): void
  destroy(): void
}
