/**
 * Cases about phones that ring: all at once, one after the other, busy, declining, redirecting,
 * answering too late (issue 2 §5.3; product.md §4.1–4.8).
 */
import type { CallCase, PhonePlan, Played } from '../support/call-case.ts'
import { headerOf } from '../support/ladder.ts'
import { measured } from '../support/measured.ts'

const answers: PhonePlan = { scenario: 'uas-ring-answer', pauseMs: 200 }
const loses: PhonePlan = { scenario: 'uas-ring-until-answered-elsewhere' }
const missed: PhonePlan = { scenario: 'uas-ring-until-missed' }
const busy: PhonePlan = { scenario: 'uas-busy-486' }
const declines: PhonePlan = { scenario: 'uas-ring-decline-603' }
const talks = { scenario: 'uac-call-expect-answer' }
const hearsRinging = { scenario: 'uac-call-expect-plain-ringing' }
const unanswered = { scenario: 'uac-unanswered-expect-480' }
const allBusy = { scenario: 'uac-all-busy-expect-486' }

export const ringingCases: readonly CallCase[] = [
  {
    name: 'one phone answers, the caller hangs up',
    phones: [answers], callers: [talks],
    records: [{ outcome: 'answered', status: 200, endedBy: 'caller', legs: ['answered'], trace: ['ruleTaken:rule 0'] }],
  },
  {
    name: 'one phone answers without ringing first',
    phones: [{ scenario: 'uas-answer-at-once' }], callers: [talks],
    records: [{ outcome: 'answered', status: 200, endedBy: 'caller', legs: ['answered'] }],
  },
  {
    name: 'the phone hangs up',
    phones: [{ scenario: 'uas-ring-answer-hang-up' }],
    callers: [{ scenario: 'uac-call-expect-callee-hangs-up' }],
    records: [{ outcome: 'answered', status: 200, endedBy: 'callee', legs: ['answered'] }],
    check: ({ callers }) => must(
      callers[0]?.messages.some((m) => m.text.startsWith('BYE ') && /^Reason: *Q\.850 *; *cause=16/m.test(m.text)),
      'the Reason of the BYE did not reach the caller'),
  },
  {
    name: 'parallel: three ring, one answers, the others are told that it was answered elsewhere',
    phones: [loses, answers, loses], callers: [hearsRinging],
    records: [{
      outcome: 'answered', status: 200, endedBy: 'caller',
      legs: ['answeredElsewhere', 'answered', 'answeredElsewhere'],
    }],
    check: (played) => {
      ringTogether(played)
      oneToTag(played)
    },
  },
  {
    name: 'parallel: nobody answers within the wait',
    phones: [missed, missed], callers: [unanswered],
    records: [{ outcome: 'missed', status: 480, endedBy: 'service', legs: ['noAnswer', 'noAnswer'] }],
    check: ({ phones }) => rangFor(phones[0], 5000),
  },
  {
    name: 'serial: the first does not answer, the second does',
    phones: [missed, answers], rules: [{ mode: 'serial' }], callers: [talks],
    records: [{ outcome: 'answered', status: 200, legs: ['noAnswer', 'answered'] }],
    check: ({ phones }) => rangFor(phones[0], 5000),
  },
  {
    name: 'serial: a busy phone hands over at once',
    phones: [busy, answers], rules: [{ mode: 'serial' }], callers: [talks],
    records: [{ outcome: 'answered', status: 200, legs: ['busy', 'answered'] }],
  },
  {
    name: 'the same phone stands in the rule twice and rings once',
    phones: [answers], rules: [{ phones: [0, 0] }], callers: [talks],
    records: [{ outcome: 'answered', status: 200, legs: ['answered'] }],
  },
  {
    name: 'all busy: 486',
    phones: [busy, busy], callers: [allBusy],
    records: [{ outcome: 'missed', status: 486, endedBy: 'service', legs: ['busy', 'busy'] }],
  },
  {
    name: 'busy and rung out: 480',
    phones: [busy, missed], callers: [unanswered],
    records: [{ outcome: 'missed', status: 480, legs: ['busy', 'noAnswer'] }],
  },
  {
    name: 'busy and rung out, and busy matters more: 486',
    phones: [{ scenario: 'uas-ring-busy-486' }, missed], settings: { busyMattersMore: true }, callers: [allBusy],
    records: [{ outcome: 'missed', status: 486, legs: ['busy', 'noAnswer'] }],
  },
  {
    name: 'one phone declines everywhere, the other answers all the same',
    phones: [declines, { ...answers, pauseMs: 800 }], callers: [talks],
    records: [{ outcome: 'answered', status: 200, legs: ['declined', 'answered'] }],
  },
  {
    name: 'all decline: 480',
    phones: [declines, declines], callers: [unanswered],
    records: [{ outcome: 'missed', status: 480, legs: ['declined', 'declined'] }],
  },
  {
    name: 'all decline, and the subscriber wants it told: 603',
    phones: [declines], settings: { declineIsRefusal: true },
    callers: [{ scenario: 'uac-all-declined-expect-603' }],
    records: [{ outcome: 'missed', status: 603, legs: ['declined'] }],
  },
  {
    name: 'a phone redirects to a premium number: its branch fails, the other one answers',
    phones: [{ scenario: 'uas-redirect-302' }, answers], callers: [talks],
    records: [{ outcome: 'answered', status: 200, legs: ['redirected', 'answered'] }],
  },
  {
    name: 'only a redirect: 480, nobody follows it',
    phones: [{ scenario: 'uas-redirect-302' }], callers: [unanswered],
    records: [{ outcome: 'missed', status: 480, legs: ['redirected'] }],
  },
  {
    name: 'unknown numbers only: 480',
    phones: [{ scenario: 'uas-unknown-404' }], callers: [unanswered],
    records: [{ outcome: 'missed', status: 480, legs: ['unknownNumber'] }],
  },
  {
    name: 'two phones answer within the same millisecond: one gets the call, the other ACK and BYE',
    // A coarse timer lets SIPp see both pauses end in one turn, so that both answers leave together.
    phones: [{ scenario: 'uas-ring-answer', pauseMs: 300, numbers: 2, more: ['-timer_resol', '100'] }],
    callers: [hearsRinging],
    records: [{ outcome: 'answered', status: 200, endedBy: 'caller' }],
    raced: ({ phones }) => answersOf(phones[0]).length === 2,
    check: answeredWithinOneMs,
  },
  {
    name: 'a phone answers although it is cancelled: ACK and BYE follow at once',
    phones: [answers, { scenario: 'uas-answer-after-cancel' }], callers: [talks],
    records: [{ outcome: 'answered', status: 200, endedBy: 'caller', legs: ['answered', 'answeredElsewhere'] }],
  },
  {
    name: 'a phone answers although the time is over: ACK and BYE, and the caller is told 480',
    phones: [{ scenario: 'uas-answer-after-cancel' }], callers: [unanswered],
    records: [{ outcome: 'missed', status: 480, legs: ['noAnswer'] }],
  },
  {
    name: '183 from three phones: no early media of a fork, one answers',
    phones: [
      { scenario: 'uas-early-media-until-cancel' }, { scenario: 'uas-early-media-answer', pauseMs: 300 },
      { scenario: 'uas-early-media-until-cancel' },
    ],
    callers: [hearsRinging],
    records: [{
      outcome: 'answered', status: 200, legs: ['answeredElsewhere', 'answered', 'answeredElsewhere'],
    }],
  },
  {
    name: '183 from a single phone: its early media goes to the caller',
    phones: [{ scenario: 'uas-early-media-answer', pauseMs: 300 }],
    callers: [{ scenario: 'uac-call-expect-early-media' }],
    records: [{ outcome: 'answered', status: 200, legs: ['answered'] }],
  },
]

function must(holds: boolean | undefined, what: string): void {
  if (!holds) throw new Error(what)
}

/** All INVITEs of a parallel rule leave at once. */
function ringTogether({ phones }: Played): void {
  const starts = phones.map((phone) => phone?.messages[0]?.atMs ?? 0)
  const spread = Math.max(...starts) - Math.min(...starts)
  measured(spread < 300, `the phones rang ${spread} ms apart`)
}

/** The caller sees one dialog, not one per phone (product.md §4.4). */
function oneToTag({ callers }: Played): void {
  const tags = new Set((callers[0]?.messages ?? []).map((m) => headerOf(m.text, 'To'))
    .filter((to) => to.includes(';tag=')).map((to) => to.slice(to.indexOf(';tag='))))
  must(tags.size === 1, `the caller saw the To tags ${[...tags].join(' ')}`)
}

/** From INVITE to CANCEL, ±300 ms (product.md §3 #15) and something for a busy machine. */
function rangFor(phone: Played['phones'][number], ms: number): void {
  const start = phone?.messages.find((m) => m.text.startsWith('INVITE '))?.atMs ?? 0
  const end = phone?.messages.find((m) => m.text.startsWith('CANCEL '))?.atMs ?? 0
  measured(Math.abs(end - start - ms) < 500, `rang for ${Math.round(end - start)} ms instead of ${ms}`)
}

function answersOf(phone: Played['phones'][number]) {
  return phone?.messages.filter((m) => m.direction === 'sent' &&
    m.text.startsWith('SIP/2.0 200') && /^CSeq: \d+ INVITE/m.test(m.text)) ?? []
}

function answeredWithinOneMs({ phones, records }: Played): void {
  const [first, second] = answersOf(phones[0])
  must(first !== undefined && second !== undefined, 'not both phones answered')
  const apart = (second?.atMs ?? 0) - (first?.atMs ?? 0)
  const outcomes = records[0]?.legs.map((leg) => leg.outcome).toSorted().join(' ')
  must(outcomes === 'answered answeredElsewhere', `legs ended as ${outcomes}`)
  measured(apart <= 1.5, `the answers left ${apart} ms apart`)
}
