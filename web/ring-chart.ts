/**
 * The ring chart: rows are phones, the axis is seconds from the first ring. Pale orange rings, green
 * talks, the end stands as a word after the bar, rule names run below.
 */
import type { VNode } from 'preact'
import { duration, phoneName } from './format.ts'
import { html } from './html.ts'
import { foldCycles, layoutRingChart } from './ring-chart-layout.ts'
import type { MailRow, RingChart as Layout, RingRow, RungCall } from './ring-chart-layout.ts'
import { known, t } from './text.ts'
import { useWidth } from './width.ts'
import './text-calls-ru.ts'

const rowHeight = 26
const headHeight = 22
/** A chart narrower than this, CSS pixels, has fewer marks and a narrower column of names. */
const narrowPx = 420

function endWord(row: RingRow): string {
  const key = `leg.${row.leg.outcome}`
  const word = known(key) ? t(key) : row.leg.outcome
  return row.times > 1 ? `${word}, × ${row.times}` : word
}

/** A name that fits left of the bars; the whole one is in the accessible text. */
function shortName(leg: RingRow['leg'], letters: number): string {
  const name = phoneName(leg)
  return name.length > letters ? `${name.slice(0, letters - 1)}…` : name
}

function spoken(row: RingRow): string {
  const name = phoneName(row.leg)
  if (row.ringTo <= row.ringFrom && row.talk === undefined) {
    return t('ring.rowNone', { name, end: endWord(row) })
  }
  return t('ring.row', {
    name, end: endWord(row), from: Math.round(row.ringFrom), to: Math.round(row.ringTo),
  })
}

function Row(props: { readonly row: RingRow; readonly at: number; readonly x: (seconds: number) => number
  readonly letters: number
}): VNode {
  const { row, at, x } = props
  const y = headHeight + at * rowHeight + 4
  const width = Math.max(row.ringTo > row.ringFrom ? 3 : 0, x(row.ringTo) - x(row.ringFrom))
  const talkWidth = row.talk === undefined ? 0 : Math.max(4, x(row.talk.to) - x(row.talk.from))
  const askedWidth = row.asked === undefined ? 0 : Math.max(3, x(row.asked.to) - x(row.asked.from))
  const talkText = row.talk === undefined ? '' : talkWidth > 110
    ? t('ring.talk', { time: duration(row.talk.seconds) }) : duration(row.talk.seconds)
  return html`<g role="img" aria-label=${spoken(row)}>
    <text class=${row.talk === undefined ? 'ring-phone' : 'ring-phone strong'} x="0" y=${y + 13}>${
      shortName(row.leg, props.letters)}</text>
    ${width > 0 && html`<rect class="bar waits" x=${x(row.ringFrom)} y=${y} width=${width}
      height="18" rx="4" />`}
    ${row.asked !== undefined && html`<rect class="bar asked" x=${x(row.asked.from)} y=${y}
      width=${askedWidth} height="18" rx="4" />`}
    ${row.talk !== undefined && html`<rect class="bar talk" x=${x(row.talk.from)} y=${y}
      width=${talkWidth}
      height="18" rx="4" />`}
    ${row.talk !== undefined && talkWidth > 34 ? html`<text class="talk-text"
      x=${x(row.talk.from) + 8}
        y=${y + 13}>${talkText}</text>`
      : html`<text class="ring-end" x=${x(row.ringTo) + talkWidth + askedWidth + 7}
        y=${y + 13}>${endWord(row)}</text>`}</g>`
}

function Mail(props: {
  readonly mail: MailRow; readonly y: number; readonly x: (seconds: number) => number
}): VNode {
  const { mail, x, y } = props
  return html`<g role="img" aria-label=${t('ring.mail', { n: Math.round(mail.from) })}>
    <text class="ring-phone" x="0" y=${y + 13}>${t('leg.mail')}</text>
    <rect class="bar mail" x=${x(mail.from)} y=${y} width=${Math.max(4, x(mail.to) - x(mail.from))}
      height="18" rx="4" /></g>`
}

function Picture(props: { readonly layout: Layout; readonly width: number }): VNode {
  const { layout, width } = props
  const nameWidth = width >= narrowPx ? 124 : layout.mail === undefined ? 96 : 114
  const plot = Math.max(120, width - nameWidth - 70)
  const x = (seconds: number): number => nameWidth + seconds / layout.axisSeconds * plot
  const bottom = headHeight + (layout.rows.length + Number(layout.mail !== undefined)) * rowHeight
  const named = layout.rules.some((rule) => rule.name !== '')
  return html`<svg width=${width} height=${bottom + (named ? 22 : 4)} class="ring-chart">
    ${layout.ticks.map((tick) => html`<g key=${tick} aria-hidden="true">
      <line class="grid-line" x1=${x(tick)} x2=${x(tick)} y1="16" y2=${bottom} />
      <text class="axis" x=${x(tick)} y="11"
        text-anchor="middle">${t('ring.seconds', { n: tick })}</text></g>`)}
    ${layout.rows.map((row, at) => html`<${Row} key=${row.leg.id} row=${row} at=${at} x=${x}
      letters=${width < narrowPx ? 11 : 16} />`)}
    ${layout.mail !== undefined && html`<${Mail} mail=${layout.mail} x=${x}
      y=${headHeight + layout.rows.length * rowHeight + 4} />`}
    ${named && html`<g><text class="ring-rule" x="0" y=${bottom + 15}>${t('ring.rule')}</text>
      ${layout.rules.map((rule, at) => {
        const room = (layout.rules[at + 1] === undefined ? width : x(layout.rules[at + 1]?.at ?? 0)) - x(rule.at)
        const text = rule.name === '' ? t('ring.default') : rule.name
        const letters = Math.max(1, Math.floor(room / 7) - 1)
        return html`<text key=${at} class="ring-rule" x=${x(rule.at)}
          y=${bottom + 15}><title>${text}</title>${
          text.length > letters ? `${text.slice(0, letters - 1)}…` : text}</text>`
      })}</g>`}</svg>`
}

/**
 * The chart of one call; `nowMs` is milliseconds after its start, for a call that lives. `mail`: when
 * voicemail had it, milliseconds after its start.
 */
export function RingChart(props: {
  readonly call: RungCall; readonly nowMs: number
  readonly mail?: { readonly fromMs: number; readonly toMs: number } | undefined
}): VNode {
  const { ref, width } = useWidth()
  const { call, mail } = props
  const layout = foldCycles(layoutRingChart(call, props.nowMs, width < narrowPx ? 4 : 7, mail))
  return html`<div class="ring-box" ref=${ref}>${call.legs.length === 0 && mail === undefined
    ? html`<p class="soft">${t('ring.nothing')}</p>`
    : width > 0 && html`<${Picture} layout=${layout} width=${width} />`}</div>`
}
