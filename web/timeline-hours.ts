/**
 * The hours of one bar as an action with undo, and as two fields in its popover: what dragging an
 * end does with the mouse.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { RuleReply } from '../src/api/schema.ts'
import { api } from './api.ts'
import { change } from './changes.ts'
import { Button } from './controls.ts'
import { spokenTime } from './format.ts'
import { html } from './html.ts'
import { overview, zone } from './state.ts'
import { t } from './text.ts'
import { TimeInput } from './time-input.ts'
import { hoursOfBar, requestWithHours } from './timeline-edit.ts'
import type { Hours, HoursPlace } from './timeline-edit.ts'
import './text-home-ru.ts'

/** Gives a rule other hours in one place; undo puts the old ones back. */
export function changeHours(rule: RuleReply, place: HoursPlace, hours: Hours): Promise<boolean> {
  const current = (): RuleReply => overview.value?.rules.find((each) => each.id === rule.id) ?? rule
  return change(() => api.changeRule(rule.id, requestWithHours(rule, place, hours)), {
    text: t('rule.hoursSet', { name: rule.name, from: spokenTime(hours.from), to: spokenTime(hours.to) }),
    undo: () => api.changeRule(rule.id, requestWithHours(current(), place, place.hours)),
  })
}

/** Two fields for the hours of a bar; nothing where they stem from more than one place. */
export function BarHours(props: {
  readonly rule: RuleReply; readonly bar: { readonly from: number; readonly to: number }
  readonly onDone: () => void
}): VNode | null {
  const place = hoursOfBar(props.rule, props.bar, zone.value)
  const [typed, setTyped] = useState<Hours | undefined>(undefined)
  if (place === undefined) return null
  const hours = typed ?? place.hours
  const changed = hours.from !== place.hours.from || hours.to !== place.hours.to
  const save = (event: Event): void => {
    event.preventDefault()
    if (!changed) return
    props.onDone()
    void changeHours(props.rule, place, hours)
  }
  return html`<form class="bar-hours" onSubmit=${save} aria-label=${t('timeline.hours')}>
    <${TimeInput} label=${t('timeline.hoursFrom')} minute=${hours.from}
      onChange=${(from: number) => setTyped({ ...hours, from })} />
    <span aria-hidden="true">–</span>
    <${TimeInput} label=${t('timeline.hoursTo')} minute=${hours.to} end=${true}
      onChange=${(to: number) => setTyped({ ...hours, to })} />
    <${Button} small=${true} type="submit" disabled=${!changed}>${t('timeline.setHours')}<//></form>`
}
