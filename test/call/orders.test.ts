/**
 * What is ordered of a call from the panel or the desk, against everything else that happens to it:
 * before, after and in the same millisecond. Each row plays a story in virtual time.
 */
import t from 'tap'
import type { CallEvent, OrderEvent } from '../../src/call/events.ts'
import { startCall, step } from '../../src/call/machine.ts'
import type { OrderKind, TraceStep } from '../../src/call/record.ts'
import { isRecordingPaused } from '../../src/call/orders.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import { incoming, rule, subscriber, wall } from './fixtures.ts'
import { randomFrom } from './random-story.ts'
import { play } from './simulation.ts'
import { answers, desk, mailbox, mediaSettings, office, presses, rings } from './stories.ts'
import type { PhoneHabit, Story } from './story.ts'

const withMail = subscriber([rule('a', [office, desk])], { settings: mailbox })
const withoutMail = subscriber([rule('a', [office, desk])])
const recorded = subscriber([rule('a', [office])], {
  settings: { recordCalls: true }, media: mediaSettings({ recordConsent: false }),
})
const asking = subscriber([rule('a', [office], {
  targets: [{ id: '1', address: office, description: '', ringSeconds: undefined, confirm: true }],
})], { settings: mailbox, media: mediaSettings() })

function tell(
  owner: Subscriber, phones: Readonly<Record<string, PhoneHabit>>,
  orders: readonly (readonly [atMs: number, kind: OrderKind])[], story: Partial<Story> = {},
) {
  const outcome = play({
    incoming: incoming(), subscriber: owner, wallMs: wall('2025-11-17 12:00'),
    phone: (address) => phones[address] ?? rings,
    options: { mediaAvailable: true }, voicemailTakesMs: 20, recordingRuns: true,
    orders: orders.map(([atMs, kind]) => ({ atMs, kind })), ...story,
  })
  const { record, verdicts, faults, lines } = outcome
  const { outcome: end, status, endedBy, reason } = record
  return {
    verdicts, faults, lines, trace: record.trace,
    end: `${end} ${status} ${endedBy} ${reason}`.trim(),
    legs: record.legs.map((leg) => leg.outcome),
  }
}

interface Row {
  readonly name: string
  readonly owner?: Subscriber
  readonly phones?: Readonly<Record<string, PhoneHabit>>
  readonly orders: readonly (readonly [number, OrderKind])[]
  readonly story?: Partial<Story>
  readonly verdicts: readonly string[]
  readonly end: string
  readonly legs?: readonly string[]
  /** Some of the lines. */
  readonly has?: readonly string[]
  readonly hasNot?: readonly string[]
}

const voicemailEnd = 'voicemail 200 caller'

const rows: readonly Row[] = [
  {
    name: 'to voicemail while two phones ring', orders: [[3000, 'toVoicemail']],
    verdicts: ['done'], end: voicemailEnd, legs: ['toVoicemail', 'toVoicemail'],
    has: ['3000 drop 1', '3000 drop 2', '3000 take voicemail'],
  },
  {
    name: 'to voicemail in the pause of a circle',
    owner: subscriber([rule('a', [office], { noAnswer: { action: 'rule', ruleId: 'a',
      ignoreSchedule: false } })], { settings: mailbox }),
    phones: { [office]: { fail: { afterMs: 10, status: 486 } } },
    orders: [[1000, 'toVoicemail']], verdicts: ['done'], end: voicemailEnd, legs: ['busy'],
    has: ['1000 take voicemail'],
  },
  {
    name: 'to voicemail while a phone is asked for a key', owner: asking,
    phones: { [office]: presses(1000, 'accept', 8000) }, orders: [[4000, 'toVoicemail']],
    verdicts: ['done'], end: voicemailEnd, legs: ['toVoicemail'], has: ['1000 ask 1', '4000 drop 1'],
  },
  {
    name: 'voicemail is off', owner: withoutMail, orders: [[3000, 'toVoicemail']],
    verdicts: ['voicemailOff'], end: 'missed 480 service noAnswer', hasNot: ['3000 drop 1'],
  },
  {
    name: 'no media server', orders: [[3000, 'toVoicemail']],
    story: { options: { mediaAvailable: false } }, verdicts: ['noMedia'],
    end: voicemailEnd, has: ['20000 take voicemail'],
  },
  {
    name: 'media is there, and fails when it is needed', orders: [[3000, 'toVoicemail']],
    story: { voicemailTakesMs: 60_000 }, verdicts: ['noMedia'],
    end: 'missed 480 service voicemailUnavailable',
  },
  {
    name: 'the caller leaves while voicemail is fetched', orders: [[3000, 'toVoicemail']],
    story: { voicemailTakesMs: 5000, cancelAtMs: 4000 }, verdicts: ['over'],
    end: 'abandoned 487 caller SIP;cause=487',
  },
  {
    name: 'ordered twice', orders: [[3000, 'toVoicemail'], [3001, 'toVoicemail'],
      [5000, 'toVoicemail']], verdicts: ['done', 'done', 'done'], end: voicemailEnd,
  },
  {
    name: 'in the same millisecond as the answer, but before it',
    phones: { [office]: answers(3000) }, orders: [[3000, 'toVoicemail']],
    verdicts: ['done'], end: voicemailEnd,
  },
  {
    name: 'a millisecond after the answer', phones: { [office]: answers(3000) },
    orders: [[3001, 'toVoicemail']], verdicts: ['tooLate'], end: 'answered 200 callee Q.850;cause=16',
    hasNot: ['3001 take voicemail'],
  },
  {
    name: 'a 200 crosses the CANCEL of the order',
    phones: { [office]: { ringMs: 100, answerMs: 3010, crosses: true } },
    orders: [[3000, 'toVoicemail']], verdicts: ['done'], end: voicemailEnd, has: ['3010 drop 1'],
  },
  {
    name: 'in the same millisecond as the end of the wait for voicemail',
    orders: [[20_000, 'toVoicemail']], verdicts: ['done'], end: voicemailEnd,
  },
  {
    name: 'while they talk', phones: { [office]: answers(3000) }, orders: [[9000, 'toVoicemail']],
    verdicts: ['tooLate'], end: 'answered 200 callee Q.850;cause=16',
  },
  {
    name: 'after the end', phones: { [office]: answers(3000) }, orders: [[90_000, 'toVoicemail']],
    verdicts: ['over'], end: 'answered 200 callee Q.850;cause=16',
  },
  {
    name: 'the recording falls silent and goes on', owner: recorded,
    phones: { [office]: answers(1000) },
    orders: [[5000, 'pauseRecording'], [9000, 'resumeRecording']],
    verdicts: ['done', 'done'], end: 'answered 200 callee Q.850;cause=16',
    has: ['5000 mask', '9000 unmask'],
  },
  {
    name: 'paused twice: the second changes nothing', owner: recorded,
    phones: { [office]: answers(1000) },
    orders: [[5000, 'pauseRecording'], [6000, 'pauseRecording']], verdicts: ['done', 'done'],
    end: 'answered 200 callee Q.850;cause=16', hasNot: ['6000 mask'],
  },
  {
    name: 'the media server refuses', owner: recorded, phones: { [office]: answers(1000) },
    orders: [[5000, 'pauseRecording']], story: { maskFails: true }, verdicts: ['refused'],
    end: 'answered 200 callee Q.850;cause=16',
  },
  {
    name: 'the phone hangs up before the media server has said so', owner: recorded,
    phones: { [office]: { ...answers(1000), hangUpMs: 4010 } }, orders: [[5000, 'pauseRecording']],
    verdicts: ['over'], end: 'answered 200 callee Q.850;cause=16',
  },
  {
    name: 'a call that is not recorded', phones: { [office]: answers(1000) },
    orders: [[5000, 'pauseRecording']], verdicts: ['notRecorded'],
    end: 'answered 200 callee Q.850;cause=16',
  },
  {
    name: 'a recording that could not begin', owner: recorded, phones: { [office]: answers(1000) },
    orders: [[5000, 'pauseRecording']], story: { recordingRuns: false }, verdicts: ['notRecorded'],
    end: 'answered 200 callee Q.850;cause=16',
  },
  {
    name: 'the desk ends a conversation', phones: { [office]: answers(1000) },
    orders: [[5000, 'end']], verdicts: ['done'], end: 'answered 200 service ordered',
    has: ['5000 hang up callee', '5000 hang up caller'],
  },
  {
    name: 'the desk ends a call that rings', orders: [[5000, 'end']], verdicts: ['done'],
    end: 'interrupted 480 service ordered', legs: ['cancelled', 'cancelled'],
    has: ['5000 drop 1', '5000 drop 2', '5000 refuse 480'],
  },
  {
    name: 'the desk ends a call that is just being connected', phones: { [office]: answers(1000) },
    orders: [[1010, 'end']], story: { connectMs: 30 }, verdicts: ['done'],
    end: 'interrupted 200 service ordered', has: ['1010 hang up callee', '1030 hang up caller'],
  },
  {
    name: 'the desk ends a message', orders: [[1000, 'toVoicemail'], [4000, 'end']],
    verdicts: ['done', 'done'], end: 'voicemail 200 service ordered', has: ['4000 hang up caller'],
  },
  {
    name: 'the desk ends an announcement', owner: subscriber([]),
    orders: [[1000, 'end']], story: { options: { mediaAvailable: true,
      callerHearsEarlyMedia: true } }, verdicts: ['done'], end: 'missed 480 service nothingActs',
    has: ['1000 refuse 480'],
  },
  {
    name: 'the desk ends a call that has just ended', phones: { [office]: answers(1000) },
    orders: [[61_001, 'end']], verdicts: ['over'], end: 'answered 200 callee Q.850;cause=16',
  },
]

t.test('orders', async (t) => {
  for (const row of rows) {
    const got = tell(row.owner ?? withMail, row.phones ?? {}, row.orders, row.story)
    t.same(got.faults, [], `${row.name}: no command out of order`)
    t.same(got.verdicts, row.verdicts, `${row.name}: verdicts`)
    t.equal(got.end, row.end, `${row.name}: end`)
    if (row.legs !== undefined) t.same(got.legs, row.legs, `${row.name}: legs`)
    for (const line of row.has ?? []) t.ok(got.lines.includes(line), `${row.name}: ${line}`)
    for (const line of row.hasNot ?? []) t.notOk(got.lines.includes(line), `${row.name}: ${line}`)
  }
})

t.test('what was done stands in the trace, what was not does not', async (t) => {
  const ordered = (trace: readonly TraceStep[]) => trace.flatMap((step) =>
    step.step === 'ordered' ? [`${step.atMs} ${step.order} ${step.by}`] : [])
  const paused = tell(recorded, { [office]: answers(1000) },
    [[5000, 'pauseRecording'], [6000, 'pauseRecording']])
  t.same(ordered(paused.trace), ['5020 pauseRecording subscriber'])
  t.ok(isRecordingPaused(paused.trace))
  const resumed = tell(recorded, { [office]: answers(1000) },
    [[5000, 'pauseRecording'], [6000, 'resumeRecording']])
  t.notOk(isRecordingPaused(resumed.trace))
  const late = tell(withMail, { [office]: answers(1000) }, [[5000, 'toVoicemail']])
  t.same(ordered(late.trace), [])
  const mail = tell(withMail, {}, [[3000, 'toVoicemail']])
  t.same(ordered(mail.trace), ['3000 toVoicemail subscriber'])
  t.match(mail.trace.at(-1), { step: 'voicemail', why: 'ordered', taken: true })
})

t.test('whatever comes first in a millisecond decides, seed by seed', async (t) => {
  const events = (random: () => number): (CallEvent | OrderEvent)[] => {
    const all: (CallEvent | OrderEvent)[] = [
      { type: 'legAnswered', leg: '1' }, { type: 'legAnswered', leg: '2' },
      { type: 'order', id: 'mail', kind: 'toVoicemail', by: 'subscriber' },
      { type: 'callerCancelled', reason: '' }, { type: 'timer', timer: 'voicemail' },
      { type: 'order', id: 'end', kind: 'end', by: 'manager' },
    ]
    return all.map((event) => ({ event, at: random() })).sort((a, b) => a.at - b.at)
      .map(({ event }) => event)
  }
  for (let seed = 1; seed <= 300; seed++) {
    const began = startCall(incoming(), withMail, 0, wall('2025-11-17 12:00'),
      { mediaAvailable: true })
    const { call } = began
    const first = { decided: '', verdict: '' }
    const happened = events(randomFrom(seed))
    for (const event of happened) {
      const { commands } = step(call, event, 20_000, wall('2025-11-17 12:00') + 20_000)
      const name = event.type === 'order' ? event.id : event.type
      const decides = commands.some((command) => command.do === 'answerCaller' ||
        command.do === 'takeVoicemail' || command.do === 'closeRecord')
      if (first.decided === '' && decides) first.decided = name
      for (const command of commands) {
        if (command.do === 'tellOrder' && command.order === 'mail') {
          first.verdict = command.verdict.state
        }
      }
    }
    t.equal(first.decided, happened.map((event) => event.type === 'order' ? event.id : event.type)[0],
      `seed ${seed}: ${first.decided} came first and decided`)
    if (first.decided === 'legAnswered') t.not(first.verdict, 'done', `seed ${seed}`)
  }
})
