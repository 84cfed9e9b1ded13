/**
 * Voicemail and the mailbox beyond who is sent there: greetings, what was kept, who ends it, and the
 * subscriber's own call. Each row plays a story in virtual time.
 */
import t from 'tap'
import { startCall, step } from '../../src/call/machine.ts'
import { callerNumber, incoming, next, rule, subscriber, wall } from './fixtures.ts'
import {
  busy, desk, heard, mailbox, mediaSettings, office, rows, withMedia,
} from './stories.ts'

const greeted = mediaSettings({ greetingFile: 'greetings/own.wav' })
const fetched = { ...withMedia, voicemailTakesMs: 20 }
const noon = wall('2025-11-17 12:00')
const dial = `0 dial 1 ${office}`

rows('whose greeting', [
  {
    name: 'the standard one', owner: subscriber([], { settings: mailbox }), story: fetched,
    lines: ['0 take voicemail'],
  },
  {
    name: 'the subscriber’s', owner: subscriber([], { settings: mailbox, media: greeted }),
    story: fetched, lines: ['0 take voicemail greetings/own.wav'],
  },
  {
    name: 'the rule’s, when T takes the call from it',
    owner: subscriber([rule('a', [office], { greetingFile: 'greetings/a.wav' })],
      { settings: mailbox, media: greeted }),
    story: fetched,
    lines: [dial, '100 ring caller', '20000 drop 1', '20000 take voicemail greetings/a.wav'],
  },
  {
    name: 'the rule’s, when T is 0',
    owner: subscriber([rule('a', [office], { greetingFile: 'greetings/a.wav' })],
      { settings: { voicemail: true, voicemailAfterSeconds: 0 } }),
    story: fetched, lines: ['0 take voicemail greetings/a.wav'],
  },
  {
    name: 'of a chain, that of the rule that rang last',
    owner: subscriber([rule('a', [office], { greetingFile: 'a.wav', noAnswer: next('b') }),
      rule('b', [desk], { noAnswer: { action: 'voicemail' } })],
      { settings: mailbox, media: greeted }),
    phones: { [office]: busy, [desk]: busy }, story: fetched,
    lines: [dial, `50 dial 2 ${desk}`, '100 take voicemail greetings/own.wav'],
  },
  {
    name: 'of a rule that sends everybody there at once',
    owner: subscriber([rule('a', [], { reaction: 'voicemail', greetingFile: 'a.wav' })],
      { settings: mailbox }),
    story: fetched, lines: ['0 take voicemail a.wav'],
    record: { trace: [{}, { step: 'reaction' }, { step: 'voicemail', taken: true }] as never },
  },
])

rows('what came of it', [
  {
    name: 'a message', owner: subscriber([], { settings: mailbox }),
    story: { ...fetched, messageKept: true }, lines: ['0 take voicemail'],
    record: { outcome: 'voicemail', status: 200, endedBy: 'caller', anchored: true },
  },
  {
    name: 'he left before the beep: a missed call', owner: subscriber([], { settings: mailbox }),
    story: { ...fetched, messageKept: false, voicemailLastsMs: 3000 }, lines: ['0 take voicemail'],
    record: { outcome: 'missed', status: 200, endedBy: 'caller' },
  },
  {
    name: '# or silence: we hang up', owner: subscriber([], { settings: mailbox }),
    story: { ...fetched, messageKept: true, voicemailEndsItself: true },
    lines: ['0 take voicemail', '8020 hang up caller'],
    record: { outcome: 'voicemail', endedBy: 'service' },
  },
  {
    name: 'media dies: what there was of the message is for its repair to find',
    owner: subscriber([], { settings: mailbox }), story: { ...fetched, mediaLostAtMs: 5000 },
    lines: ['0 take voicemail', '5000 hang up caller'],
    record: { outcome: 'voicemail', endedBy: 'service', reason: 'mediaLost' },
  },
])

const owner = subscriber([rule('a', [office])], {
  settings: mailbox, media: mediaSettings({ mailboxOpen: true }), ownNumbers: [callerNumber],
})

rows('the subscriber calls his own number', [
  {
    name: 'the mailbox opens; no phone of his rings', owner, story: fetched,
    lines: ['0 open mailbox'],
    record: { outcome: 'mailbox', status: 200, endedBy: 'caller',
      trace: [{ step: 'mailbox', taken: true }] as never },
  },
  {
    name: 'it ends by itself', owner, story: { ...fetched, voicemailEndsItself: true },
    lines: ['0 open mailbox', '8020 hang up caller'],
    record: { outcome: 'mailbox', endedBy: 'service' },
  },
  {
    name: 'longer than any call', owner,
    story: { ...fetched, voicemailLastsMs: 1e9, options: { ...withMedia.options,
      maxCallSeconds: 600 } },
    lines: ['0 open mailbox', '600020 hang up caller'],
    record: { outcome: 'mailbox', reason: 'maxCall' },
  },
  {
    name: 'media dies meanwhile', owner, story: { ...fetched, mediaLostAtMs: 3000 },
    lines: ['0 open mailbox', '3000 hang up caller'],
    record: { outcome: 'mailbox', reason: 'mediaLost' },
  },
  {
    name: 'no media: 480, and nobody has missed a call', owner, story: heard,
    lines: ['0 open mailbox', '1 refuse 480'],
    record: { outcome: 'refused', status: 480, reason: 'voicemailUnavailable',
      trace: [{ step: 'mailbox', taken: false }] as never },
  },
  {
    name: 'he leaves before it opens', owner,
    story: { ...withMedia, voicemailTakesMs: 500, cancelAtMs: 100 }, lines: ['0 open mailbox'],
    record: { outcome: 'abandoned', trace: [{ step: 'mailbox', taken: false }] as never },
  },
  {
    name: 'a call that a phone of his forwarded never opens it (§3 #40)', owner,
    story: { ...fetched, incoming: incoming({ diverted: ['+74990000000'] }), cancelAtMs: 200 },
    lines: [dial, '100 ring caller', '200 drop 1'],
  },
])

t.test('events that mean nothing while media has the call', async (t) => {
  const { call } = startCall(incoming(), subscriber([], { settings: mailbox }), 0, noon,
    withMedia.options)
  const stray = [
    { type: 'legConfirmed', leg: '1', choice: 'accept' }, { type: 'announced' },
    { type: 'recordingRuns', running: false }, { type: 'legMediaFailed', leg: '1' },
  ] as const
  for (const event of [...stray, { type: 'mediaLost' } as const]) {
    t.strictSame(step(call, event, 1, noon).commands, [], `fetched: ${event.type}`)
  }
  step(call, { type: 'voicemailTaken', taken: true }, 5, noon)
  for (const event of stray) {
    t.strictSame(step(call, event, 10, noon).commands, [], `taken: ${event.type}`)
  }
})
