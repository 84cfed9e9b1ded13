/**
 * «Что услышит звонящий»: the settings of calls as he lives through them, in a picture over the
 * seconds of a call that nobody answers, and as sentences with what can be listened to.
 */
import type { ComponentChildren, VNode } from 'preact'
import type { SettingsReply } from '../src/api/schema-media.ts'
import { accountApi, promptLink } from './api-account.ts'
import { html } from './html.ts'
import { audioName } from './settings-audio.ts'
import { audio } from './settings-state.ts'
import { SoundButton } from './sound-button.ts'
import { overview } from './state.ts'
import { t } from './text.ts'
import { useWidth } from './width.ts'

type CallsSettings = SettingsReply['calls']

/** The standard greeting lasts about so long; of one's own the length is known. */
const standardGreetingSeconds = 6
/** The picture shows so much of the message at least. */
const shownMessageSeconds = 20
/** Marks of the axis are so far apart. */
const markSeconds = 20
const padding = 10
const rowHeight = 28

export interface HeardSpan {
  readonly what: 'tone' | 'greeting' | 'message'
  readonly from: number
  readonly to: number
}

/**
 * What a caller hears when nobody answers, seconds from the first ring; `all` is the end of the
 * axis. Without voicemail only what rings.
 */
export function heardSpans(
  calls: Pick<CallsSettings,
    'voicemail' | 'voicemailAfterSeconds' | 'messageSeconds' | 'ringSeconds'>,
  greetingSeconds: number,
): { readonly spans: readonly HeardSpan[]; readonly all: number } {
  const rings = calls.voicemail ? calls.voicemailAfterSeconds : calls.ringSeconds
  const speaks = rings + Math.max(1, Math.round(greetingSeconds))
  const least = calls.voicemail ? speaks + Math.min(shownMessageSeconds, calls.messageSeconds)
    : rings
  const all = Math.max(3 * markSeconds, Math.ceil(least / markSeconds) * markSeconds)
  const spans: HeardSpan[] = []
  if (rings > 0) spans.push({ what: 'tone', from: 0, to: rings })
  if (calls.voicemail) {
    spans.push({ what: 'greeting', from: rings, to: speaks },
      { what: 'message', from: speaks, to: Math.min(all, speaks + calls.messageSeconds) })
  }
  return { spans, all }
}

/** The longest message in words: whole minutes as minutes. */
function messageWords(seconds: number): string {
  return seconds >= 60 && seconds % 60 === 0 ? t('hears.minutes', { n: seconds / 60 })
    : t('hears.seconds', { n: seconds })
}

const looks: Readonly<Record<HeardSpan['what'], string>> = {
  tone: 'bar waits', greeting: 'bar mail', message: 'bar hears-message',
}

function Picture(props: {
  readonly calls: CallsSettings; readonly greetingSeconds: number
}): VNode {
  const { ref, width } = useWidth()
  const { spans, all } = heardSpans(props.calls, props.greetingSeconds)
  const x = (seconds: number): number => padding + seconds / all * Math.max(0,
    width - 2 * padding - 24)
  const words: Readonly<Record<HeardSpan['what'], string>> = {
    tone: t('hears.tone'), greeting: t('hears.greeting', { n: Math.round(props.greetingSeconds) }),
    message: t('hears.message', { length: messageWords(props.calls.messageSeconds) }),
  }
  const spoken = spans.map((span) => t('hears.span', {
    what: words[span.what], from: span.from, to: span.to,
  })).join('; ')
  const height = 26 + 3 * rowHeight
  const mark = markSeconds * Math.ceil(all / 80)
  return html`<div ref=${ref} class="hears-picture">${width > 0 && html`<svg width=${width}
    height=${height}
    role="img" aria-label=${spoken}>
    ${Array.from({ length: Math.floor(all / mark) + 1 }, (_, at) => html`<g key=${at}><line
      class="grid-line"
      x1=${x(at * mark)} x2=${x(at * mark)} y1="20" y2=${height} /><text class="axis"
        x=${x(at * mark)}
      y="12">${t('hears.axis', { n: at * mark })}</text></g>`)}
    ${spans.map((span, row) => html`<${Span} key=${span.what} span=${span} row=${row} x=${x}
      text=${words[span.what]} width=${width} />`)}</svg>`}</div>`
}

/** A bar; its words stand on it where they fit, else after it, else before it. */
function Span(props: {
  readonly span: HeardSpan; readonly row: number; readonly x: (seconds: number) => number
  readonly text: string; readonly width: number
}): VNode {
  const { span, x, text } = props
  const left = x(span.from)
  const bar = Math.max(3, x(span.to) - left)
  const need = text.length * 6.8
  const on = need + 12 < bar
  const after = !on && left + bar + need + 8 < props.width
  const y = 24 + props.row * rowHeight
  const place = on ? left + 8 : after ? left + bar + 8 : left - 6
  return html`<g><rect class=${looks[span.what]} x=${left} y=${y} width=${bar} height="22" rx="6" />
    <text class=${on && span.what === 'message' ? 'hears-text on' : 'hears-text'} x=${place}
      y=${y + 15}
      text-anchor=${on || after ? 'start' : 'end'}>${text}</text></g>`
}

function Step(props: { readonly text: string; readonly children?: ComponentChildren }): VNode {
  return html`<li><span>${props.text}</span> ${props.children}</li>`
}

function Steps(props: { readonly settings: SettingsReply }): VNode {
  const { calls, audio: chosen } = props.settings
  const { language } = calls
  const own = (id: string | null) => audio.value?.audio.find((each) => each.id === id)
  const music = own(chosen.musicId)
  const greeting = own(chosen.greetingId)
  const tone = calls.ringback === 'music' && music === undefined ? 'operator' : calls.ringback
  const rings = !calls.voicemail || calls.voicemailAfterSeconds > 0
  return html`<ol class="hears-steps">
    ${rings && html`<${Step}
      text=${t(`hears.plays.${tone}`, { name: music === undefined ? '' : audioName(music) })}>
      ${tone === 'music' && music !== undefined && html`<${SoundButton} key=${music.id}
        label=${audioName(music)}
        durationMs=${music.durationMs} link=${() => accountApi.audioLink(music.id)} />`}
      ${tone === 'operator' && html`<${SoundButton} label=${t('hears.operatorSound')}
        link=${promptLink(language, 'ringback')} />`}<//>`}
    ${calls.recordCalls && calls.recordConsent && html`<${Step}
      text=${t('hears.consent')}><${SoundButton}
      key=${language} label=${t('hears.consentSound')}
        link=${promptLink(language, 'consent')} /><//>`}
    ${calls.voicemail ? html`<${Step}
      text=${t(calls.voicemailAfterSeconds === 0 ? 'hears.mailAtOnce' : 'hears.mailAfter',
        { n: calls.voicemailAfterSeconds })}>${greeting === undefined
        ? html`<${SoundButton} key=${language} label=${t('audio.kind.greetingStandard')}
          link=${promptLink(language, 'greeting')} />`
        : html`<${SoundButton} key=${greeting.id} label=${audioName(greeting)}
          durationMs=${greeting.durationMs}
          link=${() => accountApi.audioLink(greeting.id)} />`}<//>`
      : html`<${Step} text=${t('hears.noMail')}><${SoundButton} key=${language}
        label=${t('hears.unavailableSound')}
        link=${promptLink(language, 'unavailable')} /><//>`}
    ${calls.voicemail && html`<${Step}
      text=${t('hears.leaves', { length: messageWords(calls.messageSeconds) })} />`}</ol>`
}

/** The rule whose phones ring the longest beyond the start of voicemail, as the server found it. */
export function mailTooEarly(): { readonly name: string; readonly seconds: number } | undefined {
  const found = (overview.value?.rules ?? []).flatMap((rule) => rule.enabled ? rule.warnings
    .filter((each) => each.code === 'voicemailTooEarly')
    .map((each) => ({ name: rule.name, seconds: Number(each.details['ruleSeconds']) })) : [])
  return found.sort((a, b) => b.seconds - a.seconds)[0]
}

/** The card beside the tab «Звонки». */
export function CallerHears(props: { readonly settings: SettingsReply }): VNode {
  const { calls, audio: chosen } = props.settings
  const own = audio.value?.audio.find((each) => each.id === chosen.greetingId)
  const seconds = own === undefined ? standardGreetingSeconds : own.durationMs / 1000
  const early = mailTooEarly()
  return html`<aside class="set-aside" aria-label=${t('hears.title')}><div class="card hears">
      <h2>${t('hears.title')}</h2><${Picture} calls=${calls} greetingSeconds=${seconds} />
      <${Steps} settings=${props.settings} />
      ${early !== undefined && html`<p
        class="small soft">${t('hears.early', { name: early.name, n: early.seconds })}</p>`}</div>
    <p class="small soft">${t('hears.when')}</p></aside>`
}
