/**
 * Stories of calls as rows: who has which rules, how the phones behave, and the lines the call must
 * play as. Used by the tests of the machine, one file per part of a call's life.
 */
import t from 'tap'
import type { CallRecord, ConfirmChoice } from '../../src/call/record.ts'
import type { MediaSettings, Subscriber } from '../../src/call/subscriber.ts'
import { defaultMedia } from '../../src/call/subscriber.ts'
import { incoming, rule, subscriber, wall } from './fixtures.ts'
import { play } from './simulation.ts'
import type { PhoneHabit, Story } from './story.ts'

export const A = '+79160000001'
export const B = '+79160000002'
export const C = '+79160000003'
/** No mobiles: nobody is asked to press a key there. */
export const office = '+74951230001'
export const desk = '+74951230002'

export const silent: PhoneHabit = {}
export const rings: PhoneHabit = { ringMs: 100 }
export const busy: PhoneHabit = { fail: { afterMs: 50, status: 486 } }

/** Rings, answers after so many ms and hangs up a minute later. */
export function answers(answerMs: number): PhoneHabit {
  return { ringMs: 100, answerMs, hangUpMs: 60_000 }
}

/** Picks up after so many ms and presses a key so long after that. */
export function presses(answerMs: number, choice: ConfirmChoice, afterMs = 3000): PhoneHabit {
  return { ringMs: 100, answerMs, hangUpMs: 60_000, presses: { afterMs, choice } }
}

export function fails(status: number, afterMs = 50): PhoneHabit {
  return { fail: { afterMs, status } }
}

/** A story and the lines it must play as; phones without a habit ring for ever. */
export interface Case {
  readonly name: string
  readonly owner?: Subscriber
  readonly phones?: Readonly<Record<string, PhoneHabit>>
  readonly story?: Partial<Story>
  readonly lines: readonly string[]
  readonly record?: Partial<CallRecord>
}

export const both = subscriber([rule('all', [A, B])])
export const serial = subscriber([rule('turn', [A, B, C], { mode: 'serial' })])
export const one = subscriber([rule('one', [A])])
export const home = { id: 'd', address: A, description: 'Мобильный' }
export const mailbox = { voicemail: true, voicemailAfterSeconds: 20 }

/** A media server works. */
export const withMedia = { options: { mediaAvailable: true } }
/** … and the caller's network lets him hear it before the answer. */
export const heard = { options: { mediaAvailable: true, callerHearsEarlyMedia: true } }

export function mediaSettings(rest: Partial<MediaSettings> = {}): MediaSettings {
  return { ...defaultMedia, confirmSeconds: 10, ...rest }
}

function playCase(c: Case) {
  return play({
    incoming: incoming(),
    subscriber: c.owner ?? both,
    wallMs: wall('2025-11-17 12:00'),
    phone: (address) => c.phones?.[address] ?? rings,
    ...c.story,
  })
}

/** A test with one row per case: the lines, what the record says, and that nothing is left. */
export function rows(title: string, cases: readonly Case[]): void {
  t.test(title, async (t) => {
    for (const c of cases) {
      const { lines, record, faults } = playCase(c)
      t.strictSame(lines, c.lines, c.name)
      if (c.record !== undefined) t.match(record, c.record, `${c.name}: record`)
      t.strictSame(faults, [], `${c.name}: nothing left behind`)
    }
  })
}
