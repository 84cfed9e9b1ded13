/** One notice for every call that reached nobody, none for the others: a row per way a call ends. */
import t from 'tap'
import { noticeOf } from '../../src/call/notice.ts'
import type { CallRecord, RefusalReason, TraceStep } from '../../src/call/record.ts'
import { callRecord, endedCall, legRecord } from '../support/call-records.ts'

const voicemailTook: TraceStep = { step: 'voicemail', atMs: 25_000, why: 'timeout', taken: true }
const voicemailAway: TraceStep = { step: 'voicemail', atMs: 25_000, why: 'timeout', taken: false }
const mailbox: TraceStep = { step: 'mailbox', atMs: 0, taken: true }

/** A call of a subscriber that ended without an answer. */
function unanswered(more: Partial<CallRecord>): CallRecord {
  return endedCall(callRecord({ subscriberId: 's', legs: [legRecord()] }),
    { answeredAt: undefined, answeredLegId: undefined, status: 480, ...more })
}

function refusal(why: RefusalReason): Partial<CallRecord> {
  return { outcome: 'refused', legs: [], trace: [{ step: 'refused', atMs: 0, why, status: 480 }] }
}

const told: [name: string, record: Partial<CallRecord>, kind: string, why: string, message?: boolean][] = [
  ['nobody answered', { outcome: 'missed' }, 'missedCall', 'noAnswer'],
  ['all were busy', { outcome: 'missed', status: 486 }, 'missedCall', 'noAnswer'],
  ['the caller cancelled', { outcome: 'abandoned', status: 487, endedBy: 'caller' }, 'missedCall', 'hungUp'],
  ['a phone was answered, nobody pressed 1', {
    outcome: 'missed', legs: [legRecord({ answerMs: 3000, endMs: 9000, outcome: 'notConfirmed' })],
  }, 'missedCall', 'noAnswer'],
  ['the caller left a message', { outcome: 'voicemail', answeredAt: 1, trace: [voicemailTook] },
    'missedCall', 'noAnswer', true],
  ['he heard the greeting and said nothing', { outcome: 'missed', answeredAt: 1, trace: [voicemailTook] },
    'missedCall', 'noAnswer', true],
  ['voicemail was not there', { outcome: 'missed', reason: 'voicemailUnavailable', trace: [voicemailAway] },
    'refused', 'voicemailUnavailable'],
  ['he hung up while voicemail was fetched', { outcome: 'abandoned', trace: [] }, 'missedCall', 'hungUp'],
  ['the service stopped while it rang', { outcome: 'interrupted', status: 503 }, 'refused', 'interrupted'],
  ['the service died during the message', { outcome: 'interrupted', answeredAt: 1, trace: [voicemailTook] },
    'refused', 'interrupted', true],
  ...(['noMoney', 'dayLimit', 'notActive', 'tooManyCalls', 'tooManyHops', 'overload', 'databaseDown', 'recordingUnavailable'] as const)
    .map((why): (typeof told)[number] => [`refused: ${why}`, refusal(why), 'refused', why]),
  ...(['doNotDisturb', 'ruleRefuses', 'nothingActs', 'noAnswer'] as const)
    .map((why): (typeof told)[number] => [`as the rules have it: ${why}`, refusal(why), 'missedCall', why]),
]
for (const [name, more, kind, why, mayHaveMessage = false] of told) {
  t.test(`told: ${name}`, async (t) => {
    t.match(noticeOf(unanswered(more)), {
      kind, why, mayHaveMessage, caller: '+79031112233', dialled: '+74996740782',
      startedAt: Date.UTC(2026, 10, 23, 12), endedAt: Date.UTC(2026, 10, 23, 12, 1, 3),
    })
  })
}

const silent: [name: string, record: CallRecord][] = [
  ['an answered call', endedCall(callRecord({ subscriberId: 's' }))],
  ['a call that lives', callRecord({ subscriberId: 's' })],
  ['an answered call that was interrupted', unanswered({ outcome: 'interrupted', answeredLegId: '1' })],
  ['a call to nobody', unanswered({ outcome: 'missed', subscriberId: undefined })],
  ['his own mailbox', unanswered({ outcome: 'mailbox', trace: [mailbox] })],
  ['his own mailbox, not there', unanswered({ outcome: 'refused', trace: [mailbox] })],
  ['his own mailbox, he hung up', unanswered({ outcome: 'abandoned', trace: [mailbox] })],
  ['his own mailbox, interrupted', unanswered({ outcome: 'interrupted', trace: [mailbox] })],
  ...(['blocked', 'merged', 'loop', 'malformed', 'unknownNumber'] as const)
    .map((why): (typeof silent)[number] => [`refused: ${why}`, unanswered(refusal(why))]),
]
for (const [name, record] of silent) {
  t.test(`not told: ${name}`, async (t) => t.equal(noticeOf(record), undefined))
}

t.test('who withholds his number stays unknown', async (t) => {
  const record = unanswered({ outcome: 'missed', anonymous: true, callerName: 'Anna' })
  t.match(noticeOf(record), { caller: '', callerName: '' })
})
