/**
 * What a call has at a media server, put together: the endpoints it holds, its legs and its caller
 * there. Made for the first command that needs media; a call that needs none never has it.
 */
import { AnchoredCaller } from './anchored-caller.ts'
import type { AnchoredCallerPorts } from './anchored-caller.ts'
import { AnchoredLegs } from './anchored-legs.ts'
import type { AnchoredLegsPorts } from './anchored-legs.ts'
import { CallMedia } from './call-media.ts'
import type { Guarded } from './fault-guard.ts'
import type { Leg } from './leg.ts'
import type { MediaPool } from './media-port.ts'

type Ports = Omit<AnchoredCallerPorts, 'media' | 'vanished'> &
  Omit<AnchoredLegsPorts, 'media' | 'vanished' | 'mediaLost'>

export interface AnchoredCallPorts extends Ports {
  readonly pool: MediaPool
  readonly guarded: Guarded
  /** An endpoint has gone. */
  readonly changed: () => void
  /** A side knows nothing of the call any more. */
  readonly vanished: (side: 'caller' | Leg) => void
}

export class AnchoredCall {
  readonly legs: AnchoredLegs
  readonly caller: AnchoredCaller
  readonly #media: CallMedia

  constructor(ports: AnchoredCallPorts) {
    const media = new CallMedia(ports.pool, ports.guarded, ports.changed)
    this.#media = media
    this.caller = new AnchoredCaller({ ...ports, media, vanished: () => ports.vanished('caller') })
    this.legs = new AnchoredLegs({
      ...ports, media,
      mediaLost: () => this.caller.mediaLost(),
      vanished: ports.vanished,
    })
  }

  /** Endpoints held and being made. */
  get count(): number {
    return this.#media.count
  }

  /** The call is over; settles when what it recorded is stored. Call once. */
  async end(): Promise<void> {
    this.#media.end()
    await this.caller.end()
    this.legs.end()
  }
}
