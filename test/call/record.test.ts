/**
 * The record: opened first, closed last, copies that do not change afterwards; and the
 * machine's manners towards events that come late, twice or out of place.
 */
import t from 'tap'
import type { CallCommand, CallEvent } from '../../src/call/events.ts'
import { isOver, startCall, step } from '../../src/call/machine.ts'
import type { CallRecord } from '../../src/call/record.ts'
import { refuseCall } from '../../src/call/refusal.ts'
import { callerNumber, incoming, personalNumber, rule, subscriber, wall } from './fixtures.ts'
import { play } from './simulation.ts'

const A = '+79160000001'
const B = '+79160000002'
const noon = wall('2025-11-17 12:00')

function recordIn(commands: readonly CallCommand[], name: string): CallRecord {
  for (const command of commands) {
    if (command.do === name && command.do !== 'answerCaller' && 'record' in command) {
      return command.record
    }
  }
  throw new Error(`no ${name}`)
}

function names(commands: readonly CallCommand[]): string[] {
  return commands.map((command) => command.do)
}

t.test('one call, one record with legs and trace', async (t) => {
  const owner = subscriber([rule('Дома', [A, B])])
  const { record } = play({
    incoming: incoming(), subscriber: owner, wallMs: noon,
    phone: (address) => address === A
      ? { ringMs: 200, answerMs: 3000, hangUpMs: 60_000 }
      : { fail: { afterMs: 70, status: 486 } },
  })
  t.strictSame(record, {
    id: incoming().id, sipCallId: incoming().sipCallId, subscriberId: 's1', dialled: personalNumber,
    caller: callerNumber, callerName: 'Анна', anonymous: false, trunkId: 't1',
    startedAt: noon, answeredAt: noon + 3005, endedAt: noon + 63_000, outcome: 'answered',
      status: 200,
    endedBy: 'callee', reason: 'Q.850;cause=16', answeredLegId: '1',
    legs: [
      {
        id: '1', ruleId: 'Дома', ruleName: 'Дома', targetId: 'Дома1', address: A, description: '',
          attempts: [],
        startMs: 0, ringMs: 200, answerMs: 3000, endMs: 63_000, outcome: 'answered', status: 200,
      },
      {
        id: '2', ruleId: 'Дома', ruleName: 'Дома', targetId: 'Дома2', address: B, description: '',
        attempts: [{ trunk: 't1', status: 486 }],
        startMs: 0, ringMs: undefined, answerMs: undefined, endMs: 70, outcome: 'busy', status: 486,
      },
    ],
    trace: [
      { step: 'ruleTaken', atMs: 0, ruleId: 'Дома', ruleName: 'Дома', via: 'schedule',
        priority: 0 },
      { step: 'confirm', atMs: 3000, legId: '1', choice: 'cannotAsk' },
    ],
  })
})

t.test('records handed out are copies', async (t) => {
  const { call, commands } = startCall(incoming(), subscriber([rule('a', [A])]), 0, noon)
  const opened = recordIn(commands, 'openRecord')
  const before = JSON.stringify(opened)
  t.match(opened, { outcome: undefined, status: 0, legs: [{ outcome: 'ringing' }] })
  const ringing = step(call, { type: 'legProgress', leg: '1', status: 180, media: false }, 100,
    noon + 100)
  t.strictSame(names(ringing.commands), ['ringCaller', 'updateRecord'])
  step(call, { type: 'callerCancelled', reason: '' }, 200, noon + 200)
  t.equal(JSON.stringify(opened), before)
  t.match(recordIn(ringing.commands, 'updateRecord'),
    { legs: [{ outcome: 'ringing', ringMs: 100 }] })
})

t.test('a call refused at once is opened open and closed closed', async (t) => {
  const { call, commands } = startCall(incoming(), subscriber([]), 0, noon)
  t.strictSame(names(commands), ['openRecord', 'refuseCaller', 'closeRecord'])
  t.match(recordIn(commands, 'openRecord'), { outcome: undefined, endedAt: undefined, status: 0 })
  t.match(recordIn(commands, 'closeRecord'), { outcome: 'missed', endedAt: noon, status: 480 })
  t.ok(isOver(call))
})

t.test('refusals without a machine', async (t) => {
  const rows = [
    ['unknownNumber', 404], ['overload', 503], ['databaseDown', 503], ['merged', 482],
      ['malformed', 400],
    ['noMoney', 480], ['dayLimit', 480], ['tooManyCalls', 486],
  ] as const
  for (const [why, status] of rows) {
    const commands = refuseCall(incoming(), undefined, why, noon)
    t.strictSame(names(commands), ['openRecord', 'refuseCaller', 'closeRecord'], why)
    const refused = commands[1]
    t.match(refused, { status })
    t.equal(refused?.do === 'refuseCaller' && refused.retryAfterSeconds !== undefined,
      status === 503, 'Retry-After')
    t.match(recordIn(commands, 'closeRecord'),
      { outcome: 'refused', status, reason: why, trace: [{ step: 'refused', why, status }] })
    t.match(recordIn(commands, 'openRecord'), { outcome: undefined, endedAt: undefined })
  }
})

t.test('after the end nothing follows, whatever comes', async (t) => {
  const { call } = startCall(incoming(), subscriber([rule('a', [A])]), 0, noon)
  step(call, { type: 'callerCancelled', reason: '' }, 10, noon)
  const late: CallEvent[] = [
    { type: 'start' }, { type: 'legAnswered', leg: '1' },
      { type: 'legFailed', leg: '1', status: 487, attempts: [] },
    { type: 'callerCancelled', reason: '' }, { type: 'timer', timer: 'wait' }, { type: 'shutdown' },
    { type: 'hungUp', by: 'caller', reason: '' }, { type: 'voicemailTaken', taken: true },
  ]
  for (const event of late) t.strictSame(step(call, event, 20, noon).commands, [], event.type)
})

t.test('events out of place are ignored', async (t) => {
  const { call } = startCall(incoming(), subscriber([rule('a', [A, B])]), 0, noon)
  const stray: CallEvent[] = [
    { type: 'start' }, { type: 'callerConnected' }, { type: 'voicemailTaken', taken: true },
      { type: 'legAnswered', leg: '9' },
    { type: 'legFailed', leg: '9', status: 486, attempts: [] },
      { type: 'hungUp', by: 'callee', reason: '' },
    { type: 'timer', timer: 'maxCall' }, { type: 'timer', timer: 'leg', leg: '1' },
    { type: 'legProgress', leg: '9', status: 180, media: false },
      { type: 'legProgress', leg: '1', status: 181, media: false },
  ]
  for (const event of stray) t.strictSame(step(call, event, 10, noon).commands, [], event.type)
  t.strictSame(names(step(call, { type: 'legAnswered', leg: '1' }, 20, noon).commands).slice(0, 2),
    ['answerCaller', 'dropLeg'])
  t.strictSame(step(call, { type: 'legProgress', leg: '1', status: 180, media: false }, 21,
    noon).commands, [])
})

t.test('a timer that fires early is set again, one that was stopped is ignored', async (t) => {
  const { call } = startCall(incoming(), subscriber([rule('a', [A])]), 0, noon)
  t.strictSame(step(call, { type: 'timer', timer: 'wait' }, 29_000, noon).commands,
    [{ do: 'setTimer', timer: 'wait', at: 30_000 }])
  t.strictSame(names(step(call, { type: 'timer', timer: 'wait' }, 29_990, noon).commands).slice(0,
    2), ['dropLeg', 'refuseCaller'])
})

t.test('the caller’s BYE before an answer ends the call with 487', async (t) => {
  const { call } = startCall(incoming(), subscriber([rule('a', [A])]), 0, noon)
  const { commands } = step(call, { type: 'hungUp', by: 'caller', reason: 'SIP;cause=200' }, 50,
    noon + 50)
  t.match(commands[0], { do: 'refuseCaller', status: 487 })
  t.match(commands[1], { do: 'dropLeg', reason: 'SIP;cause=200', elsewhere: false })
  t.match(recordIn(commands, 'closeRecord'), { outcome: 'abandoned' })
})

t.test('the answered leg fails as a dialog: the caller is hung up', async (t) => {
  for (const phase of ['connecting', 'talking'] as const) {
    const { call } = startCall(incoming(), subscriber([rule('a', [A])]), 0, noon)
    step(call, { type: 'legAnswered', leg: '1', attempts: [{ trunk: 't1', status: 503 }] }, 10,
      noon)
    if (phase === 'talking') step(call, { type: 'callerConnected' }, 20, noon)
    let { commands } = step(call, { type: 'legFailed', leg: '1', status: 408, attempts: [] }, 30,
      noon)
    if (phase === 'connecting') commands = step(call, { type: 'callerConnected' }, 40,
      noon).commands
    t.match(commands.find((command) => command.do === 'hangUp'), { side: 'caller' }, phase)
    t.match(recordIn(commands, 'closeRecord'), {
      outcome: 'answered', endedBy: 'callee', legs: [{ attempts: [{ trunk: 't1', status: 503 }] }],
    })
  }
})

t.test('the caller’s BYE overtakes the news that he is connected', async (t) => {
  const { call } = startCall(incoming(), subscriber([rule('a', [A])]), 0, noon)
  step(call, { type: 'legAnswered', leg: '1' }, 10, noon + 10)
  const { commands } = step(call, { type: 'hungUp', by: 'caller', reason: '' }, 20, noon + 20)
  t.match(commands.find((command) => command.do === 'hangUp'), { side: 'callee' })
  t.match(recordIn(commands, 'closeRecord'),
    { outcome: 'answered', answeredAt: noon + 20, endedBy: 'caller' })
})

t.test('dial says whether early media may be passed', async (t) => {
  const flag = (numbers: readonly string[], hasOffer: boolean) => {
    const { commands } = startCall(incoming({ hasOffer }), subscriber([rule('a', numbers)]), 0,
      noon)
    return commands.flatMap((command) => command.do === 'dial' ? [command.earlyMedia] : [])
  }
  t.strictSame(flag([A], true), [true])
  t.strictSame(flag([A], false), [false])
  t.strictSame(flag([A, B], true), [false, false])
})

t.test('a serial number that fails leaves no ring time behind', async (t) => {
  const owner = subscriber([rule('a', [A, B], { mode: 'serial' })])
  const { call } = startCall(incoming(), owner, 0, noon)
  const { commands } = step(call, { type: 'legFailed', leg: '1', status: 486, attempts: [] }, 9,
    noon)
  t.strictSame(commands, [
    { do: 'stopTimer', timer: 'leg', leg: '1' },
    { do: 'dial', leg: '2', address: B, ringSeconds: 25, earlyMedia: false },
    { do: 'setTimer', timer: 'leg', leg: '2', at: 25_009 },
  ])
})

t.test('a 408 of a phone that rang is no answer, of one that did not a failure', async (t) => {
  const { record } = play({
    incoming: incoming(), subscriber: subscriber([rule('a', [A, B])]), wallMs: noon,
    phone: (address) => address === A
      ? { ringMs: 10, fail: { afterMs: 20, status: 408 } }
      : { fail: { afterMs: 20, status: 408 } },
  })
  t.strictSame(record.legs.map((leg) => leg.outcome), ['noAnswer', 'failed'])
})

t.test('what is worth a note', async (t) => {
  const owner = subscriber([rule('a', [personalNumber, A])], { settings: { voicemail: true } })
  const { record } = play({
    incoming: incoming(), subscriber: owner, wallMs: noon,
    phone: () => ({ fail: { afterMs: 20, status: 404 } }),
  })
  t.strictSame(record.trace.slice(1), [
    { step: 'note', atMs: 0, code: 'loopTarget', detail: personalNumber },
    { step: 'note', atMs: 20, code: 'deadNumber', detail: A },
    { step: 'refused', atMs: 20, why: 'noAnswer', status: 480 },
  ])
  for (const voicemailTakesMs of [50, undefined]) {
    const story = {
      incoming: incoming(), subscriber: subscriber([], { settings: { voicemail: true } }),
      wallMs: noon, phone: () => ({}),
    }
    const taken = voicemailTakesMs !== undefined
    const found = play(taken ? { ...story, voicemailTakesMs } : story).record.trace
    t.match(found, [{ step: 'voicemail', why: 'nothingActs', taken }])
  }
})

t.test('the winner answers twice, and hangs up before the caller is connected', async (t) => {
  const { call } = startCall(incoming(), subscriber([rule('a', [A])]), 0, noon)
  step(call, { type: 'legAnswered', leg: '1' }, 10, noon)
  t.strictSame(step(call, { type: 'legAnswered', leg: '1' }, 11, noon).commands, [])
  t.strictSame(step(call, { type: 'legAnswered', leg: '7' }, 11, noon).commands, [])
  step(call, { type: 'hungUp', by: 'callee', reason: 'Q.850;cause=16' }, 12, noon)
  const { commands } = step(call, { type: 'callerConnected' }, 20, noon)
  t.match(commands[0], { do: 'hangUp', side: 'caller', reason: 'Q.850;cause=16' })
})

t.test('a conversation has one timer, its longest time', async (t) => {
  const { call } = startCall(incoming(), subscriber([rule('a', [A])]), 0, noon)
  const won = step(call, { type: 'legAnswered', leg: '1' }, 10, noon).commands
  t.strictSame(won.slice(1), [
    { do: 'stopTimer', timer: 'total' }, { do: 'stopTimer', timer: 'keepAlive' },
    { do: 'stopTimer', timer: 'wait' }, { do: 'setTimer', timer: 'settle', at: 40_010 },
  ])
  const { commands } = step(call, { type: 'callerConnected' }, 20, noon + 20)
  t.strictSame(commands.slice(0, 2), [
    { do: 'stopTimer', timer: 'settle' }, { do: 'setTimer', timer: 'maxCall', at: 14_400_020 },
  ])
  t.match(recordIn(commands, 'updateRecord'), { answeredAt: noon + 20, status: 200 })
})

t.test('the caller’s BYE while media is fetched', async (t) => {
  const owner = subscriber([], { settings: { voicemail: true } })
  const { call } = startCall(incoming(), owner, 0, noon)
  t.strictSame(step(call, { type: 'hungUp', by: 'callee', reason: '' }, 1, noon).commands, [])
  const { commands } = step(call, { type: 'hungUp', by: 'caller', reason: '' }, 2, noon)
  t.match(recordIn(commands, 'closeRecord'), { outcome: 'abandoned' })
})

t.test('the service stops while the caller is being answered, and he is lost', async (t) => {
  const { call } = startCall(incoming(), subscriber([rule('a', [A])]), 0, noon)
  step(call, { type: 'legAnswered', leg: '1' }, 10, noon)
  t.strictSame(names(step(call, { type: 'shutdown' }, 20, noon).commands), ['hangUp'])
  const { commands } = step(call, { type: 'callerLost' }, 30, noon)
  t.strictSame(names(commands), ['stopTimer', 'closeRecord'])
  t.match(recordIn(commands, 'closeRecord'), { outcome: 'interrupted', endedBy: 'service' })
})

t.test('the call runs on the snapshot of its start (R-24)', async (t) => {
  const owner = subscriber([rule('a', [A], { noAnswer: { action: 'rule', ruleId: 'b',
    ignoreSchedule: false } }), rule('b', [B])])
  const { call } = startCall(incoming(), owner, 0, noon)
  const edited = { ...owner, rules: [] }
  t.equal(edited.rules.length, 0)
  const { commands } = step(call, { type: 'legFailed', leg: '1', status: 486, attempts: [] }, 10,
    noon)
  t.match(commands.find((command) => command.do === 'dial'), { address: B })
})
