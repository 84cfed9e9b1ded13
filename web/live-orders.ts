/**
 * What can be done to a call that runs: send it to voicemail while it rings, let its recording fall
 * silent and go on. An order is decided by the call's process within a second as a rule; until then
 * its button is busy, after that a message says what came of it.
 */
import { signal } from '@preact/signals'
import type { VNode } from 'preact'
import type { OverviewReply } from '../src/api/schema.ts'
import type { CallCommandKind, CallCommandReply } from '../src/api/schema-live.ts'
import { ApiProblem, problemText, send } from './api.ts'
import { Button } from './controls.ts'
import { html } from './html.ts'
import { me, maySave, noteFault, overview } from './state.ts'
import { t } from './text.ts'
import { showToast } from './toast.ts'
import './text-home-ru.ts'

type Call = OverviewReply['live'][number]

/** Orders on their way, as `call kind`. */
const busy = signal<ReadonlySet<string>>(new Set())
const askAgainMs = 300
/** The server says so itself after ten seconds. */
const mostAsks = 40

async function decided(path: string): Promise<CallCommandReply> {
  let reply = await send('GET', path) as CallCommandReply
  for (let asks = 1; reply.state === 'open' && asks < mostAsks; asks++) {
    await new Promise((done) => { setTimeout(done, askAgainMs) })
    reply = await send('GET', path) as CallCommandReply
  }
  return reply
}

async function order(call: Call, kind: CallCommandKind): Promise<void> {
  const key = `${call.id} ${kind}`
  busy.value = new Set([...busy.value, key])
  const path = `/calls/${call.id}/commands`
  try {
    const { id } = await send('POST', path, { kind }) as CallCommandReply
    const { state, why } = await decided(`${path}/${id}`)
    if (state === 'done') showToast({ text: t(`live.done.${kind}`) })
    else showToast({ text: t(state === 'tooLate' ? 'live.tooLate'
      : `live.why.${why ?? 'noReply'}`), bad: true })
  } catch (fault) {
    noteFault(fault)
    const over = fault instanceof ApiProblem && fault.code === 'call_over'
    showToast({ text: over ? t('live.tooLate') : problemText(fault), bad: true })
  }
  busy.value = new Set([...busy.value].filter((each) => each !== key))
}

/** Whether a call is recorded, and whether that is silent now, by its trace. */
export function recordingOf(call: Pick<Call, 'trace'>): 'none' | 'runs' | 'paused' {
  let state: 'none' | 'runs' | 'paused' = 'none'
  for (const step of call.trace) {
    if (step.step === 'recording') state = step.running ? 'runs' : 'none'
    else if (step.step === 'ordered' && state !== 'none') {
      if (step.order === 'pauseRecording') state = 'paused'
      else if (step.order === 'resumeRecording') state = 'runs'
    }
  }
  return state
}

function OrderButton(props: { readonly call: Call; readonly kind: CallCommandKind }): VNode {
  const { call, kind } = props
  const isBusy = busy.value.has(`${call.id} ${kind}`)
  return html`<${Button} small=${true} disabled=${!maySave.value}
    busy=${isBusy ? t(`live.busy.${kind}`) : undefined}
    onClick=${() => void order(call, kind)}>${t(`live.order.${kind}`)}<//>`
}

/** The button that fits what the call is doing; or why there is none. */
export function LiveOrders(props: { readonly call: Call }): VNode | null {
  const { call } = props
  if (call.answeredAt === undefined) {
    if (me.value?.voicemail !== true) return null
    return overview.value?.media === false
      ? html`<span class="soft">${t('live.why.noMedia')}</span>`
      : html`<${OrderButton} call=${call} kind="toVoicemail" />`
  }
  const recording = recordingOf(call)
  return recording === 'none' ? null : html`<${OrderButton} call=${call}
    kind=${recording === 'runs' ? 'pauseRecording' : 'resumeRecording'} />`
}
