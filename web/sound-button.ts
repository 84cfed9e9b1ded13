/**
 * A sound behind one small button: «Прослушать», and «Остановить» while it sounds. For sentences
 * and greetings, which need no place to seek; recordings have the player.
 */
import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { LinkReply } from '../src/api/schema-media.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { Sound } from './sound.ts'
import { t } from './text.ts'
import './text-account-ru.ts'

/** The button; `label` says what is heard, give it a `key` of the sound. */
export function SoundButton(props: {
  readonly label: string; readonly link: () => Promise<LinkReply>; readonly durationMs?: number
}): VNode {
  const link = useRef(props.link)
  link.current = props.link
  const [sound] = useState(() => new Sound({
    durationMs: props.durationMs ?? 0, pauses: () => [], link: () => link.current(),
  }))
  useEffect(() => () => sound.dispose(), [])
  const on = sound.playing.value || sound.loading.value
  const text = t(on ? 'sound.stop' : 'sound.hear')
  const toggle = (): void => {
    if (on) {
      sound.pause()
      sound.seek(0)
    } else void sound.play()
  }
  return html`<span class="sound-button"><button type="button" class="link"
    aria-label=${`${text}: ${props.label}`} onClick=${toggle}>
    <${Icon} name=${on ? 'pause' : 'play'} size=${15} />${text}</button>
    ${sound.fault.value !== undefined && html`<span class="small bad-text"
      role="alert">${sound.fault.value}</span>`}</span>`
}
