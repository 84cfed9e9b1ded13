/**
 * Alarms as people read them: what happened with its numbers, whom it concerns, and that somebody
 * has seen to it.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { DeskAlarm } from '../../src/api/schema-desk.ts'
import { Button } from '../controls.ts'
import { formatPhone, money } from '../format.ts'
import { html } from '../html.ts'
import { known, t as say } from '../text.ts'
import type { Values } from '../text.ts'
import { showToast } from '../toast.ts'
import { deskApi } from './api.ts'
import { peopleApi } from './api-people.ts'
import { ReasonDialog } from './reason.ts'
import { loadHome, maySave } from './state.ts'
import { moment } from './when.ts'
import { t } from './words.ts'
import './text-watch-ru.ts'

/** Facts as they stand in sentences: sums as money, addresses as telephone numbers. */
function factWords(details: DeskAlarm['details']): Values {
  return Object.fromEntries(Object.entries(details).map(([name, value]) => {
    if (typeof value === 'number' && name.endsWith('Kopecks')) return [name, money(value)]
    if (name === 'kopecks') return [name, money(Number(value))]
    if (name === 'address' || name === 'caller') return [name, formatPhone(String(value))]
    return [name, name === 'order' || name === 'number' ? String(value) : value]
  }))
}

/** What happened, in a sentence; a code without words is shown as it came. */
export function alarmText({ kind, details }: Pick<DeskAlarm, 'kind' | 'details'>): string {
  const code = String(details['fault'] ?? details['why'] ?? '')
  const percent = details['percent'] === 100 ? '100' : ''
  for (const key of [`alarm.${kind}.${code}${percent}`, `alarm.${kind}.${code}`]) {
    if (known(key)) return say(key, factWords(details))
  }
  const facts = Object.entries(factWords(details)).map(([name, value]) => `${name}: ${value}`)
  return facts.join(', ')
}

/** Calls of a stolen log-in must stop before somebody has read it all. */
function mayFreeze(alarm: DeskAlarm): boolean {
  return alarm.kind === 'fraud' && alarm.subscriber !== null && alarm.closedAt === null
    && alarm.details['percent'] !== 100
}

interface ItemProps {
  readonly alarm: DeskAlarm
  readonly onChanged: () => void
}

function Deeds(props: ItemProps): VNode {
  const { alarm } = props
  const [doing, setDoing] = useState<'close' | 'freeze' | undefined>(undefined)
  const close = (): void => setDoing(undefined)
  const freeze = async (reason: string): Promise<void> => {
    const { subscriber } = alarm
    if (subscriber === null) return
    const { status } = await peopleApi.card(subscriber.id)
    if (status !== 'frozen') {
      await peopleApi.status(subscriber.id, { was: status, status: 'frozen', reason })
    }
    showToast({ text: t('alarm.frozen', { name: subscriber.name }) })
    props.onChanged()
  }
  return html`<div class="alarm-deeds">${mayFreeze(alarm) && html`<${Button} small=${true}
      kind="danger" disabled=${!maySave.value} onClick=${() => setDoing('freeze')}>${
        t('alarm.freeze')}<//>`}
    <${Button} small=${true} disabled=${!maySave.value} onClick=${() => setDoing('close')}>${
      t('alarm.close')}<//>
    ${doing === 'close' && html`<${ReasonDialog} title=${t('alarm.closeTitle')}
      text=${alarmText(alarm)} action=${t('alarm.close')} busy=${t('common.saving')}
      label=${t('alarm.note')} placeholder=${t('alarm.noteExample')} optional=${true}
        maxLength=${500}
      onClose=${close} onDo=${async (note: string) => {
        await deskApi.closeAlarm(alarm.id, note)
        showToast({ text: t('alarm.closed') })
        void loadHome()
        props.onChanged()
      }} />`}
    ${doing === 'freeze' && html`<${ReasonDialog} danger=${true}
      title=${t('alarm.freezeTitle', { name: alarm.subscriber?.name ?? '' })}
      text=${t('alarm.freezeText')} action=${t('alarm.freeze')} busy=${t('common.saving')}
      onClose=${close} onDo=${freeze} />`}</div>`
}

function Item(props: ItemProps & { readonly of: boolean }): VNode {
  const { alarm } = props
  const key = `alarm.kind.${alarm.kind}`
  return html`<li class="alarm"><div class="alarm-words"><p><span
      class=${alarm.kind === 'fraud' ? 'tag bad' : 'tag warn'}>${known(key) ? say(key) : alarm.kind
    }</span> ${alarmText(alarm)}</p>
    <p class="small soft">${props.of && alarm.subscriber !== null && html`<a
      href=${`/desk/subscribers/${alarm.subscriber.id}`}>${alarm.subscriber.name}</a> `}
    ${alarm.times > 1 ? t('alarm.times', { n: alarm.times, first: moment(alarm.raisedAt),
      last: moment(alarm.lastAt) }) : moment(alarm.lastAt)}
    ${alarm.closedAt !== null && ` · ${alarm.closedBy === '' ? t('alarm.closedItself')
      : t('alarm.closedBy', { by: alarm.closedBy, at: moment(alarm.closedAt) })}`}</p>
    ${alarm.note !== '' && html`<p class="small pre">${alarm.note}</p>`}</div>
    ${alarm.closedAt === null && html`<${Deeds} alarm=${alarm}
      onChanged=${props.onChanged} />`}</li>`
}

/** A list of alarms; `of`: with the names of the subscribers. */
export function AlarmList(props: {
  readonly alarms: readonly DeskAlarm[]; readonly onChanged: () => void; readonly of?: boolean
}): VNode {
  return html`<ul class="alarms">${props.alarms.map((alarm) => html`<${Item} key=${alarm.id}
    alarm=${alarm} of=${props.of === true} onChanged=${props.onChanged} />`)}</ul>`
}
