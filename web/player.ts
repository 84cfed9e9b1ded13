/**
 * The player: play and pause, waveform, time, speed, pauses passed over, download. Space plays, ← →
 * go 5 s, with Shift 15 s, Home and End to the ends. Nothing is fetched before it is wanted.
 */
import { useComputed } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { LinkReply } from '../src/api/schema-media.ts'
import { problemText } from './api.ts'
import { Segmented, Switch } from './controls.ts'
import { phone } from './device.ts'
import { duration } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { chooseSkipping, chooseSpeed, skipPauses, Sound, speed, speeds } from './sound.ts'
import { noteFault } from './state.ts'
import { number, t } from './text.ts'
import { showToast } from './toast.ts'
import { Waveform } from './waveform.ts'
import type { Channel } from './waveform.ts'
import { pausesOf } from './waveform-shape.ts'
import './text-insight-ru.ts'

export interface PlayerProps {
  /** Name of the whole for screen readers. */
  readonly label: string
  readonly durationMs: number
  /** Two for a conversation, one otherwise. */
  readonly channels: readonly Channel[]
  /** A short-lived link; `download` for one that is to be kept. */
  readonly link: (download: boolean) => Promise<LinkReply>
  /** It begins to sound for the first time. */
  readonly onHeard?: () => void
  /** The focus goes to the button when the player appears: Space plays. */
  readonly focus?: boolean
  /** The keys are told beside it. */
  readonly keys?: boolean
}

const stepMs = 5000
const longStepMs = 15_000

/** Where a key leads, milliseconds; undefined: it is not ours. */
export function keyTarget(
  key: string, shift: boolean, atMs: number, allMs: number,
): number | undefined {
  const step = shift ? longStepMs : stepMs
  switch (key) {
    case 'ArrowLeft': case 'ArrowDown': return Math.max(0, atMs - step)
    case 'ArrowRight': case 'ArrowUp': return Math.min(allMs, atMs + step)
    case 'Home': return 0
    case 'End': return allMs
    default: return undefined
  }
}

function onKey(event: KeyboardEvent, sound: Sound): void {
  const target = event.target
  if (!(target instanceof Element) || event.ctrlKey || event.metaKey || event.altKey) return
  // In the choice of speed arrows choose; a button has Space for itself.
  if (target.closest('[role="radiogroup"]') !== null) return
  if (event.key === ' ') {
    if (target.closest('button, a') !== null) return
    event.preventDefault()
    sound.toggle()
    return
  }
  const to = keyTarget(event.key, event.shiftKey, sound.positionMs.value, sound.durationMs.value)
  if (to === undefined) return
  event.preventDefault()
  sound.seek(to)
}

/** Lets the browser keep a file behind a link made for it. */
async function download(link: PlayerProps['link']): Promise<void> {
  try {
    const { url } = await link(true)
    const anchor = document.createElement('a')
    anchor.href = url
    anchor.download = ''
    anchor.click()
  } catch (fault) {
    noteFault(fault)
    showToast({ text: problemText(fault), bad: true })
  }
}

function times(value: number): string {
  return t('player.times', { n: number(value) })
}

function Speed(): VNode {
  if (!phone.value) {
    return html`<${Segmented} label=${t('player.speed')} value=${String(speed.value)}
      options=${speeds.map((each) => ({ value: String(each), text: times(each) }))}
      onChange=${(value: string) => chooseSpeed(Number(value))} />`
  }
  const next = speeds[(speeds.findIndex((each) => each === speed.value) + 1) % speeds.length] ?? 1
  return html`<button type="button" class="plain speed" onClick=${() => chooseSpeed(next)}
    aria-label=${`${t('player.speed')} ${times(speed.value)}`}>${times(speed.value)}</button>`
}

function PlayButton(props: { readonly sound: Sound; readonly focus: boolean }): VNode {
  const { sound } = props
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => { if (props.focus) button.current?.focus({ preventScroll: true }) }, [])
  const on = sound.playing.value
  return html`<button ref=${button} type="button" class="play"
    aria-label=${t(on ? 'player.pause' : 'player.play')} onClick=${() => sound.toggle()}>
    ${sound.loading.value && !on ? html`<span class="spinner" aria-hidden="true"></span>`
      : html`<${Icon} name=${on ? 'pause' : 'play'} size=${20} />`}</button>`
}

function Time(props: { readonly sound: Sound }): VNode {
  const { sound } = props
  const at = useComputed(() => Math.floor(sound.positionMs.value / 1000))
  return html`<span class="player-time"><span>${duration(at.value)}</span>${' '}<span
    class="soft">${t('player.all', { all: duration(sound.durationMs.value / 1000) })}</span></span>`
}

/** The player of one sound; give it a `key` of the sound, so that another one starts anew. */
export function Player(props: PlayerProps): VNode {
  const { channels, durationMs, link, label } = props
  const latest = useRef(props)
  latest.current = props
  const pauses = useMemo(() => pausesOf(channels.map((each) => each.peaks), durationMs), [channels])
  const stretches = useRef(pauses)
  stretches.current = pauses
  const [sound] = useState(() => new Sound({
    durationMs, pauses: () => stretches.current, link: (keep) => latest.current.link(keep),
    onHeard: () => latest.current.onHeard?.(),
  }))
  useEffect(() => () => sound.dispose(), [])
  const two = channels.length > 1
  const named = two && !phone.value
  return html`<div class=${two ? 'player two' : 'player'} role="group" aria-label=${label}
    onKeyDown=${(event: KeyboardEvent) => onKey(event, sound)}>
    <${PlayButton} sound=${sound} focus=${props.focus === true} />
    <div class="player-wave">${two && html`<ul
      class=${named ? 'player-names' : 'visually-hidden'}>${
      channels.map((each) => html`<li key=${each.look} title=${each.name}>${each.name}</li>`)}
        </ul>`}
      <${Waveform} sound=${sound} channels=${channels}
        rowHeight=${two ? (phone.value ? 24 : 34) : 44} /></div>
    <div class="player-tools"><${Time} sound=${sound} /><${Speed} />
      ${pauses.length > 0 && html`<label class="player-skip"><span class="small">${t('player.skip')}
        </span>
        <${Switch} on=${skipPauses.value} label=${t('player.skip')}
          onChange=${() => chooseSkipping(!skipPauses.value)} /></label>`}
      ${props.keys === true && !phone.value && html`<span class="player-keys caption"><kbd>${
        t('player.keySpace')}</kbd> ${t('player.keyPause')} · <kbd>←</kbd> <kbd>→</kbd> ${
        t('player.keyStep')}</span>`}
      <button type="button" class="link player-download" onClick=${() => void download(link)}>
        <${Icon} name="download" size=${16} />${t('player.download')}</button></div>
    ${sound.fault.value !== undefined && html`<p class="below bad" role="alert"><${Icon}
      name="alert"
      size=${15} /><span>${sound.fault.value}</span></p>`}</div>`
}
