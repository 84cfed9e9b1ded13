/**
 * The media server is killed, in mid-call and before: who must be recorded is not connected or is
 * ended, everybody else speaks on from phone to phone; what was recorded until a second before is
 * there, and is listed after the restart (issue 3 §2, §3.3).
 */
import t from 'tap'
import { liveCall, play } from '../support/call-case.ts'
import type { CallCase, PhonePlan } from '../support/call-case.ts'
import { testDatabase } from '../support/database.ts'
import { inspectTone, sampleRate } from '../support/heard-sound.ts'
import type { Talk } from '../support/line.ts'
import { loopbackTrunk, nothing, startProduct } from '../support/product.ts'
import { toneShare } from '../support/rtp-peer.ts'
import { channelsOf, recordingOf } from './recording-cases.ts'
import { afterBeep, messagesOf, must } from './voices.ts'

t.setTimeout(290_000)

const callerTone = 500
const phoneTone = 1100
const recorded = { settings: { recordCalls: true }, media: { recordConsent: false } } satisfies Partial<CallCase>
const voicemail = { settings: { voicemail: true, voicemailAfterSeconds: 0 }, phones: [], rules: [] } satisfies Partial<CallCase>
const talks = { scenario: 'uac-call-expect-answer' }
const answers: PhonePlan = { scenario: 'uas-ring-answer' }

const product = await startProduct({
  database: await testDatabase(t), trunks: [loopbackTrunk(9)], media: true,
})
t.teardown(() => product.stop())

const pause = (ms: number) => new Promise<void>((done) => { setTimeout(done, ms) })

/** Kills the media server; answers when, milliseconds since 1970. */
async function kill(): Promise<number> {
  const at = Date.now()
  await product.end('media', 'SIGKILL')
  return at
}

function says(frequency: number): Talk {
  return async ({ voice, port }) => { voice.talk(port, frequency) }
}

/** A case whose media server is killed so long after the call was answered, or is in the journal. */
function killedAfter(
  ms: number, event: 'answered' | 'called', one: CallCase, killed?: (atMs: number) => void,
): CallCase {
  return {
    ...one,
    during: async (scene) => {
      await liveCall(scene, event === 'answered')
      await pause(ms)
      const at = await kill()
      killed?.(at)
    },
  }
}

async function back(): Promise<void> {
  await product.start('media')
  await product.mediaIs(true)
}

t.test('killed in a recorded conversation: the two speak on directly', async (t) => {
  let killedMs = NaN
  const hears: Record<string, number> = {}
  /** Who speaks through the server speaks to the other side itself once both have agreed. */
  const movesOn = (name: string, own: number, others: number, agreed: RegExp, count: number): Talk => async (line) => {
    line.voice.talk(line.port, own)
    const { text } = await line.seen(agreed, count)
    const before = line.voice.packets.length
    line.voice.talk(Number(/^m=audio (\d+)/m.exec(text)?.[1]), own)
    await pause(1000)
    hears[name] = toneShare(line.voice.heard(before).slice(-sampleRate / 4), others)
  }
  const played = await play(product, killedAfter(3000, 'answered', {
    ...recorded, name: 'lost in conversation',
    phones: [{
      scenario: 'uas-answer-reinvited', pauseMs: 300, talk: movesOn('phone', phoneTone, callerTone, /^INVITE [^]*^m=audio/m, 2),
    }],
    callers: [{
      scenario: 'uac-reinvited-expect-answer', pauseMs: 1500, talk: movesOn('caller', callerTone, phoneTone, /^ACK [^]*^m=audio/m, 1),
    }],
    records: [{
      outcome: 'answered', status: 200, endedBy: 'caller', legs: ['answered'],
      trace: ['recording:true', 'recording:false'],
    }],
  }, (at) => { killedMs = at }))
  t.same(played.faults, [])
  t.ok((hears['phone'] ?? 0) > 0.8, `the phone hears the caller: ${hears['phone']}`)
  t.ok((hears['caller'] ?? 0) > 0.8, `the caller hears the phone: ${hears['caller']}`)

  await t.test('the next calls, without a media server', async (t) => {
    await product.mediaIs(false)
    const cases: readonly CallCase[] = [
      {
        ...recorded, name: 'recorded if possible: it is not possible, the call is connected',
        phones: [answers], callers: [talks],
        records: [{ outcome: 'answered', status: 200, legs: ['answered'], trace: ['recording:false'] }],
      },
      {
        ...recorded, name: 'must be recorded: it is not connected, nothing rings',
        media: { recordPolicy: 'required' }, phones: [{ ...answers, expect: 'maybe' }],
        callers: [{ scenario: 'uac-unanswered-expect-480' }],
        records: [{ outcome: 'missed', status: 480, legs: [], trace: ['refused:recordingUnavailable'] }],
      },
      {
        ...voicemail, name: 'voicemail: 480, recorded as such', callers: [{ scenario: 'uac-unanswered-expect-480' }],
        records: [{ outcome: 'missed', status: 480, legs: [], trace: ['voicemail:nothingActs:false'] }],
      },
      {
        name: 'press 1 cannot be asked: whoever answers gets the call',
        phones: [{ ...answers, confirm: true }], callers: [talks],
        records: [{ outcome: 'answered', status: 200, legs: ['answered'], trace: ['confirm:cannotAsk'] }],
      },
    ]
    const results = await Promise.all(cases.map((one) => play(product, one)))
    for (const [i, one] of cases.entries()) t.same(results[i]?.faults, [], one.name)
  })

  await t.test('the recording is listed after the restart and lacks less than a second', async (t) => {
    await back()
    const [record] = played.records
    const recording = await recordingOf(played.scene, record?.id ?? '')
    t.equal(recording.interrupted, true, 'and says that it was cut off')
    const began = (record?.answeredAt ?? NaN)
    t.ok(recording.durationMs > killedMs - began - 1000 && recording.durationMs < killedMs - began + 200,
      `${recording.durationMs} ms of ${Math.round(killedMs - began)}`)
    for (const [i, channel] of channelsOf(played.scene, recording).entries()) {
      const { share, longestGapMs } = inspectTone(channel, i === 0 ? callerTone : phoneTone)
      t.ok(share > 0.9 && longestGapMs <= 20, `channel ${i}: ${share.toFixed(2)}, longest hole ${longestGapMs} ms`)
    }
  })
})

const deaths: readonly CallCase[] = [
  killedAfter(1500, 'answered', {
    ...recorded, name: 'killed in a conversation that must be recorded: both are hung up',
    media: { recordConsent: false, recordPolicy: 'required' },
    phones: [{ scenario: 'uas-answer-with-rtp', pauseMs: 300, talk: says(phoneTone) }],
    callers: [{ scenario: 'uac-call-with-rtp-expect-callee-hangs-up', talk: says(callerTone) }],
    records: [{ outcome: 'answered', status: 200, endedBy: 'service', legs: ['answered'] }],
    check: ({ records }) => must(records[0]?.reason === 'mediaLost', `its reason is ${records[0]?.reason}`),
  }),
  killedAfter(1500, 'answered', {
    ...voicemail, name: 'killed in the greeting: the caller is hung up, a missed call',
    callers: [{ scenario: 'uac-call-with-rtp-expect-callee-hangs-up', talk: says(0) }],
    records: [{ outcome: 'missed', status: 200, endedBy: 'service' }],
    check: async ({ scene }) => must((await messagesOf(scene, 0)).length === 0, 'there is a message'),
  }),
  killedAfter(2000, 'called', {
    name: 'killed while a phone is asked for a key: it is let go, the other one answers',
    phones: [
      { scenario: 'uas-answer-with-rtp', pauseMs: 300, confirm: true, talk: says(0) },
      { scenario: 'uas-ring-answer', pauseMs: 5000 },
    ],
    rules: [{ waitSeconds: 10 }], callers: [talks],
    records: [{ outcome: 'answered', status: 200, endedBy: 'caller', trace: ['confirm:asked'] }],
  }),
]

for (const one of deaths) {
  t.test(one.name, async (t) => {
    t.same((await play(product, one)).faults, [])
    await back()
  })
}

t.test('killed while a message is spoken: the caller is hung up, what he said is kept', async (t) => {
  let beepMs = NaN
  let killedMs = NaN
  const played = await play(product, {
    ...voicemail, name: 'killed in a message', media: { silenceSeconds: 0 },
    callers: [{
      scenario: 'uac-call-with-rtp-expect-callee-hangs-up',
      talk: async (line) => {
        line.voice.talk(line.port, 0)
        beepMs = await afterBeep(line)
        line.voice.talk(line.port, 700)
        await pause(3500)
        killedMs = await kill()
      },
    }],
    records: [{ outcome: 'voicemail', status: 200, endedBy: 'service' }],
  })
  t.same(played.faults, [])
  await back()
  const [message] = await messagesOf(played.scene)
  const spokenMs = killedMs - beepMs
  const keptMs = message?.durationMs ?? 0
  t.ok(keptMs > spokenMs - 1000 && keptMs < spokenMs + 300, `${keptMs} ms of ${Math.round(spokenMs)}`)
})

t.test('afterwards calls with media are as before, and nothing is left', async (t) => {
  const played = await play(product, {
    ...recorded, name: 'recorded', callers: [{ scenario: 'uac-call-with-rtp-expect-answer', pauseMs: 1500, talk: says(callerTone) }],
    phones: [{ scenario: 'uas-answer-with-rtp', pauseMs: 300, talk: says(phoneTone) }],
    records: [{ outcome: 'answered', status: 200, legs: ['answered'], trace: ['recording:true'] }],
    check: async ({ scene, records }) => {
      const { interrupted } = await recordingOf(scene, records[0]?.id ?? '')
      must(!interrupted, 'the recording was interrupted')
    },
  })
  t.same(played.faults, [])
  t.same(await product.quiet(40_000), nothing)
  t.same(product.errors(), [], 'no error was logged')
})
