/**
 * The connection to the SIP server by which the media pool reaches media servers: one of its own,
 * so that drachtio-srf's dialogs with media servers never mix with those of calls, which the
 * application keeps itself. It takes no requests outside those dialogs.
 */
import Srf from 'drachtio-srf'
import type { Log } from '../../log.ts'
import { textOf } from './within.ts'

/** Control port of the SIP server (drachtio protocol). */
export interface ControlAddress {
  readonly host: string
  readonly port: number
  readonly secret: string
}

type Done = (error?: unknown) => void

/** What drachtio-srf makes of an INVITE. */
interface LibraryDialog {
  destroy(options?: object | Done, done?: Done): unknown
}

/** drachtio-srf as it is: its declarations leave these out. */
interface Library {
  createUAC(uri: string, options: object): Promise<LibraryDialog>
  connect(options: object): unknown
  disconnect(): void
  on(event: 'connect' | 'close' | 'error', run: (error?: unknown) => void): void
  readonly app: {
    readonly client?: {
      readonly wp?: { closing?: boolean; readonly reconnectVars?: { retryTimer?: NodeJS.Timeout } }
    }
  }
}

export class MediaSip {
  readonly srf = new Srf()
  readonly #log: Log
  #isUp = false
  #isClosed = false

  constructor(log: Log) {
    this.#log = log
    const library = this.srf as unknown as Library
    const createUac = library.createUAC.bind(library)
    library.createUAC = async (uri, options) => {
      const dialog = await createUac(uri, options)
      // drachtio-fsmrf leaves the promise of a BYE unheard: a dialog that has gone meanwhile would
      // end the process.
      const destroy = dialog.destroy.bind(dialog)
      dialog.destroy = (headers = {}, done = () => {}) => destroy(headers, done)
      return dialog
    }
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** Begins to connect and keeps reconnecting until `close`. Call once. */
  start(control: ControlAddress): void {
    const library = this.srf as unknown as Library
    library.on('connect', (error) => {
      if (this.#isClosed) return this.close() // it came up while we were being stopped
      this.#isUp = error === null || error === undefined
      if (!this.#isUp) this.#log.error({ error: textOf(error) }, 'control connection refused')
    })
    library.on('close', () => { this.#isUp = false })
    // An unheard 'error' would end the process; the library reconnects after it.
    library.on('error', (error) => this.#note(error))
    // Without a limit the library lets the delay grow by 1.7 for ever.
    const connecting = library.connect({ ...control, reconnect: { retryMaxDelay: 2000 } })
    Promise.resolve(connecting).catch((error: unknown) => this.#note(error))
  }

  close(): void {
    this.#isClosed = true
    this.#isUp = false
    const library = this.srf as unknown as Library
    const wire = library.app.client?.wp
    if (wire !== undefined) {
      wire.closing = true
      clearTimeout(wire.reconnectVars?.retryTimer)
    }
    try {
      library.disconnect()
    } catch (error) {
      this.#note(error) // it was not connected
    }
  }

  #note(error: unknown): void {
    this.#log.debug({ error: textOf(error) }, 'control connection of the media pool')
  }
}
