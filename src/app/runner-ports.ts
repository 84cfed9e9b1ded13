/**
 * What a call's runner is given and whom it tells what became of the call. Interfaces only.
 */
import type { Log } from '../log.ts'
import type { Address } from '../call/subscriber.ts'
import type { CallLegsOptions } from './call-legs.ts'
import type { DialoguesFor } from './dialogues.ts'
import type { MediaPool } from './media-port.ts'
import type { Meter } from './meter.ts'
import type { CallJournal, MediaLibrary } from './ports.ts'

export interface RunnerPorts extends CallLegsOptions {
  readonly journal: CallJournal
  readonly log: Log
  readonly pool: MediaPool
  readonly dialogues: DialoguesFor
  readonly library: MediaLibrary | undefined
  /** As the media server sees it. */
  readonly recordingsFolder: string
  /** undefined: calls cost nothing. */
  readonly meter: Meter | undefined
  /** Whether the subscriber may have one more leg; left out = always. */
  readonly mayDial?: ((address: Address) => boolean) | undefined
}

export interface RunnerEvents {
  /** The caller is connected: nothing of this call rings any more. */
  connected(): void
  /** The record is closed; `stored` settles when the journal has it. */
  ended(stored: Promise<void>): void
  /** Neither legs nor dialogs of this call are left at the server. */
  gone(): void
}
