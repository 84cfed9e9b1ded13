/**
 * What the panel and the desk order of a call that lives: the caller goes to voicemail while phones
 * ring, the recording falls silent and goes on, the call ends. An order races with everything else
 * that happens; the machine takes one after the other, so whichever came first has decided and the
 * other is told that it is too late. Every order is answered once, here or by the end of the call.
 * Who may order what is not asked here.
 */
import { announcing } from './announcement.ts'
import { recordOf } from './call-record.ts'
import type { Call } from './call-state.ts'
import { sinceStart } from './call-state.ts'
import { end, hangUp } from './ending.ts'
import type { CallOrder, OrderEvent, OrderVerdict } from './events.ts'
import { dropLegs } from './leg.ts'
import { phraseOf } from './outcome.ts'
import type { TraceStep } from './record.ts'
import { cut, takeVoicemail } from './voicemail.ts'

/** RFC 3326: the other side ended it, without a cause of the network's. */
const unspecified = 'Q.850;cause=31;text="Normal, unspecified"'
const ordered = 'ordered'

/** An order, or what the media server said to one. */
export function carryOutOrder(call: Call, event: OrderEvent): void {
  if (event.type === 'recordingMasked') return masked(call, event.order, event.ok)
  switch (event.kind) {
    case 'toVoicemail': return toVoicemail(call, event)
    case 'pauseRecording':
    case 'resumeRecording': return maskRecording(call, event)
    case 'end': return endCall(call, event)
  }
}

/** Whether the recording of this call is paused now. */
export function isRecordingPaused(trace: readonly TraceStep[]): boolean {
  let paused = false
  for (const step of trace) {
    if (step.step !== 'ordered') continue
    if (step.order === 'pauseRecording') paused = true
    else if (step.order === 'resumeRecording') paused = false
  }
  return paused
}

/** As key 3 of an answered phone or the end of the wait; the phones that ring are taken back. */
function toVoicemail(call: Call, order: CallOrder): void {
  switch (call.phase) {
    case 'ringing':
    case 'pausing': {
      if (!call.subscriber.settings.voicemail) {
        return tell(call, order, { state: 'failed', why: 'voicemailOff' })
      }
      if (!call.media) return tell(call, order, { state: 'failed', why: 'noMedia' })
      note(call, order)
      dropLegs(call, 'toVoicemail', '')
      takeVoicemail(call, 'ordered')
      call.voicemailOrder = order.id
      return
    }
    case 'fetchingVoicemail':
    case 'voicemail':
      return tell(call, order, { state: call.mailbox ? 'tooLate' : 'done' })
    // Somebody has answered, or the caller is being told that nobody will.
    default: return tell(call, order, { state: 'tooLate' })
  }
}

function maskRecording(call: Call, order: CallOrder): void {
  if (call.phase !== 'talking' || !isRecording(call)) {
    return tell(call, order, { state: 'failed', why: 'notRecorded' })
  }
  const wanted = order.kind === 'pauseRecording'
  if (isRecordingPaused(call.trace) === wanted) return tell(call, order, { state: 'done' })
  call.commands.push({ do: 'maskRecording', masked: wanted, order })
}

function masked(call: Call, order: CallOrder, ok: boolean): void {
  if (!ok) return tell(call, order, { state: 'failed', why: 'refused' })
  note(call, order)
  call.commands.push({ do: 'updateRecord', record: recordOf(call) })
  tell(call, order, { state: 'done' })
}

function endCall(call: Call, order: CallOrder): void {
  note(call, order)
  tell(call, order, { state: 'done' })
  switch (call.phase) {
    case 'talking': {
      hangUp(call, ['callee', 'caller'], unspecified)
      return end(call, 'answered', 200, 'service', ordered)
    }
    case 'connecting': {
      // BYE needs a dialog: the caller gets his as soon as he has one.
      hangUp(call, ['callee'], unspecified)
      call.endOnConnect ??= { endedBy: 'service', reason: ordered }
      return
    }
    case 'voicemail': return cut(call, ordered)
    case 'announcing': return announcing(call, { type: 'shutdown' })
    default: {
      dropLegs(call, 'cancelled', '')
      hangUp(call, ['callee'], unspecified)
      call.commands.push({ do: 'refuseCaller', status: 480, phrase: phraseOf(480), q850: 31 })
      return end(call, 'interrupted', 480, 'service', ordered)
    }
  }
}

/** The last word about the recording is that it runs. */
function isRecording(call: Call): boolean {
  let running = false
  for (const step of call.trace) if (step.step === 'recording') running = step.running
  return running
}

function note(call: Call, { kind, by }: CallOrder): void {
  call.trace.push({ step: 'ordered', atMs: sinceStart(call), order: kind, by })
}

function tell(call: Call, { id }: CallOrder, verdict: OrderVerdict): void {
  call.commands.push({ do: 'tellOrder', order: id, verdict })
}
