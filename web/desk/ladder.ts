/**
 * The SIP ladder of a call as a picture: columns for trunk, server and phones, an arrow for each
 * message, the time at the right. Each arrow is a button that opens the message as it was.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { LadderMessage, LadderReply } from '../../src/api/schema-live.ts'
import { Button } from '../controls.ts'
import { Dialog } from '../dialog.ts'
import { formatPhone } from '../format.ts'
import { html } from '../html.ts'
import { locale } from '../text.ts'
import { showToast } from '../toast.ts'
import { useWidth } from '../width.ts'
import { arrowLabel, headPx, layoutLadder, rowPx } from './ladder-layout.ts'
import type { Arrow, Column, Layout } from './ladder-layout.ts'
import { t } from './words.ts'

/** «0,733 с» */
export function seconds(ms: number): string {
  const text = new Intl.NumberFormat(locale(), {
    minimumFractionDigits: 3, maximumFractionDigits: 3,
  }).format(ms / 1000)
  return t('ladder.seconds', { n: text })
}

function laneName(column: Column): string {
  const { lane } = column
  if (lane.id === 'server') return t('ladder.server')
  return lane.name || formatPhone(lane.address) || t('ladder.caller')
}

const letterPx = 7

function Head(props: {
  readonly column: Column; readonly height: number; readonly gap: number }): VNode {
  const name = laneName(props.column)
  const letters = Math.max(6, Math.floor((props.gap - 24) / letterPx))
  const shown = name.length > letters ? `${name.slice(0, letters - 1)}…` : name
  const width = Math.max(60, shown.length * letterPx + 22)
  const { x } = props.column
  return html`<g class="lane"><title>${name}</title>
    <line x1=${x} x2=${x} y1=${headPx - 8} y2=${props.height} />
    <rect x=${x - width / 2} y="0" width=${width} height="26" rx="6" />
    <text x=${x} y="17" text-anchor="middle">${shown}</text></g>`
}

function spoken(arrow: Arrow, layout: Layout): string {
  const at = (x: number): string => {
    const column = layout.columns.find((one) => one.x === x)
    return column === undefined ? '' : laneName(column)
  }
  return t('ladder.spoken', {
    what: arrowLabel(arrow.message), from: at(arrow.from), to: at(arrow.to),
    at: seconds(arrow.message.atMs),
  })
}

function ArrowRow(props: {
  readonly arrow: Arrow; readonly layout: Layout; readonly onOpen: () => void
}): VNode {
  const { arrow, layout } = props
  const { from, to, y, look, message } = arrow
  const left = to < from
  const tip = left ? to + 2 : to - 2
  const back = left ? 6 : -6
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    props.onOpen()
  }
  return html`<g class=${`arrow ${look}`} role="button" tabindex="0"
    aria-label=${spoken(arrow, layout)}
    onClick=${props.onOpen} onKeyDown=${onKey}>
    <rect class="band" x="0" y=${y - rowPx / 2 - 4} width=${layout.width} height=${rowPx} rx="6" />
    <text class="arrow-label" x=${(from + to) / 2} y=${y - 5} text-anchor="middle">${
      arrowLabel(message)}</text>${' '}
    <path d=${`M${from + (left ? -2 : 2)} ${y}H${tip}`} />
    <path class="tip" d=${`M${tip + back} ${y - 4}L${tip} ${y}L${tip + back} ${y + 4}`} />
    <text class="arrow-time" x=${layout.timeX} y=${y + 2} text-anchor="end">${
      seconds(message.atMs)}</text></g>`
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    showToast({ text: t('ladder.copied') })
  } catch {
    showToast({ text: t('ladder.notCopied'), bad: true })
  }
}

function Raw(props: { readonly message: LadderMessage; readonly onClose: () => void }): VNode {
  const { message } = props
  return html`<${Dialog} wide=${true} label=${arrowLabel(message)} onClose=${props.onClose}>
    <div class="popover-head"><h2>${arrowLabel(message)}</h2><span class="soft">${
      seconds(message.atMs)}</span>
      <${Button} kind="quiet" icon="close" label=${t('common.close')}
        onClick=${props.onClose} /></div>
    ${!message.exact && html`<p class="small soft">${t('ladder.ordered')}</p>`}
    ${message.text === '' ? html`<p class="soft">${t('ladder.noText')}</p>`
      : html`<pre class="raw" tabindex="0">${message.text}</pre>`}
    <div class="dialog-actions"><${Button} icon="copy" disabled=${message.text === ''}
      onClick=${() => void copy(message.text)}>${t('ladder.copy')}<//></div><//>`
}

/** The picture; `quiet` hides 100 and ACK (already left out of `messages`). */
export function Ladder(props: {
  readonly ladder: LadderReply; readonly messages: readonly LadderMessage[]
}): VNode {
  const { ref, width } = useWidth()
  const [open, setOpen] = useState<LadderMessage | undefined>(undefined)
  const layout = layoutLadder(props.ladder.lanes, props.messages, Math.max(width, 280))
  const gap = (layout.columns[1]?.x ?? 0) - (layout.columns[0]?.x ?? 0)
  return html`<div class="ladder" ref=${ref} tabindex="0" role="group"
    aria-label=${t('ladder.title')}>
    ${width > 0 && html`<svg width=${layout.width} height=${layout.height}
      viewBox=${`0 0 ${layout.width} ${layout.height}`}>
      ${layout.columns.map((column) => html`<${Head} key=${column.id} column=${column} gap=${gap}
        height=${layout.height} />`)}
      ${layout.arrows.map((arrow) => html`<${ArrowRow} key=${arrow.message.n} arrow=${arrow}
        layout=${layout} onOpen=${() => setOpen(arrow.message)} />`)}</svg>`}
    ${open !== undefined && html`<${Raw} message=${open}
      onClose=${() => setOpen(undefined)} />`}</div>`
}
