/**
 * The picture of a sound and the way to a place in it: a canvas with one line of bars per channel,
 * coloured as far as it was played, that is a slider for keyboard and screen reader. Without peaks
 * a plain line.
 */
import { useComputed, useSignalEffect } from '@preact/signals'
import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import type { Peaks } from '../src/api/schema-media.ts'
import { theme } from './device.ts'
import { duration } from './format.ts'
import { html } from './html.ts'
import type { Sound } from './sound.ts'
import { t } from './text.ts'
import { columnsOf } from './waveform-shape.ts'
import { useWidth } from './width.ts'
import './text-insight-ru.ts'

export interface Channel {
  /** Who is heard in it; '' for a sound of one channel. */
  readonly name: string
  readonly look: 'caller' | 'callee' | 'mail'
  readonly peaks: Peaks
}

/** Roles of colour (design §2.1) that the channels are drawn in. */
const roles: Readonly<Record<Channel['look'], string>> = {
  caller: '--link', callee: '--ok-fill', mail: '--mail',
}
/** A bar and the gap behind it, CSS pixels. */
const barPx = 2
const stepPx = 3

interface Picture {
  readonly channels: readonly Channel[]
  readonly width: number
  readonly rowHeight: number
  /** Played so far, 0–1. */
  readonly part: number
}

function draw(canvas: HTMLCanvasElement, picture: Picture): void {
  const { channels, width, rowHeight, part } = picture
  const scale = devicePixelRatio
  const height = rowHeight * channels.length
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  const pen = canvas.getContext('2d')
  if (pen === null || width === 0) return
  pen.scale(scale, scale)
  const style = getComputedStyle(canvas)
  const forced = matchMedia('(forced-colors: active)').matches
  const colour = (role: string, plain: string): string =>
    forced ? plain : style.getPropertyValue(role)
  const played = part * width
  for (const [row, channel] of channels.entries()) {
    const middle = rowHeight * (row + 0.5)
    const columns = columnsOf(channel.peaks, Math.max(1, Math.floor(width / stepPx)))
    const bars = columns.length > 0 ? columns : undefined
    const paint = (from: number, to: number): void => {
      if (bars === undefined) {
        pen.fillRect(from, middle - 1, to - from, 2)
        return
      }
      for (let at = Math.ceil(from / stepPx); at * stepPx < to && at < bars.length; at += 1) {
        // A square root: what is half as loud does not look half as tall.
        const half = Math.max(1, Math.sqrt(bars[at] ?? 0) * (rowHeight / 2 - 2))
        pen.fillRect(at * stepPx, middle - half, barPx, half * 2)
      }
    }
    pen.fillStyle = colour('--wave-rest', 'GrayText')
    paint(played, width)
    pen.fillStyle = colour(roles[channel.look], 'CanvasText')
    paint(0, played)
  }
  if (part > 0 && channels.length > 1) {
    pen.fillStyle = colour('--ink', 'CanvasText')
    pen.fillRect(Math.min(width - 2, played - 1), 0, 2, height)
  }
}

function useSeeking(sound: Sound): Record<string, (event: PointerEvent) => void> {
  const held = useRef(false)
  const seek = (event: PointerEvent): void => {
    const box = (event.currentTarget as Element).getBoundingClientRect()
    sound.seek((event.clientX - box.left) / box.width * sound.durationMs.value)
  }
  return {
    onPointerDown: (event) => {
      if (event.button !== 0) return
      held.current = true
      ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
      seek(event)
    },
    onPointerMove: (event) => { if (held.current) seek(event) },
    onPointerUp: () => { held.current = false },
    onPointerCancel: () => { held.current = false },
  }
}

/** The waveform; `rowHeight` in CSS pixels is that of one channel. Its keys are the player's. */
export function Waveform(props: {
  readonly sound: Sound; readonly channels: readonly Channel[]; readonly rowHeight: number
}): VNode {
  const { sound, channels, rowHeight } = props
  const { ref, width } = useWidth()
  const canvas = useRef<HTMLCanvasElement>(null)
  const seconds = useComputed(() => Math.floor(sound.positionMs.value / 1000))
  // The picture follows the signals by itself: the component need not be drawn 60 times a second.
  const drawNow = useRef(() => {})
  drawNow.current = () => {
    const all = sound.durationMs.value
    const part = all === 0 ? 0 : Math.min(1, sound.positionMs.value / all)
    if (canvas.current !== null) draw(canvas.current, { channels, width, rowHeight, part })
  }
  useSignalEffect(() => {
    void [theme.value, sound.positionMs.value, sound.durationMs.value]
    drawNow.current()
  })
  const all = Math.round(sound.durationMs.value / 1000)
  return html`<div ref=${ref} class="waveform" role="slider" tabIndex=${0}
    aria-label=${t('player.position')} aria-valuemin="0" aria-valuemax=${all}
    aria-valuenow=${Math.min(all, seconds.value)}
    aria-valuetext=${t('player.of', { at: duration(seconds.value), all: duration(all) })}
    ...${useSeeking(sound)}><${Canvas} canvas=${canvas} width=${width}
    height=${rowHeight * channels.length} channels=${channels} draw=${drawNow} /></div>`
}

/** The element itself: drawn when its size or its peaks change. */
function Canvas(props: {
  readonly canvas: { current: HTMLCanvasElement | null }; readonly width: number
  readonly height: number; readonly channels: readonly Channel[]
  readonly draw: { readonly current: () => void }
}): VNode {
  const drawn = (element: HTMLCanvasElement | null): void => {
    props.canvas.current = element
    if (element === null) return
    element.style.height = `${props.height}px`
    element.style.width = `${props.width}px`
    props.draw.current()
  }
  return html`<canvas ref=${drawn} aria-hidden="true"></canvas>`
}
