/**
 * Dialogues for tests of the application: each plays files of plain names and answers to keys as the
 * real ones do, in a few lines; and a library that only notes.
 */
import type { Dialogues } from '../../src/app/dialogues.ts'
import type { Endpoint } from '../../src/app/media-port.ts'
import type { MediaLibrary, NewMessage } from '../../src/app/ports.ts'
import type { ConfirmChoice } from '../../src/call/record.ts'

const choices: Record<string, ConfirmChoice> = { 1: 'accept', 2: 'decline', 3: 'voicemail' }

export function scriptedDialogues(callId: string, library: MediaLibrary): Dialogues {
  return {
    async ringback(endpoint, kind, signal) {
      while (!signal.aborted && await play(endpoint, `ringback-${kind}`, signal) === 'ended');
    },
    async announce(endpoint, prompt, signal) {
      await play(endpoint, prompt, signal)
    },
    async consent(one, other, signal) {
      await Promise.all([play(one, 'consent', signal), play(other, 'consent', signal)])
    },
    async confirm(endpoint, seconds, signal) {
      const stop = stopOn(endpoint, signal)
      const digits = await endpoint.ask({
        files: ['who'], min: 1, max: 1, tries: 1, firstDigitMs: seconds * 1000 - 1000, nextDigitMs: 1000, endKey: '',
      })
      stop()
      if (digits !== undefined) return choices[digits] ?? 'nobody'
      return 'gone' in endpoint && endpoint.gone === true ? 'failed' : 'nobody'
    },
    async tell(endpoint, what, signal) {
      await play(endpoint, what, signal)
    },
    async message(endpoint, greetingFile, signal) {
      if (await play(endpoint, greetingFile ?? 'greeting', signal) !== 'ended') return { kept: false }
      const file = `messages/${callId}.wav`
      await library.beginMessage({ id: callId, file } as NewMessage)
      const stop = stopOn(endpoint, signal)
      const { durationMs } = await endpoint.record(`/rec/${file}`, { maxSeconds: 60, silenceSeconds: 5, endKey: '#' })
      stop()
      const kept = durationMs >= 1000
      await (kept ? library.finishMessage(callId, durationMs) : library.discardMessage(callId))
      return { kept }
    },
    async mailbox(endpoint, signal) {
      await play(endpoint, 'mailbox', signal)
    },
  }
}

async function play(endpoint: Endpoint, file: string, signal: AbortSignal): Promise<string> {
  if (signal.aborted) return 'stopped'
  const stop = stopOn(endpoint, signal)
  const how = await endpoint.play([file])
  stop()
  return how
}

function stopOn(endpoint: Endpoint, signal: AbortSignal): () => void {
  const stop = (): void => endpoint.stopPlaying()
  signal.addEventListener('abort', stop)
  return () => signal.removeEventListener('abort', stop)
}

/** Notes what it is told; complains of nothing but can be told to fail. */
export class NotingLibrary implements MediaLibrary {
  /** 'begin calls/2026/…', 'finish 5000', 'discard', in order. */
  readonly did: string[] = []
  /** Begun and neither finished nor discarded. */
  open: string[] = []
  /** Rejects what is named here. */
  failing: 'beginRecording' | 'finishRecording' | undefined

  async beginMessage(message: NewMessage): Promise<void> {
    this.#begin('message', message.id, message.file)
  }

  async finishMessage(id: string, durationMs: number): Promise<void> {
    this.#end(id, `finish message ${durationMs}`)
  }

  async discardMessage(id: string): Promise<void> {
    this.#end(id, 'discard message')
  }

  async messages(): Promise<readonly []> {
    return []
  }

  async messageHeard(): Promise<void> {}

  async removeMessage(): Promise<void> {}

  async checkPin(): Promise<'none'> {
    return 'none'
  }

  async keepGreeting(): Promise<void> {}

  async beginRecording(recording: Parameters<MediaLibrary['beginRecording']>[0]): Promise<void> {
    if (this.failing === 'beginRecording') throw new Error('no database')
    this.#begin('recording', recording.id, recording.file)
  }

  async finishRecording(id: string, durationMs: number, interrupted: boolean): Promise<void> {
    this.#end(id, `finish recording ${durationMs}${interrupted ? ' interrupted' : ''}`)
    if (this.failing === 'finishRecording') throw new Error('no database')
  }

  #begin(what: string, id: string, file: string): void {
    this.open.push(id)
    this.did.push(`begin ${what} ${file.replace(id, '<id>')}`)
  }

  #end(id: string, what: string): void {
    this.open = this.open.filter((one) => one !== id)
    this.did.push(what)
  }
}
