/**
 * What is measured in real time: lengths, delays, sound without a hole. A machine that keeps a media
 * server, SIPp or a phone waiting for a tenth of a second makes such a figure wrong where nothing
 * else is, so whoever meets this fault may look a second time; nobody may do so for any other.
 */
export class Mismeasured extends Error {}

/** Throws `what` when the measure is off. */
export function measured(holds: boolean | undefined, what: string): void {
  if (holds !== true) throw new Mismeasured(what)
}
