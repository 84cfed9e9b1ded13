/**
 * Cases about the caller: gives up at every instant, is refused at the door, withholds his number,
 * comes twice (issue 2 §5.3; product.md §4.1, 4.2, 4.9, 4.10).
 */
import type { CallCase, CallerPlan, PhonePlan } from '../support/call-case.ts'
import { liveCall, pointRuleTo } from '../support/call-case.ts'

const answers: PhonePlan = { scenario: 'uas-ring-answer', pauseMs: 200 }
const missed: PhonePlan = { scenario: 'uas-ring-until-missed' }
/** The caller may be gone before this phone is dialled. */
const missedOrUntouched: PhonePlan = { ...missed, expect: 'maybe' }
const untouched: PhonePlan = { ...missed, expect: 'maybe' }
const talks: CallerPlan = { scenario: 'uac-call-expect-answer' }
/** A response may come while SIPp is about to send: no reason to give up. */
const tolerant = ['-default_behaviors', 'all,-abortunexp']
const atOnce: CallerPlan = {
  scenario: 'uac-cancel-at-once-expect-487',
  more: tolerant,
}

const cancelledAfter = (ms: number): CallCase => ({
  name: `the caller gives up ${ms} ms after the 100`,
  phones: [missedOrUntouched, missedOrUntouched],
  callers: [{ scenario: 'uac-cancel-after-100-expect-487', pauseMs: ms, more: ['-pause_msg_ign', ...tolerant] }],
  records: [{ outcome: 'abandoned', status: 487, endedBy: 'caller' }],
})

export const callerCases: readonly CallCase[] = [
  {
    name: 'CANCEL in the same millisecond as the INVITE',
    phones: [missedOrUntouched, missedOrUntouched], callers: [atOnce],
    records: [{ outcome: 'abandoned', status: 487, endedBy: 'caller' }],
  },
  cancelledAfter(0),
  cancelledAfter(5),
  cancelledAfter(50),
  cancelledAfter(500),
  {
    name: 'the caller gives up while two phones ring',
    phones: [missed, missed],
    callers: [{ scenario: 'uac-cancel-while-ringing-expect-487', pauseMs: 500 }],
    records: [{ outcome: 'abandoned', status: 487, endedBy: 'caller', legs: ['cancelled', 'cancelled'] }],
  },
  {
    name: 'the caller gives up and the phone answers at the same time: ACK and BYE',
    phones: [{ scenario: 'uas-answer-after-cancel' }],
    callers: [{ scenario: 'uac-cancel-while-ringing-expect-487', pauseMs: 200 }],
    records: [{ outcome: 'abandoned', status: 487, endedBy: 'caller', legs: ['cancelled'] }],
  },
  {
    name: 'a CANCEL that crossed our 200 has no effect, the call stands',
    phones: [answers], callers: [{ scenario: 'uac-cancel-after-200-expect-call' }],
    records: [{ outcome: 'answered', status: 200, endedBy: 'caller', legs: ['answered'] }],
  },
  {
    name: 'Max-Forwards 0: 483',
    phones: [untouched], callers: [{ scenario: 'uac-max-forwards-0-expect-483' }],
    records: [{ outcome: 'refused', status: 483, legs: [], trace: ['refused:tooManyHops'] }],
  },
  {
    name: 'a number that belongs to nobody: 404',
    phones: [untouched],
    callers: [{ scenario: 'uac-unknown-number-expect-404', number: '+74951111111' }],
    records: [],
  },
  {
    name: 'an address that no trunk has: 403, and nothing is written',
    phones: [untouched],
    callers: [{ scenario: 'uac-foreign-address-expect-403', address: '127.0.0.9' }],
    records: [],
  },
  {
    name: 'a From that nobody can read: 400, and nothing else happens',
    phones: [untouched], callers: [{ scenario: 'uac-garbled-from-expect-400' }],
    records: [],
  },
  {
    name: 'an extension we do not have is required: 420',
    phones: [untouched], callers: [{ scenario: 'uac-require-100rel-expect-420' }],
    records: [],
  },
  {
    name: 'anonymous caller: his number goes nowhere',
    phones: [{ scenario: 'uas-expect-anonymous' }],
    callers: [{ scenario: 'uac-anonymous-expect-answer' }],
    records: [{ outcome: 'answered', status: 200, legs: ['answered'] }],
    check: ({ records }) => {
      if (records[0]?.anonymous !== true) throw new Error('the record does not say anonymous')
    },
  },
  {
    name: 'our own number stands in Diversion: refused as a loop',
    phones: [untouched], callers: [{ scenario: 'uac-looped-expect-refusal' }],
    records: [{ outcome: 'refused', status: 482, legs: [], trace: ['refused:loop'] }],
  },
  {
    name: 'a phone forwards back to the personal number while it rings: refused, the first call goes on',
    phones: [{ ...answers, pauseMs: 1500 }],
    callers: [talks, { scenario: 'uac-returned-expect-refusal', after: 'ringing' }],
    records: [
      { outcome: 'answered', status: 200, legs: ['answered'] },
      { outcome: 'refused', status: 486, legs: [] },
    ],
  },
  {
    name: 'a second INVITE with the same Call-ID: refused, the first call is not harmed',
    phones: [{ ...answers, pauseMs: 1500 }],
    callers: [
      { ...talks, more: ['-cid_str', 'one-and-the-same@127.0.0.1'] },
      {
        scenario: 'uac-same-call-id-expect-refusal', after: 'ringing',
        more: ['-cid_str', 'one-and-the-same@127.0.0.1'],
      },
    ],
    records: [{ outcome: 'answered', status: 200, legs: ['answered'] }],
  },
  {
    name: 'the same Call-ID again after the call: an ordinary call',
    phones: [{ ...answers, calls: 2 }],
    callers: [
      { ...talks, more: ['-cid_str', 'again@127.0.0.1'] },
      { ...talks, after: 'ended', more: ['-cid_str', 'again@127.0.0.1'] },
    ],
    records: [
      { outcome: 'answered', status: 200, legs: ['answered'] },
      { outcome: 'answered', status: 200, legs: ['answered'] },
    ],
  },
  {
    name: 'the rule is edited while it rings: the call keeps the copy it began with',
    phones: [{ ...answers, pauseMs: 1500 }], callers: [talks],
    during: async (scene) => {
      await liveCall(scene, false)
      await pointRuleTo(scene, 0, 'sip:nobody@127.0.0.1:9')
    },
    records: [{ outcome: 'answered', status: 200, legs: ['answered'], trace: ['ruleTaken:rule 0'] }],
  },
]
