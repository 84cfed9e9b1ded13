/**
 * The four kinds of day of the production calendar as chips: working, short, day off, holiday.
 */
import type { VNode } from 'preact'
import { html } from './html.ts'
import type { DayKind } from './hours-form.ts'
import { t } from './text.ts'
import './text-rules-ru.ts'

export const dayKinds: readonly DayKind[] = ['working', 'short', 'dayOff', 'holiday']

/** Chips of the four kinds of day; none chosen is no limit. */
export function DayKinds(props: {
  readonly chosen: readonly DayKind[]; readonly onChange: (kinds: readonly DayKind[]) => void
}): VNode {
  const toggle = (kind: DayKind): void => props.onChange(
    dayKinds.filter((each) => (each === kind) !== props.chosen.includes(each)))
  return html`<div class="chips" role="group" aria-label=${t('editor.dayKinds')}>
    <button type="button" class="chip" aria-pressed=${String(props.chosen.length === 0)}
      onClick=${() => props.onChange([])}>${t('editor.anyDay')}</button>
    ${dayKinds.map((kind) => html`<button type="button" key=${kind} class="chip"
      aria-pressed=${String(props.chosen.includes(kind))}
      onClick=${() => toggle(kind)}>${t(`when.kind.${kind}`)}</button>`)}</div>`
}
