/**
 * Joining two channels and parting them: asked for at any time, carried out at the next tick, so
 * that the answer to whoever asked goes out first. What the joined channels say to each other is
 * their own business, tick by tick.
 */
import type { Channel } from './channel.ts'

type Wish =
  | { readonly type: 'join'; readonly one: Channel; readonly other: Channel }
  | { readonly type: 'part'; readonly channel: Channel; readonly isBoth: boolean }

export class BridgeTable {
  readonly #newId: () => string
  #wishes: Wish[] = []

  constructor(newId: () => string) {
    this.#newId = newId
  }

  join(one: Channel, other: Channel): void {
    this.#wishes.push({ type: 'join', one, other })
  }

  /** Parks the channel, and with `isBoth` its party too. */
  part(channel: Channel, isBoth: boolean): void {
    this.#wishes.push({ type: 'part', channel, isBoth })
  }

  /** Carries out what was asked for; called at the start of a tick. */
  tick(): void {
    if (this.#wishes.length === 0) return
    const wishes = this.#wishes
    this.#wishes = []
    for (const wish of wishes) {
      if (wish.type === 'part') this.#part(wish.channel, wish.isBoth)
      else if (!wish.one.isEnded && !wish.other.isEnded) this.#join(wish.one, wish.other)
    }
  }

  #join(one: Channel, other: Channel): void {
    for (const channel of [one, other]) {
      const before = channel.peer
      if (before !== undefined && before !== one && before !== other) before.park(this.#newId())
      channel.execution.stopAll('transfer')
    }
    one.peer = other
    other.peer = one
    one.headers.setOther({ uuid: other.uuid, type: 'originatee' })
    other.headers.setOther({ uuid: one.uuid, type: 'originator' })
    for (const [channel, party] of [[one, other], [other, one]] as const) {
      channel.setVariable('bridge_uuid', party.uuid)
      channel.setVariable('signal_bond', party.uuid)
      channel.setVariable('last_bridge_to', party.uuid)
      channel.headers.setState('CS_EXCHANGE_MEDIA')
      channel.fire('CHANNEL_EXECUTE', [
        ['Application', 'uuid_bridge'],
        ['Application-Data', party.uuid],
        ['Application-UUID', this.#newId()],
      ])
    }
    one.fire('CHANNEL_BRIDGE', [
      ['Bridge-A-Unique-ID', one.uuid],
      ['Bridge-B-Unique-ID', other.uuid],
    ])
  }

  #part(channel: Channel, isBoth: boolean): void {
    const party = channel.peer
    if (party !== undefined) {
      party.peer = undefined
      channel.fire('CHANNEL_UNBRIDGE', [
        ['Bridge-A-Unique-ID', channel.uuid],
        ['Bridge-B-Unique-ID', party.uuid],
      ])
    }
    channel.park(this.#newId())
    if (party === undefined) return
    if (isBoth) party.park(this.#newId())
    else {
      party.headers.setOther(undefined)
      party.unsetVariable('signal_bond')
    }
  }
}
