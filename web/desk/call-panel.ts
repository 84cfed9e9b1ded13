/**
 * One call, live or over: its SIP ladder, the rules with «почему так», media and money, the capture
 * file, and its end.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { DeskCallReply, LadderReply } from '../../src/api/schema-live.ts'
import { Button, Segmented, Switch } from '../controls.ts'
import { phone } from '../device.ts'
import { formatPhone } from '../format.ts'
import { html } from '../html.ts'
import { Icon } from '../icons.ts'
import { showToast } from '../toast.ts'
import { liveApi, pcapHref } from './api-live.ts'
import { CallMedia, CallMoneyTab, CallRules } from './call-tabs.ts'
import { isNoise } from './ladder-layout.ts'
import { Ladder } from './ladder.ts'
import { useLoaded } from './loaded.ts'
import type { Loaded } from './loaded.ts'
import { Back, PanelTitle, Status } from './parts.ts'
import { ReasonDialog } from './reason.ts'
import { maySave } from './state.ts'
import { t } from './words.ts'
import './text-people-ru.ts'

type Tab = 'ladder' | 'rules' | 'media' | 'money'

const tabs: readonly Tab[] = ['ladder', 'rules', 'media', 'money']
const liveMs = 2000
/** How often and how long the end of a call is waited for. */
const commandMs = 400
const commandTries = 30

/** Waits until the order is decided, and tells what came of it. */
async function tellEnd(id: string, commandId: string): Promise<void> {
  for (let tries = 0; tries < commandTries; tries += 1) {
    const { state } = await liveApi.command(id, commandId)
    if (state !== 'open') {
      showToast({ text: t(`oneCall.end.${state}`), bad: state === 'failed' })
      return
    }
    await new Promise((done) => { setTimeout(done, commandMs) })
  }
  showToast({ text: t('oneCall.end.failed'), bad: true })
}

function title({ call }: DeskCallReply): string {
  return t('oneCall.title', {
    from: call.anonymous || call.caller === '' ? t('living.hidden') : formatPhone(call.caller),
    to: formatPhone(call.dialled),
  })
}

function Subject(props: { readonly of: DeskCallReply }): VNode {
  const { subscriber, call } = props.of
  const rule = call.trace.findLast((step) => step.step === 'ruleTaken')
  return html`<p class="small soft call-subject">${subscriber !== null && html`<a
      href=${`/desk/subscribers/${subscriber.id}`}>${subscriber.name}</a>`}
    ${rule?.step === 'ruleTaken' && html`<span>${t('oneCall.rule', { name: rule.ruleName })}</span>`}
    <span class="mono" title=${call.sipCallId}>${call.sipCallId}</span></p>`
}

function Actions(props: {
  readonly of: DeskCallReply; readonly ladder: LadderReply | undefined
  readonly onWhy: () => void; readonly onReload: () => void
}): VNode {
  const { call, state } = props.of
  const [ending, setEnding] = useState(false)
  const end = async (reason: string): Promise<void> => {
    const command = await liveApi.end(call.id, reason)
    void tellEnd(call.id, command.id).then(props.onReload, props.onReload)
  }
  return html`<div class="call-tools"><${Button} small=${true} onClick=${props.onWhy}>${
      t('oneCall.why')}<//>
    ${(props.ladder?.messages.length ?? 0) > 0 && html`<a class="button default small"
      href=${pcapHref(call.id)} download=""><${Icon} name="download"
        size=${16} /><span>pcap</span></a>`}
    ${state !== null && html`<${Button} small=${true} kind="danger" disabled=${!maySave.value}
      onClick=${() => setEnding(true)}>${t('oneCall.end')}<//>`}
    ${ending && html`<${ReasonDialog} title=${t('oneCall.endTitle')} text=${t('oneCall.endText')}
      action=${t('oneCall.end')} busy=${t('oneCall.ending')} danger=${true} onDo=${end}
      onClose=${() => setEnding(false)} />`}</div>`
}

function LadderTab(props: { readonly of: Loaded<LadderReply>; readonly quiet: boolean }): VNode {
  const { of } = props
  const ladder = of.value
  if (ladder === undefined) return html`<${Status} of=${of} />`
  if (ladder.state === 'none') {
    return html`<p class="soft">${t(`ladder.none.${ladder.why ?? 'missing'}`)}</p>`
  }
  if (ladder.state === 'waiting') return html`<p class="soft"
    role="status">${t('ladder.waiting')}</p>`
  const messages = props.quiet ? ladder.messages.filter((one) => !isNoise(one)) : ladder.messages
  const { leftOut } = ladder
  return html`<div><${Ladder} ladder=${ladder} messages=${messages} />
    ${leftOut.messages > 0 && html`<p class="caption">${
      t('ladder.leftOut', { n: leftOut.messages })}</p>`}
    ${leftOut.texts > 0 && html`<p class="caption">${
      t('ladder.leftTexts', { n: leftOut.texts })}</p>`}</div>`
}

function isTab(text: string): text is Tab {
  return (tabs as readonly string[]).includes(text)
}

function useCall(id: string) {
  const [over, setOver] = useState(false)
  const everyMs = over ? undefined : liveMs
  const call = useLoaded(id, () => liveApi.call(id), { everyMs })
  const ladder = useLoaded(id, () => liveApi.ladder(id), { everyMs })
  const ended = call.value !== undefined && call.value.state === null
    && ladder.value !== undefined && ladder.value.state !== 'waiting' &&
      ladder.value.state !== 'live'
  if (ended && !over) setOver(true)
  return { call, ladder }
}

/** The panel of one call. */
export function CallPanel(props: { readonly id: string }): VNode {
  const { call, ladder } = useCall(props.id)
  const [tab, setTab] = useState<Tab>('ladder')
  const [quiet, setQuiet] = useState(false)
  const found = call.value
  return html`<section class="card call-panel" aria-label=${found === undefined
    ? t('menu.live') : title(found)}>
    ${phone.value && html`<${Back} href="/desk/live" text=${t('menu.live')} />`}
    <${Status} of=${call} rows=${6} />
    ${found !== undefined && html`<div><div class="call-head"><div><${PanelTitle}>${title(found)}${
        found.state === null && html` <span class="tag">${t('oneCall.over')}</span>`}<//>
        <${Subject} of=${found} /></div>
        <${Actions} of=${found} ladder=${ladder.value} onWhy=${() => setTab('rules')}
          onReload=${() => void call.reload()} /></div>
      <div class="call-tabs"><${Segmented} label=${t('oneCall.tabs')} value=${tab}
        onChange=${(next: string) => { if (isTab(next)) setTab(next) }}
        options=${tabs.map((value) => ({ value, text: t(`oneCall.tab.${value}`) }))} />
        ${tab === 'ladder' && html`<span
          class="quiet-switch small soft">${t('ladder.quiet')}<${Switch}
          on=${quiet} label=${t('ladder.quiet')}
            onChange=${() => setQuiet(!quiet)} /></span>`}</div>
      <div class="call-body">${tab === 'ladder' ? html`<${LadderTab} of=${ladder} quiet=${quiet} />`
        : tab === 'rules' ? html`<${CallRules} of=${found} />`
          : tab === 'media' ? html`<${CallMedia} of=${found} />`
            : html`<${CallMoneyTab} of=${found} />`}</div></div>`}</section>`
}
