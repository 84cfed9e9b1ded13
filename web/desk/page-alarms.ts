/**
 * «Тревоги»: what somebody of the operator has to look at, the latest first.
 */
import type { VNode } from 'preact'
import type { DeskAlarm, DeskAlarmsReply } from '../../src/api/schema-desk.ts'
import { Button, Empty, Segmented } from '../controls.ts'
import { html } from '../html.ts'
import { navigate, place } from '../router.ts'
import { known, t as say } from '../text.ts'
import { AlarmList } from './alarm-list.ts'
import { deskApi } from './api.ts'
import { usePaged } from './loaded.ts'
import { Head, Status } from './parts.ts'
import { t } from './words.ts'
import './text-people-ru.ts'
import './text-watch-ru.ts'

interface AlarmsPage extends DeskAlarmsReply { readonly rows: readonly DeskAlarm[] }

const everyMs = 15_000

function href(state: string, kind: string): string {
  const query = new URLSearchParams()
  if (state === 'closed') query.set('state', state)
  if (kind !== '') query.set('kind', kind)
  return `/desk/alarms${query.size === 0 ? '' : `?${query.toString()}`}`
}

/** The page. */
export function Alarms(): VNode {
  const state = place.value.query.get('state') === 'closed' ? 'closed' : 'open'
  const kind = place.value.query.get('kind') ?? ''
  const list = usePaged<DeskAlarm, AlarmsPage>(`${state}|${kind}`, async (before) => {
    const page = await deskApi.alarms({ state, kind, before })
    return { ...page, rows: page.alarms }
  }, { everyMs })
  const open = Object.entries(list.value?.open ?? {})
  const kindName = (code: string): string => {
    const key = `alarm.kind.${code}`
    return known(key) ? say(key) : code
  }
  return html`<div class="page"><${Head} title=${t('menu.alarms')} lead=${t('alarm.lead')} />
    <div class="desk-tabs"><${Segmented} label=${t('alarm.state')} value=${state}
      onChange=${(next: string) => navigate(href(next, kind), true)}
      options=${[{ value: 'open', text: t('alarm.open',
        { n: open.reduce((sum, [, count]) => sum + count, 0) }) },
      { value: 'closed', text: t('alarm.done') }]} />
      <div class="chips" role="group"
        aria-label=${t('alarm.kind')}>${open.map(([code, count]) => html`<button
        type="button" class="chip" key=${code} aria-pressed=${String(kind === code)}
        onClick=${() => navigate(href(state, kind === code ? '' : code),
          true)}>${kindName(code)} <span
          class="soft">${count}</span></button>`)}
        ${kind !== '' && !open.some(([code]) => code === kind) && html`<button type="button"
          class="chip" aria-pressed="true" onClick=${() => navigate(href(state, ''), true)}>${
            kindName(kind)}</button>`}</div></div>
    <${Status} of=${list} />
    ${list.value !== undefined && (list.rows.length === 0
      ? html`<${Empty} title=${t(state === 'open' ? 'alarm.empty' : 'alarm.emptyDone')}
        text=${t('alarm.emptyText')} />`
      : html`<div class="card"><${AlarmList} alarms=${list.rows} of=${true}
        onChanged=${() => void list.reload()} /></div>`)}
    ${list.more !== undefined && html`<div class="pages"><${Button} onClick=${list.more}
      busy=${list.loadingMore ? t('common.loading') : undefined}>${t('desk.more')}<//></div>`}</div>`
}
