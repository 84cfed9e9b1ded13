/**
 * Cases about what is ordered of a running call: it goes to voicemail while it rings, its recording
 * falls silent and goes on, the desk ends it. The orders are put where the API puts them; the ladder
 * of a call is read where the desk reads it.
 */
import type { OrderKind } from '../../src/call/record.ts'
import { addCallCommand, loadCallCommand } from '../../src/store/call-commands.ts'
import { readLadder } from '../../src/store/call-ladders.ts'
import { liveCall } from '../support/call-case.ts'
import type { CallCase, Played, Scene } from '../support/call-case.ts'
import { inspectTone, sampleRate } from '../support/heard-sound.ts'
import type { Talk } from '../support/line.ts'
import { measured } from '../support/measured.ts'
import { ladderLine } from '../support/noting-board.ts'
import { channelsOf, recordingOf } from './recording-cases.ts'
import { beepMs, greetingMs, messagesOf, must, seenAt } from './voices.ts'

const patienceMs = 30_000
/** For what never comes; how quickly orders are carried out is shown in virtual time. */
const orderMs = 15_000

function pause(ms: number): Promise<void> {
  return new Promise((done) => { setTimeout(done, ms) })
}

/** Orders it and waits for the verdict; answers when that was there, milliseconds since 1970. */
async function order(scene: Scene, callId: string, kind: OrderKind): Promise<number> {
  const { db, subscriberId } = scene
  const by = kind === 'end' ? 'manager' as const : 'subscriber' as const
  const { id } = await addCallCommand(db, { callId, subscriberId, kind, by, accountId: '' }, Date.now())
  const began = performance.now()
  for (; performance.now() - began < orderMs; await pause(30)) {
    const { state, why } = await loadCallCommand(db, callId, id, undefined)
    if (state === 'done') return Date.now()
    must(state === 'open', `${kind}: ${state} ${why ?? ''}`)
  }
  throw new Error(`${kind}: nobody decided within ${orderMs} ms`)
}

const tone = (frequency: number): Talk => async ({ voice, port }) => { voice.talk(port, frequency) }

async function ladderOf({ scene, records }: Played): Promise<string[]> {
  for (const until = performance.now() + patienceMs; performance.now() < until; await pause(50)) {
    const ladder = await readLadder(scene.db, records[0]?.id ?? '')
    if (ladder === undefined) continue
    must(ladder.entries.every(({ text }) => text !== ''), 'all texts are there')
    return ladder.entries.map((entry) => ladderLine(entry).replace(/^\d+ /, ''))
  }
  throw new Error('its ladder was not kept')
}

const toVoicemail: CallCase = {
  name: 'order: to voicemail while the phone rings, the caller leaves a message',
  phones: [{ scenario: 'uas-ring-until-missed' }],
  settings: { voicemail: true, voicemailAfterSeconds: 60 }, rules: [{ waitSeconds: 60 }],
  callers: [{
    scenario: 'uac-call-with-rtp-expect-answer', talk: tone(700),
    pauseMs: Math.round(greetingMs + beepMs + 1500),
  }],
  during: async (scene) => {
    const id = await liveCall(scene, false)
    await pause(500)
    await order(scene, id, 'toVoicemail')
  },
  records: [{
    outcome: 'voicemail', status: 200, legs: ['toVoicemail'],
    trace: ['ruleTaken', 'ordered:toVoicemail', 'voicemail:ordered:true'],
  }],
  check: async (played) => {
    const [message] = await messagesOf(played.scene)
    must(message?.state === 'ready', 'there is no message')
    const lines = await ladderOf(played)
    for (const line of ['caller < INVITE', '1 > INVITE', '1 < 180 INVITE', 'caller > 180 INVITE',
      '1 > CANCEL', '1 < 487 INVITE', 'caller > 200 INVITE', 'caller < ACK', 'caller < BYE',
      'caller > 200 BYE']) must(lines.includes(line), `${line} is not in ${lines.join(', ')}`)
  },
}

const paused = (): CallCase => {
  let pausedMs = NaN
  let resumedMs = NaN
  return {
    name: 'order: the recording falls silent and goes on; its length stays that of the call',
    settings: { recordCalls: true }, media: { recordConsent: false },
    phones: [{ scenario: 'uas-answer-with-rtp', pauseMs: 300, talk: tone(1100) }],
    callers: [{ scenario: 'uac-call-with-rtp-expect-answer', pauseMs: 6000, talk: tone(500) }],
    during: async (scene) => {
      const id = await liveCall(scene, true)
      await pause(1000)
      pausedMs = await order(scene, id, 'pauseRecording')
      await pause(1000)
      resumedMs = await order(scene, id, 'resumeRecording')
    },
    records: [{
      outcome: 'answered', status: 200, endedBy: 'caller', legs: ['answered'],
      trace: ['recording:true', 'ordered:pauseRecording', 'ordered:resumeRecording'],
    }],
    check: async ({ scene, records }) => {
      const recording = await recordingOf(scene, records[0]?.id ?? '')
      const talked = (records[0]?.endedAt ?? NaN) - (records[0]?.answeredAt ?? NaN)
      measured(Math.abs(recording.durationMs - talked) < 300, `${recording.durationMs} ms of a call of ${talked} ms`)
      for (const [i, frequency] of [500, 1100].entries()) {
        const channel = channelsOf(scene, recording)[i]!
        const { longestGapMs, gapEndMs } = inspectTone(channel, frequency)
        const wanted = resumedMs - pausedMs
        measured(Math.abs(longestGapMs - wanted) < 700, `channel ${i}: a hole of ${longestGapMs} ms instead of ${wanted}`)
        const hole = channel.subarray(
          (gapEndMs - longestGapMs + 40) * sampleRate / 1000, (gapEndMs - 40) * sampleRate / 1000)
        must(hole.every((sample) => sample === 0), `channel ${i}: the hole is not silence`)
      }
    },
  }
}

const ended: CallCase = {
  name: 'order: the desk ends a conversation, BYE to both',
  phones: [{ scenario: 'uas-ring-answer' }],
  callers: [{ scenario: 'uac-call-expect-callee-hangs-up' }],
  during: async (scene) => { await order(scene, await liveCall(scene, true), 'end') },
  records: [{
    outcome: 'answered', status: 200, endedBy: 'service', legs: ['answered'], trace: ['ordered:end'],
  }],
  check: async ({ callers }) => {
    must(!Number.isNaN(seenAt(callers[0]?.messages, 'BYE ')), 'the caller got no BYE')
  },
}

export const orderCases: readonly CallCase[] = [toVoicemail, paused(), ended]
