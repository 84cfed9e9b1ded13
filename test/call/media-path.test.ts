/**
 * Which calls go through a media server, what happens when there is none or it dies, and what the
 * recording has to say. Each row plays a story in virtual time; nobody is asked for a key here.
 */
import t from 'tap'
import { startCall, step } from '../../src/call/machine.ts'
import { incoming, next, rule, subscriber, wall } from './fixtures.ts'
import {
  A, answers, busy, desk, fails, heard, mailbox, mediaSettings, office, presses, rows, withMedia,
} from './stories.ts'

const quiet = mediaSettings({ confirmMobiles: false })
const recorded = { settings: { recordCalls: true }, media: quiet }
const required = { settings: { recordCalls: true }, media: { ...quiet,
  recordPolicy: 'required' } } as const
const music = { media: { ...quiet, ringback: 'music', musicFile: 'music/s1.wav' } } as const
const noon = wall('2025-11-17 12:00')
const dial = `0 dial 1 ${office}`
const anchoredDial = `${dial} anchored`

const one = (rest: Parameters<typeof subscriber>[1]) => subscriber([rule('one', [office])], rest)

rows('direct or anchored', [
  {
    name: 'nothing is wished for: from phone to phone',
    owner: one({}), story: heard, phones: { [office]: answers(1000) },
    lines: [dial, '100 ring caller', '1000 answer with 1', '61000 hang up caller'],
  },
  {
    name: 'recording: anchored, and no early media of the phone',
    owner: one(recorded), story: { ...withMedia, recordingRuns: true },
    phones: { [office]: { earlyMediaMs: 50, answerMs: 1000, hangUpMs: 9000 } },
    lines: [anchoredDial, '50 ring caller', '1000 answer with 1 anchored recorded with consent',
      '10000 hang up caller'],
    record: { anchored: true,
      trace: [{}, { step: 'recording', atMs: 1010, running: true }] as never },
  },
  {
    name: 'no consent announced when the settings say so',
    owner: one({ settings: { recordCalls: true }, media: { ...quiet, recordConsent: false } }),
    story: withMedia, phones: { [office]: answers(1000) },
    lines: [anchoredDial, '100 ring caller', '1000 answer with 1 anchored recorded',
      '61000 hang up caller'],
  },
  {
    name: 'this rule’s calls only',
    owner: subscriber([rule('a', [office], { record: true, noAnswer: next('b') }),
      rule('b', [desk])], { media: quiet }),
    story: withMedia, phones: { [office]: busy, [desk]: answers(1000) },
    lines: [anchoredDial, `50 dial 2 ${desk}`, '150 ring caller', '1050 answer with 2',
      '61050 hang up caller'],
  },
  {
    name: 'all but this rule’s',
    owner: subscriber([rule('a', [office], { record: false })], recorded),
    story: withMedia, phones: { [office]: answers(1000) },
    lines: [dial, '100 ring caller', '1000 answer with 1', '61000 hang up caller'],
  },
  {
    name: 'the default number as the settings say',
    owner: subscriber([], { ...recorded,
      defaultTarget: { id: 'd', address: office, description: '' } }),
    story: withMedia, phones: { [office]: answers(1000) },
    lines: [anchoredDial, '100 ring caller', '1000 answer with 1 anchored recorded with consent',
      '61000 hang up caller'],
  },
  {
    name: 'own music: every leg is anchored, the keep-alive says it again',
    owner: subscriber([rule('a', [office, desk], { waitSeconds: 60 })], music),
    story: heard, phones: { [desk]: answers(55_000) },
    lines: [anchoredDial, `0 dial 2 ${desk} anchored`, '100 ring caller music',
      '50000 ring caller music', '55000 answer with 2 anchored', '55000 drop 1 elsewhere',
      '115000 hang up caller'],
  },
  {
    name: 'music without a file is the operator’s',
    owner: one({ media: { ...quiet, ringback: 'music' } }), story: heard,
    phones: { [office]: answers(1000) },
    lines: [anchoredDial, '100 ring caller operator', '1000 answer with 1 anchored',
      '61000 hang up caller'],
  },
  ...([
    ['his network lets nothing through', withMedia],
    ['he made no offer', { ...heard, incoming: incoming({ hasOffer: false }) }],
    ['no media server', { options: { callerHearsEarlyMedia: true } }],
  ] as const).map(([name, story]) => ({
    name: `own music, but ${name}: the tone of his network`,
    owner: one(music), story, phones: { [office]: answers(1000) },
    lines: [dial, '100 ring caller', '1000 answer with 1', '61000 hang up caller'],
  })),
  {
    name: 'recording an INVITE without offer',
    owner: one(recorded), story: { ...withMedia, incoming: incoming({ hasOffer: false }) },
    phones: { [office]: answers(1000) },
    lines: [anchoredDial, '100 ring caller', '1000 answer with 1 anchored recorded with consent',
      '61000 hang up caller'],
  },
])

const noMedia = { ...answers(3000), mediaFails: { afterMs: 20, dialled: false } }
const diesRinging = { ...answers(3000), mediaFails: { afterMs: 500, dialled: true } }

rows('no media', [
  {
    name: 'record if possible: connected without',
    owner: one(recorded), phones: { [office]: answers(1000) },
    lines: [dial, '100 ring caller', '1000 answer with 1', '61000 hang up caller'],
    record: { outcome: 'answered', trace: [{}, { step: 'recording', running: false }] as never },
  },
  {
    name: 'do not connect without recording: refused before anything rings, a missed call',
    owner: one(required), phones: { [office]: answers(1000) },
    lines: ['0 refuse 480'],
    record: { outcome: 'missed', reason: 'recordingUnavailable',
      trace: [{}, { step: 'recording', running: false }, { why: 'recordingUnavailable' }] as never },
  },
  {
    name: '… also when the rule comes later',
    owner: subscriber([rule('a', [office], { record: false, noAnswer: next('b') }),
      rule('b', [desk])], required),
    phones: { [office]: busy },
    lines: [dial, '50 refuse 480'],
    record: { outcome: 'missed', reason: 'recordingUnavailable' },
  },
  {
    name: 'a leg gets none: the same leg is dialled from phone to phone',
    owner: one(recorded), story: withMedia, phones: { [office]: noMedia },
    lines: [anchoredDial, `20 dial 1 ${office}`, '120 ring caller', '3020 answer with 1',
      '63020 hang up caller'],
  },
  {
    name: 'it dies while the phone rings: a new INVITE, direct',
    owner: one(recorded), story: withMedia, phones: { [office]: diesRinging },
    lines: [anchoredDial, '100 ring caller', '500 drop 1', `500 dial 2 ${office}`,
      '3500 answer with 2', '63500 hang up caller'],
    record: { legs: [{ outcome: 'cancelled' }, { outcome: 'answered' }] as never },
  },
  {
    name: '… one by one: the number keeps its turn',
    owner: subscriber([rule('turn', [office, desk], { mode: 'serial' })], recorded),
    story: withMedia, phones: { [office]: { ...diesRinging, answerMs: 90_000 } },
    lines: [anchoredDial, '100 ring caller', '500 drop 1', `500 dial 2 ${office}`,
      '25500 drop 2', `25500 dial 3 ${desk}`, '50000 ring caller', '50500 drop 3',
      '50500 refuse 480'],
  },
  {
    name: 'a phone to be asked, and no media for it: connected without asking',
    owner: subscriber([rule('one', [A])]), story: withMedia,
    phones: { [A]: { ...presses(3000, 'accept'), mediaFails: { afterMs: 20, dialled: false } } },
    lines: [`0 dial 1 ${A} anchored`, `20 dial 1 ${A}`, '120 ring caller', '3020 answer with 1',
      '63020 hang up caller'],
    record: { trace: [{}, { choice: 'cannotAsk' }] as never },
  },
  {
    name: 'must be recorded: the leg has failed, and so have those not dialled yet',
    owner: subscriber([rule('turn', [office, desk], { mode: 'serial' })], required),
    story: withMedia, phones: { [office]: noMedia },
    lines: [anchoredDial, '20 refuse 480'],
    record: { outcome: 'missed', reason: 'allFailed', legs: [{ outcome: 'failed' }] as never },
  },
  {
    name: 'must be recorded, media dies while one rings and one is delayed',
    owner: subscriber([{ ...rule('late', [office, desk]), targets: [
      { id: '1', address: office, description: '', ringSeconds: undefined },
      { id: '2', address: desk, description: '', ringSeconds: undefined, delaySeconds: 5 }] }],
      required),
    story: withMedia, phones: { [office]: diesRinging },
    lines: [anchoredDial, '100 ring caller', '500 drop 1', '500 refuse 480'],
  },
  {
    name: 'the ringback’s media dies: the tone of his network, the phones ring on',
    owner: one(music), story: { ...heard, mediaLostAtMs: 2000 },
    phones: { [office]: answers(3000) },
    lines: [anchoredDial, '100 ring caller music', '2000 ring caller',
      '3000 answer with 1 anchored', '63000 hang up caller'],
  },
  {
    name: 'media dies while they talk: both are hung up',
    owner: one(recorded), story: { ...withMedia, mediaLostAtMs: 9000 },
    phones: { [office]: answers(1000) },
    lines: [anchoredDial, '100 ring caller', '1000 answer with 1 anchored recorded with consent',
      '9000 hang up callee', '9000 hang up caller'],
    record: { outcome: 'answered', endedBy: 'service', reason: 'mediaLost' },
  },
  {
    name: 'media dies while the caller is being answered',
    owner: one(recorded), story: { ...withMedia, mediaLostAtMs: 1010, connectMs: 50 },
    phones: { [office]: answers(1000) },
    lines: [anchoredDial, '100 ring caller', '1000 answer with 1 anchored recorded with consent',
      '1010 hang up callee', '1050 hang up caller'],
    record: { outcome: 'interrupted', endedBy: 'service', reason: 'mediaLost' },
  },
  {
    name: 'a direct call knows nothing of media that dies',
    owner: one({}), story: { ...withMedia, mediaLostAtMs: 9000 },
    phones: { [office]: answers(1000) },
    lines: [dial, '100 ring caller', '1000 answer with 1', '61000 hang up caller'],
  },
  {
    name: 'the recording does not run: it was to be if possible',
    owner: one(recorded), story: { ...withMedia, recordingRuns: false },
    phones: { [office]: answers(1000) },
    lines: [anchoredDial, '100 ring caller', '1000 answer with 1 anchored recorded with consent',
      '61000 hang up caller'],
    record: { trace: [{}, { step: 'recording', running: false }] as never },
  },
  {
    name: 'the recording does not run, and it must',
    owner: one(required), story: { ...withMedia, recordingRuns: false },
    phones: { [office]: answers(1000) },
    lines: [anchoredDial, '100 ring caller', '1000 answer with 1 anchored recorded with consent',
      '1010 hang up callee', '1010 hang up caller'],
    record: { outcome: 'answered', endedBy: 'service', reason: 'recordingUnavailable' },
  },
])

t.test('what goes out with a leg', async (t) => {
  const target = { id: '1', address: office, description: '', ringSeconds: undefined }
  const dialOf = (rest: object, owner = {}) => {
    const made = { ...rule('a', [office]), targets: [{ ...target, ...rest }] }
    const { commands } = startCall(incoming(), subscriber([made], owner), 0, noon,
      withMedia.options)
    return commands.find((command) => command.do === 'dial')
  }
  const plain = { do: 'dial', leg: '1', address: office, ringSeconds: 30, earlyMedia: true }
  t.strictSame(dialOf({}), plain)
  t.strictSame(dialOf({ callerId: 'personal' }), { ...plain, callerId: 'personal' })
  t.strictSame(dialOf({}, recorded), { ...plain, earlyMedia: false, media: 'anchored' })
  t.strictSame(dialOf({ callerId: 'caller' }, recorded),
    { ...plain, earlyMedia: false, media: 'anchored', callerId: 'caller' })
})

t.test('what recording is ordered with the answer', async (t) => {
  for (const [name, owner, record] of [
    ['if possible', recorded, { consent: true, required: false }],
    ['required', required, { consent: true, required: true }],
  ] as const) {
    const { call } = startCall(incoming(), one(owner), 0, noon, withMedia.options)
    t.strictSame(step(call, { type: 'legAnswered', leg: '1' }, 10, noon).commands[0],
      { do: 'answerCaller', leg: '1', media: 'anchored', record }, name)
  }
})

t.test('recording that must run fails before the caller is connected', async (t) => {
  const { call } = startCall(incoming(), one(required), 0, noon, withMedia.options)
  step(call, { type: 'legAnswered', leg: '1' }, 10, noon)
  const told = step(call, { type: 'recordingRuns', running: false }, 20, noon).commands
  t.match(told, [{ do: 'hangUp', side: 'callee' }])
  t.strictSame(step(call, { type: 'mediaLost' }, 21, noon).commands, [], 'hung up once')
  t.match(step(call, { type: 'callerConnected' }, 30, noon).commands, [
    { do: 'hangUp', side: 'caller' }, { do: 'stopTimer' },
    { do: 'closeRecord', record: { outcome: 'interrupted', reason: 'recordingUnavailable' } },
  ])
})

t.test('events that mean nothing while the caller is answered, or talks', async (t) => {
  const { call } = startCall(incoming(), one(recorded), 0, noon, withMedia.options)
  step(call, { type: 'legAnswered', leg: '1' }, 10, noon)
  const stray = [
    { type: 'legMediaFailed', leg: '1' }, { type: 'legConfirmed', leg: '1', choice: 'decline' },
    { type: 'announced' }, { type: 'voicemailTaken', taken: true }, { type: 'start' },
    { type: 'legFailed', leg: '9', status: 486, attempts: [] }, { type: 'timer', timer: 'wait' },
    { type: 'legProgress', leg: '1', status: 180, media: false },
  ] as const
  for (const event of stray) {
    t.strictSame(step(call, event, 20, noon).commands, [], `answered: ${event.type}`)
  }
  step(call, { type: 'callerConnected' }, 30, noon)
  for (const event of stray) {
    t.strictSame(step(call, event, 40, noon).commands, [], `talks: ${event.type}`)
  }
  for (const running of [true, true, false]) {
    t.strictSame(step(call, { type: 'recordingRuns', running }, 50, noon).commands, [])
  }
  t.strictSame(call.trace.slice(1), [{ step: 'recording', atMs: 50, running: true },
    { step: 'recording', atMs: 50, running: false }], 'each word once')
})

t.test('media news about legs that know of none, or are gone', async (t) => {
  const { call } = startCall(incoming(), one({}), 0, noon, withMedia.options)
  for (const leg of ['1', '9']) {
    t.strictSame(step(call, { type: 'legMediaFailed', leg }, 10, noon).commands, [])
  }
  t.strictSame(step(call, { type: 'mediaLost' }, 20, noon).commands, [])
})

rows('voicemail and what came before it', [
  {
    name: 'T comes while music plays; media that took the music away takes no message',
    owner: one({ ...music, settings: mailbox }),
    story: { ...heard, mediaLostAtMs: 20_005, voicemailTakesMs: 30 },
    lines: [anchoredDial, '100 ring caller music', '20000 drop 1', '20000 take voicemail'],
    record: { outcome: 'voicemail' },
  },
  {
    name: 'a leg fails for itself: its status counts as ever',
    owner: one(recorded), story: withMedia, phones: { [office]: fails(486) },
    lines: [anchoredDial, '50 refuse 486'],
  },
])
