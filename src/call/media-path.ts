/**
 * Which calls and legs need a media server: for a recording, for ringback other than the network's,
 * for a key to be pressed, for an announcement, for a warning that the money goes to its end. Everything else goes from phone to phone, where
 * speech is quickest and no server can fail it. Questions about a call; nothing is ordered here.
 */
import type { Call } from './call-state.ts'
import { sinceStart } from './call-state.ts'
import type { MediaPath } from './events.ts'
import { isMobile } from './number.ts'
import type { Rule } from './rule.ts'
import type { Address, MediaSettings, Subscriber, Target } from './subscriber.ts'
import { defaultMedia } from './subscriber.ts'

/** What the subscriber wishes where media is concerned. */
export function mediaOf(subscriber: Subscriber): MediaSettings {
  return subscriber.media ?? defaultMedia
}

/** Whether whoever answers there must press a key: as the number says, else if it is a mobile. */
export function needsConfirm(
  target: Pick<Target, 'address' | 'confirm'>,
  subscriber: Subscriber,
): boolean {
  return target.confirm ?? (mediaOf(subscriber).confirmMobiles && isMobile(target.address))
}

/** Whether calls of this rule are to be recorded; without a rule, those of the default number. */
export function recordingWanted(call: Call, rule: Rule | undefined): boolean {
  return rule?.record ?? call.subscriber.settings.recordCalls
}

/** Whether such a call must not be connected without being recorded. */
export function recordingRequired(call: Call, rule: Rule | undefined): boolean {
  return recordingWanted(call, rule) && mediaOf(call.subscriber).recordPolicy === 'required'
}

/** Whether a call of this rule could not be recorded although it must be. */
export function recordingImpossible(call: Call, rule: Rule | undefined): boolean {
  return !call.media && recordingRequired(call, rule)
}

/** Writes to the trace, once, that recording was due and whether it runs. */
export function noteRecording(call: Call, running: boolean): void {
  for (const step of call.trace) {
    if (step.step === 'recording' && step.running === running) return
  }
  call.trace.push({ step: 'recording', atMs: sinceStart(call), running })
}

/** Whether the caller can be made to hear something before he is answered. */
export function callerHears(call: Call): boolean {
  return call.media && call.options.callerHearsEarlyMedia && call.incoming.hasOffer
}

/** What he hears from us while phones ring; undefined: the tone of his own network. */
export function ringbackOf(call: Call): 'operator' | 'music' | undefined {
  const { ringback, musicFile } = mediaOf(call.subscriber)
  if (ringback === 'network' || !callerHears(call)) return undefined
  return ringback === 'music' && musicFile === undefined ? 'operator' : ringback
}

/**
 * The way of speech for a leg of `rule`; `confirm`: its phone is asked for a key. With our own
 * ringback the caller's media is ours already, so every leg's is.
 */
export function mediaPath(
  call: Call, rule: Rule | undefined, confirm: boolean, address: Address,
): MediaPath {
  if (!call.media) return 'direct'
  // Who may have to be told that the money goes to its end must be within reach of a tone. A call
  // that went directly is not brought back for it: a re-INVITE may fail it, silence does not.
  const warned = call.options.priceOf(address) === 'short'
  return confirm || warned || recordingWanted(call, rule) || ringbackOf(call) !== undefined
    ? 'anchored'
    : 'direct'
}
