/**
 * The card of one subscriber: who he is, his numbers, tariff and money, his last calls, what went
 * wrong, what colleagues noted. Each look is logged by the server.
 */
import type { VNode } from 'preact'
import type { DeskSubscriberCard } from '../../src/api/schema-desk.ts'
import { Button, Strip } from '../controls.ts'
import { duration, formatPhone, money } from '../format.ts'
import { html } from '../html.ts'
import { known, t as say } from '../text.ts'
import { AlarmList } from './alarm-list.ts'
import { peopleApi } from './api-people.ts'
import { CardAccess, CardData, CardNotes, CardNumbers, CardTariff } from './card-edit.ts'
import { MoneyButtons, StatusButtons } from './card-deeds.ts'
import { atOnce, useLoaded } from './loaded.ts'
import type { PageProps } from './pages.ts'
import { StatusTag } from './page-subscribers.ts'
import { Back, Facts, Head, Part, Status } from './parts.ts'
import { maySave } from './state.ts'
import { moment, shortMoment } from './when.ts'
import { t } from './words.ts'
import './text-people-ru.ts'
import './text-trade-ru.ts'

export interface CardProps {
  readonly card: DeskSubscriberCard
  /** The card as the server answered a change. */
  readonly onCard: (card: DeskSubscriberCard) => void
  readonly onReload: () => void
}

function wordOf(prefix: string, code: string): string {
  const key = `${prefix}.${code}`
  return known(key) ? say(key) : code
}

function Calls(props: CardProps): VNode {
  const { calls } = props.card
  return html`<${Part} title=${t('sub.calls')}>${calls.length === 0 ? html`<p class="soft">${
    t('sub.noCalls')}</p>` : html`<ul class="entries">${calls.map((call) => html`<li key=${call.id}>
      <a href=${`/desk/live/${call.id}`}>${shortMoment(call.startedAt)}</a>
      <span class="num">${call.caller === '' ? t('living.hidden') : formatPhone(call.caller)}</span>
      <span>${call.outcome === null ? t('sub.callLives') : wordOf('outcome', call.outcome)}</span>
      <span
        class="num soft">${call.talkSeconds > 0 && duration(call.talkSeconds)}</span></li>`)}</ul>`}
    <//>`
}

function Money(props: CardProps): VNode {
  const { card } = props
  return html`<${Part} title=${t('sub.money')} beside=${html`<${MoneyButtons} ...${props} />`}>
    <p class=${card.balanceKopecks < 0 ? 'figure bad-text' : 'figure'}>${
      money(card.balanceKopecks)}</p>
    ${card.entries.length === 0 ? html`<p class="soft">${t('sub.noEntries')}</p>`
      : html`<ul class="entries">${card.entries.map((entry) => html`<li key=${entry.number}>
        <span class="soft">${shortMoment(entry.at)}</span>
        <span>${entry.order !== null ? html`<a href=${`/desk/payments/${entry.order}`}>${
          entry.text}</a>` : entry.callId !== null ? html`<a
            href=${`/desk/live/${entry.callId}`}>${entry.text}</a>` : entry.text}</span>
        <span class=${entry.kopecks > 0 ? 'num income' : 'num'}>${
          entry.kopecks > 0 && '+'}${money(entry.kopecks)}</span>
        <span class="num soft">${money(entry.balanceKopecks)}</span></li>`)}</ul>`}
    <p class="small"><a
      href=${`/desk/payments?subscriber=${card.id}`}>${t('sub.allPayments')}</a></p>
    <//>`
}

function Targets(props: CardProps): VNode {
  const { targets } = props.card
  return html`<${Part} title=${t('sub.targets')}>${targets.length === 0
    ? html`<p class="soft">${t('sub.noTargets')}</p>`
    : html`<ul class="entries">${targets.map((target) => html`<li key=${target.address}>
      <span class="num">${formatPhone(target.address)}</span><span>${target.description}</span>
      <span class="small soft">${t(target.verified ? 'sub.proved' : 'sub.unproved')}</span></li>`)
    }</ul>`}<//>`
}

/** Looking at the panel as he sees it: another page, from which one comes back by its strip. */
function View(props: CardProps): VNode {
  const { card } = props
  const look = async (): Promise<void> => {
    if (await atOnce(() => peopleApi.view(card.id), t('sub.viewing'))) location.assign('/')
  }
  return html`<${Button} icon="eye" disabled=${!maySave.value}
    onClick=${() => void look()}>${t('sub.view')}<//>`
}

function StatusPart(props: CardProps): VNode {
  const { card } = props
  return html`<${Part} title=${t('sub.status')} beside=${html`<${StatusButtons} ...${props} />`}>
    <${Facts} rows=${[
      [t('sub.now'), html`<${StatusTag} status=${card.status} />`],
      [t('sub.why'), card.statusReason === '' ? '' : wordOf('standing', card.statusReason)],
      [t('sub.by'), card.statusBy === 'system' ? t('desk.system') : card.statusBy],
      [t('sub.sinceWhen'), card.statusSince !== null && moment(card.statusSince)],
      [t('sub.callsNow'), String(card.liveCalls)],
    ]} /><//>`
}

function Card(props: CardProps): VNode {
  const { card } = props
  return html`<div class="card-columns"><div>
      <${StatusPart} ...${props} /><${Money} ...${props} /><${Calls} ...${props} />
      ${card.alarms.length > 0 && html`<${Part} title=${t('sub.alarmsTitle')}><${AlarmList}
        alarms=${card.alarms} onChanged=${props.onReload} /><//>`}</div>
    <div><${CardData} key=${card.version} ...${props} /><${CardNumbers} ...${props} />
      <${CardTariff} ...${props} /><${CardAccess} ...${props} /><${Targets} ...${props} />
      <${CardNotes} ...${props} />
      <p class="small"><a href=${`/desk/limits?of=${card.id}`}>${t('sub.limits')}</a> · <a
        href=${`/desk/audit?subscriber=${card.id}`}>${t('sub.audit')}</a></p></div></div>`
}

/** The page. */
export function Subscriber(props: PageProps): VNode {
  const id = props.id ?? ''
  const loaded = useLoaded(id, () => peopleApi.card(id))
  const card = loaded.value
  const cardProps = card === undefined ? undefined : {
    card, onCard: loaded.set, onReload: () => void loaded.reload(),
  }
  return html`<div class="page"><${Back} href="/desk/subscribers" text=${t('menu.subscribers')} />
    <${Head} title=${card?.name ?? t('sub.title')}
      beside=${card !== undefined && html`<${StatusTag} status=${card.status} />`}
      lead=${card === undefined ? undefined : card.numbers.map(formatPhone).join(', ')}>
      ${cardProps !== undefined && html`<${View} ...${cardProps} />`}<//>
    <${Status} of=${loaded} rows=${8} />
    ${card?.status === 'closed' && html`<${Strip} kind="plain" text=${t('sub.closedText')} />`}
    ${cardProps !== undefined && html`<${Card} ...${cardProps} />`}</div>`
}
