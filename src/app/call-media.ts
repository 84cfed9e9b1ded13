/**
 * The endpoints that one call holds at a media server: all on the same one, so that they can be
 * joined. An endpoint that comes after the call's end is destroyed at once. It knows no SIP and
 * says nothing to anybody.
 */
import type { Guarded } from './fault-guard.ts'
import { MediaUnavailable } from './media-port.ts'
import type { Endpoint, MediaPool, MediaShare } from './media-port.ts'

/** Stands for the pool where no media server is configured. */
export const noMedia: MediaPool = {
  available: false,
  open: () => { throw new MediaUnavailable('no media server is configured') },
}

export class CallMedia {
  readonly #pool: MediaPool
  readonly #guarded: Guarded
  readonly #changed: () => void
  #share: MediaShare | undefined
  readonly #held = new Set<Endpoint>()
  #awaited = 0
  #ended = false
  #isServerLost = false

  /** `changed` is told when an endpoint has gone. */
  constructor(pool: MediaPool, guarded: Guarded, changed: () => void) {
    this.#pool = pool
    this.#guarded = guarded
    this.#changed = changed
  }

  /** Endpoints held and being made. */
  get count(): number {
    return this.#held.size + this.#awaited
  }

  /** The server went, not an endpoint by itself. */
  get isServerLost(): boolean {
    return this.#isServerLost
  }

  holds(endpoint: Endpoint): boolean {
    return this.#held.has(endpoint)
  }

  /**
   * An endpoint that answers `offer`, or makes one of its own where that is ''. `gone` is told once
   * when it went by itself. Rejects with MediaUnavailable, also when the call has ended meanwhile.
   */
  async endpoint(offer: string, gone: () => void): Promise<Endpoint> {
    this.#awaited++
    try {
      const share = this.#open()
      const endpoint = await (offer === '' ? share.offer() : share.answer(offer))
      if (this.#ended) {
        endpoint.destroy()
        throw new MediaUnavailable('the call is over')
      }
      this.#held.add(endpoint)
      endpoint.onGone(() => this.#guarded(() => {
        if (!this.#held.delete(endpoint)) return
        gone()
        this.#left()
      }))
      return endpoint
    } finally {
      this.#awaited--
      this.#left()
    }
  }

  /** The call has no use for it any more. */
  release(endpoint: Endpoint): void {
    if (!this.#held.delete(endpoint)) return
    endpoint.destroy()
    this.#left()
  }

  /** The call is over: what is still held goes as it is released, nothing new is kept. */
  end(): void {
    this.#ended = true
    this.#left()
  }

  #open(): MediaShare {
    if (this.#ended) throw new MediaUnavailable('the call is over')
    if (this.#share !== undefined) return this.#share
    const share = this.#pool.open()
    this.#share = share
    this.#isServerLost = false
    // Its endpoints are gone; whoever needs one again gets it from a server that lives.
    share.onLost(() => {
      this.#isServerLost = true
      if (this.#share === share) this.#share = undefined
    })
    return share
  }

  #left(): void {
    if (this.#ended && this.count === 0) {
      this.#share?.close()
      this.#share = undefined
    }
    this.#changed()
  }
}
