/**
 * The application `conference`: a channel that takes part in a conference until it is sent away.
 */
import type { Octets } from '../esl/frame.ts'
import type { Channel } from './channel.ts'
import type { Conference, Member } from './conference.ts'
import type { Running, Tick } from './execution.ts'

/** Who takes part where; for commands that move or remove a member. */
const participation = new WeakMap<Member, Participation>()

/** `NAME[@PROFILE][+PIN][+flags{a|b}]`; the profile and the PIN are not looked at. */
export function startConference(channel: Channel, argument: Octets): string | Running {
  const name = argument.slice(0, endOfName(argument))
  const flags = /flags\{([^}]*)\}/.exec(argument)?.[1]?.split('|') ?? []
  const conference = name === '' ? undefined : channel.conferences.open(name)
  if (conference === undefined || conference.isFull) return '-ERR no such conference, or it is full'
  const member: Member = {
    id: channel.conferences.nextMemberId(),
    channel,
    endsConference: flags.includes('endconf'),
    isMuted: flags.includes('mute'),
    isDeaf: flags.includes('deaf'),
    isTalking: false,
    quiet: 0,
    source: undefined,
  }
  channel.setVariable('conference_name', name)
  channel.setVariable('conference_member_id', String(member.id))
  channel.setVariable('conference_uuid', conference.uuid)
  return new Participation(conference, member)
}

/** Sends a member away; its application ends at the next tick. */
export function dismissMember(member: Member): void {
  participation.get(member)?.dismiss()
}

/** Moves a member into another conference. */
export function moveMember(member: Member, conference: Conference): void {
  participation.get(member)?.move(conference)
}

function endOfName(argument: Octets): number {
  const end = argument.search(/[@+]/)
  return end < 0 ? argument.length : end
}

class Participation implements Running {
  readonly isSpeaking = true
  readonly #member: Member
  #conference: Conference
  #isDismissed = false

  constructor(conference: Conference, member: Member) {
    this.#conference = conference
    this.#member = member
    participation.set(member, this)
    conference.add(member)
  }

  tick(tick: Tick): string | undefined {
    if (this.#isDismissed) return this.stop()
    this.#conference.mixFor(this.#member, tick.nowMs, tick.said)
    return undefined
  }

  digit(digit: string): boolean {
    this.#conference.tell('dtmf-member', [['DTMF-Key', digit]], this.#member)
    return true
  }

  stop(): string {
    this.#leave()
    return '_none_'
  }

  dismiss(): void {
    this.#isDismissed = true
  }

  move(conference: Conference): void {
    this.#leave()
    this.#conference = conference
    conference.add(this.#member)
  }

  #leave(): void {
    const conference = this.#conference
    if (!conference.members.has(this.#member.id)) return
    conference.remove(this.#member)
    if (this.#member.endsConference) {
      for (const member of conference.members.values()) dismissMember(member)
    }
    if (conference.members.size === 0) this.#member.channel.conferences.close(conference)
  }
}
