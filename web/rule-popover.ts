/**
 * What a bar opens: the rule's state, times, phones and next step, with Изменить, Выключить,
 * Удалить and the order. On a phone a sheet from below.
 */
import type { VNode } from 'preact'
import type { RuleReply } from '../src/api/schema.ts'
import { moveRule, switchRule } from './changes.ts'
import { Button, LinkButton, Switch } from './controls.ts'
import { askDelete } from './delete-rule.ts'
import { phone } from './device.ts'
import { Popover } from './dialog.ts'
import { formatDate, formatPhone, spokenTime } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { scheduleShort } from './schedule-words.ts'
import { modeWords, nextWords, spokenRule } from './sentence.ts'
import { me, numbers, overview, picture, zone } from './state.ts'
import { capital } from './format.ts'
import { t } from './text.ts'
import { BarHours } from './timeline-hours.ts'
import type { TimelineBar } from './timeline-layout.ts'
import { localTime } from './zone.ts'
import './text-home-ru.ts'

/** The tag of a rule's state; `quiet` leaves out «включено», where a switch says it already. */
export function StateTag(props: {
  readonly rule: RuleReply; readonly quiet?: boolean
}): VNode | null {
  const { rule } = props
  const acts = overview.value?.acts.kind === 'rule' && overview.value.acts.ruleId === rule.id
  if (!rule.enabled) return html`<span class="tag off">${t('rule.state.off')}</span>`
  if (acts) return html`<span class="tag now">${t('rule.state.acts')}</span>`
  return props.quiet === true ? null : html`<span class="tag">${t('rule.state.waits')}</span>`
}

/** Where this bar loses to a higher rule, one line each, three at most. */
function Yields(props: { readonly bar: TimelineBar }): VNode | null {
  const data = picture.value
  const bar = data?.bars.find((each) =>
    each.ruleId === props.bar.ruleId && each.from === props.bar.from)
  if (data === undefined || bar === undefined || bar.lost.length === 0) return null
  return html`<ul class="yields">${bar.lost.slice(0, 3).map((each) => {
    const start = localTime(each.from, zone.value)
    return html`<li key=${each.from}>${t('timeline.yields', {
      day: capital(formatDate(start.date, 'weekday')), from: spokenTime(start.minute),
      to: spokenTime(localTime(each.to, zone.value).minute || 1440),
      name: data.rules.find((rule) => rule.id === each.byRuleId)?.name ?? '',
    })}</li>`
  })}</ul>`
}

/** Whether who answers this phone is asked to press 1: by the rule, else by the number itself. */
function asksToPress(target: RuleReply['targets'][number]): boolean {
  const own = numbers.value?.find((each) => each.id === target.targetId)?.confirm
  return (target.confirm ?? own) === true
}

function Phones(props: { readonly rule: RuleReply }): VNode {
  return html`<ul class="popover-phones">${props.rule.targets.map((target, at) => html`<li
    key=${at}>
    <${Icon} name="phone" /><span class="strong">${target.description || formatPhone(target.address)}</span>
    ${target.description !== '' && html`<span
      class="soft num">${formatPhone(target.address)}</span>`}${asksToPress(target)
      && html`<span class="soft small press">${t('rule.pressOne')}</span>`}</li>`)}</ul>`
}

function Actions(props: { readonly rule: RuleReply; readonly onClose: () => void }): VNode {
  const { rule, onClose } = props
  const index = overview.value?.rules.findIndex((each) => each.id === rule.id) ?? 0
  const last = (overview.value?.rules.length ?? 1) - 1
  const order = html`<span class="order">
    <${Button} icon="up" label=${t('common.up')} disabled=${index === 0}
      onClick=${() => void moveRule(rule, index - 1)} />
    <${Button} icon="down" label=${t('common.down')} disabled=${index === last}
      onClick=${() => void moveRule(rule, index + 1)} /></span>`
  const remove = (): void => {
    onClose()
    askDelete(rule)
  }
  if (phone.value) {
    return html`<div><div class="sheet-switch"><span>${t(rule.enabled ? 'editor.enabled' : 'rule.state.off')}</span>
      <${Switch} on=${rule.enabled} label=${t('rule.switch', { name: rule.name })}
        onChange=${() => void switchRule(rule)} /></div>
      <div class="sheet-actions"><${LinkButton} kind="primary" href=${`/rules/${rule.id}`}>${
        t('common.edit')}<//>${order}
      <${Button} kind="danger" icon="trash" label=${t('common.delete')}
        onClick=${remove} /></div></div>`
  }
  return html`<div class="popover-actions">
    <${LinkButton} small=${true} icon="pencil" href=${`/rules/${rule.id}`}>${t('common.edit')}<//>
    <${Button} small=${true} onClick=${() => void switchRule(rule)}>${
      t(rule.enabled ? 'rule.turnOff' : 'rule.turnOn')}<//>${order}
    <${Button} small=${true} kind="danger quiet" icon="trash"
      onClick=${remove}>${t('common.delete')}<//>
  </div>`
}

export function RulePopover(props: {
  readonly ruleId: string; readonly bar: TimelineBar; readonly anchor: Element
  readonly onClose: () => void
}): VNode | null {
  const rule = overview.value?.rules.find((each) => each.id === props.ruleId)
  if (rule === undefined) return null
  const spoken = spokenRule(rule, me.value?.ringSeconds ?? 25)
  return html`<${Popover} anchor=${props.anchor} label=${rule.name} onClose=${props.onClose}>
    <div class="popover-head"><h3>${rule.name}</h3><${StateTag} rule=${rule} />
      <${Button} kind="quiet" small=${true} icon="close" label=${t('common.close')}
        onClick=${props.onClose} /></div>
    <p class="popover-times">${scheduleShort(spoken.blocks)} · ${modeWords(spoken)}</p>
    <${Yields} bar=${props.bar} /><${Phones} rule=${rule} />
    <p class="popover-next">${t('rule.noAnswer', { next: nextWords(spoken.next) })}</p>
    <${BarHours} rule=${rule} bar=${props.bar} onDone=${props.onClose} />
    <${Actions} rule=${rule} onClose=${props.onClose} /><//>`
}
