/**
 * The tab «Звонки»: voicemail, recording, how rules are worked through, what callers hear and what
 * the called person must press. Every control saves itself.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { SettingsReply } from '../src/api/schema-media.ts'
import { CallerHears, mailTooEarly } from './caller-hears.ts'
import { Button, Strip } from './controls.ts'
import { html } from './html.ts'
import { promptLink } from './api-account.ts'
import { AudioChoice } from './settings-audio.ts'
import { PinDialog } from './settings-confirm.ts'
import { Limits } from './settings-limits.ts'
import { ChoiceLine, Group, Line, NumberLine, SwitchLine } from './settings-parts.ts'
import { save, savedText } from './settings-state.ts'
import { SoundButton } from './sound-button.ts'
import { maySave } from './state.ts'
import { t } from './text.ts'
import type { Key } from './text.ts'

type Calls = SettingsReply['calls']
type Switches = { [K in keyof Calls]: Calls[K] extends boolean ? K : never }[keyof Calls]
type Numbers = { [K in keyof Calls]: Calls[K] extends number ? K : never }[keyof Calls]

interface Props {
  readonly settings: SettingsReply
}

const maxMailSeconds = 120

/** Turns one switch of the calls over; the toast names it. */
function turn(calls: Calls, key: Switches, name: Key): void {
  const on = !calls[key]
  void save({ calls: { [key]: on } }, t(on ? 'set.on' : 'set.off', { name: t(name) }))
}

function saveSeconds(key: Numbers, name: Key, value: number): void {
  void save({ calls: { [key]: value } }, savedText(t(name), t('set.seconds', { n: value })))
}

/** The line of a switch: `call.x` is its label, `call.xHint` its explanation. */
function Toggle(props: {
  readonly calls: Calls; readonly of: Switches; readonly label: Key; readonly hint: Key
  readonly name?: Key; readonly warning?: unknown
}): VNode {
  const name = props.name ?? props.label
  return html`<${SwitchLine} label=${t(props.label)} hint=${t(props.hint)} name=${t(name)}
    on=${props.calls[props.of]}
    warning=${props.warning} onChange=${() => turn(props.calls, props.of, name)} />`
}

function Seconds(props: {
  readonly calls: Calls; readonly of: Numbers; readonly label: Key; readonly hint: Key
  readonly min: number; readonly max: number; readonly also?: number; readonly warning?: unknown
}): VNode {
  const value = props.calls[props.of]
  return html`<${NumberLine} ...${props} label=${t(props.label)} hint=${t(props.hint)}
    value=${value}
    unit=${t('set.unit', { n: value })}
      onSave=${(next: number) => saveSeconds(props.of, props.label, next)} />`
}

/** Yellow: phones would ring on when voicemail takes the call. The link sets enough seconds. */
function early(): unknown {
  const rule = mailTooEarly()
  if (rule === undefined) return undefined
  const enough = Math.min(maxMailSeconds, Math.ceil(rule.seconds / 10) * 10)
  return html`<span>${t('call.early', { name: rule.name, n: rule.seconds })} <button type="button"
    class="link inline" disabled=${!maySave.value}
    onClick=${() => saveSeconds('voicemailAfterSeconds', 'call.after', enough)}>${
      t('call.earlyFix', { n: enough })}</button></span>`
}

function Pin(props: Props): VNode {
  const [open, setOpen] = useState(false)
  const { pin } = props.settings
  return html`<${Line} label=${t('call.pin')} hint=${t(pin ? 'call.pinSet' : 'call.pinNone')}
    control=${html`<${Button} disabled=${!maySave.value} onClick=${() => setOpen(true)}>${
      t(pin ? 'common.edit' : 'call.pinMake')}<//>`}>
    ${open && html`<${PinDialog} set=${pin} onClose=${() => setOpen(false)} />`}<//>`
}

function Mail(props: Props): VNode {
  const { calls } = props.settings
  return html`<${Group} title=${t('call.mail')}>
    <${Toggle} calls=${calls} of="voicemail" label="call.mailOn" hint="call.mailHint"
      name="call.mail" />
    <${Seconds} calls=${calls} of="voicemailAfterSeconds" label="call.after" hint="call.afterHint"
      min=${0}
      max=${maxMailSeconds} warning=${calls.voicemail ? early() : undefined} />
    <${Line} label=${t('audio.kind.greeting')} hint=${t('call.greetingHint')}><${AudioChoice}
      kind="greeting" /><//>
    <${Seconds} calls=${calls} of="messageSeconds" label="call.message" hint="call.messageHint"
      min=${3} max=${180} />
    <${Seconds} calls=${calls} of="silenceSeconds" label="call.silence" hint="call.silenceHint"
      min=${2} max=${30}
      also=${0} />
    <${Pin} ...${props} /><//>`
}

const keptDays = [7, 30, 90, 180, 365, 0]

function Recording(props: Props): VNode {
  const { calls } = props.settings
  const days = [...new Set([...keptDays.slice(0, -1), calls.retentionDays].filter((n) => n > 0))]
    .sort((a, b) => a - b).concat(0)
  const daysText = (n: number): string => n === 0 ? t('call.keepForEver') : t('call.keepDays',
    { n })
  return html`<${Group} title=${t('call.recording')}>
    <${Toggle} calls=${calls} of="recordCalls" label="call.record" hint="call.recordHint" />
    <${SwitchLine} label=${t('call.consent')} on=${calls.recordConsent}
      hint=${html`<span>${t('call.consentHint')} <${SoundButton} key=${calls.language}
        label=${t('hears.consentSound')} link=${promptLink(calls.language, 'consent')} /></span>`}
      warning=${calls.recordCalls && !calls.recordConsent ? t('call.noConsent') : undefined}
      onChange=${() => turn(calls, 'recordConsent', 'call.consent')} />
    <${ChoiceLine} label=${t('call.keep')} hint=${t('call.keepHint')}
      value=${String(calls.retentionDays)}
      options=${days.map((n) => ({ value: String(n), text: daysText(n) }))}
      onSave=${(value: string) => void save({ calls: { retentionDays: Number(value) } },
        savedText(t('call.keep'), daysText(Number(value))))} />
    <${Choice} calls=${calls} of="recordPolicy" label="call.policy" hint="call.policyHint"
      values=${['ifPossible', 'required']} /><//>`
}

type Choices = 'recordPolicy' | 'ringback' | 'language'

/** One of a few words: their texts are `call.<of>.<value>`. */
function Choice<K extends Choices>(props: {
  readonly calls: Calls; readonly of: K; readonly label: Key; readonly hint: Key
  readonly values: readonly Calls[K][]; readonly warning?: unknown
}): VNode {
  const text = (value: Calls[K]): string => t(`call.${props.of}.${value}` as Key)
  return html`<${ChoiceLine} label=${t(props.label)} hint=${t(props.hint)}
    value=${props.calls[props.of]}
    warning=${props.warning} options=${props.values.map((value) => ({ value, text: text(value) }))}
    onSave=${(value: Calls[K]) => void save({ calls: { [props.of]: value } },
      savedText(t(props.label), text(value)))} />`
}

/** What to do with a refusal on one phone: both answers are switches of the engine. */
function Rules(props: Props): VNode {
  const { calls } = props.settings
  return html`<${Group} title=${t('call.rules')}>
    <${Seconds} calls=${calls} of="cycleLimitSeconds" label="call.cycle" hint="call.cycleHint"
      min=${10} max=${300} />
    <${Seconds} calls=${calls} of="ringSeconds" label="call.ring" hint="call.ringHint" min=${5}
      max=${60} />
    <${Toggle} calls=${calls} of="busyMattersMore" label="call.busy" hint="call.busyHint" />
    <${Toggle} calls=${calls} of="declineIsRefusal" label="call.decline"
      hint="call.declineHint" /><//>`
}

function Tone(props: Props): VNode {
  const { calls, audio } = props.settings
  const silent = calls.ringback === 'music' && audio.musicId === null
  return html`<${Group} title=${t('call.tone')}>
    <${Choice} calls=${calls} of="ringback" label="call.ringback" hint="call.ringbackHint"
      values=${['network', 'operator', 'music']}
        warning=${silent ? t('call.noMusic') : undefined} />
    ${calls.ringback === 'music' && html`<${Line} label=${t('audio.kind.music')}
      hint=${t('call.musicHint')}><${AudioChoice}
      kind="music" /><//>`}
    <${Choice} calls=${calls} of="language" label="call.language" hint="call.languageHint"
      values=${['ru', 'en']} /><//>`
}

function Confirm(props: Props): VNode {
  const { calls } = props.settings
  return html`<${Group} title=${t('call.confirm')}>
    <${Toggle} calls=${calls} of="confirmMobiles" label="call.confirmMobiles"
      hint="call.confirmHint" />
    <${Seconds} calls=${calls} of="confirmSeconds" label="call.confirmSeconds"
      hint="call.confirmSecondsHint"
      min=${5} max=${30} /><//>`
}

/** The tab. */
export function CallsTab(props: Props): VNode {
  return html`<div class="set-columns"><div>
    ${!props.settings.media && html`<${Strip} kind="warn" title=${t('call.noMedia')}
      text=${t('call.noMediaText')} />`}
    <${Mail} ...${props} /><${Recording} ...${props} /><${Rules} ...${props} />
    <${Tone} ...${props} /><${Confirm} ...${props} /><${Limits} /></div>
    <${CallerHears} settings=${props.settings} /></div>`
}
