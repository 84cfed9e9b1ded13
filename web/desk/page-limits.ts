/**
 * «Лимиты»: the bounds against fraud, for all or (`?of=`) for one subscriber; each with its
 * default, the reason, and who changed it.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { DeskLimitReply, DeskLimitRow, DeskLimitsReply } from '../../src/api/schema-limits.ts'
import { Button, Field } from '../controls.ts'
import { money } from '../format.ts'
import { html } from '../html.ts'
import { place } from '../router.ts'
import { language } from '../text.ts'
import { showToast } from '../toast.ts'
import { deskApi } from './api.ts'
import { peopleApi } from './api-people.ts'
import { useLoaded } from './loaded.ts'
import { Back, Head, Status } from './parts.ts'
import { ReasonDialog } from './reason.ts'
import { readRoubles, roublesText } from './roubles.ts'
import { maySave } from './state.ts'
import { moment } from './when.ts'
import { t } from './words.ts'
import './text-watch-ru.ts'

function valueWords(limit: Pick<DeskLimitReply, 'unit'>, value: number): string {
  if (value === 0) return t('bound.none')
  return limit.unit === 'kopecks' ? t('bound.perDay', { sum: money(value) })
    : t(`bound.unit.${limit.unit}`, { n: value })
}

function readValue(limit: DeskLimitReply, text: string): number | undefined {
  const value = limit.unit === 'kopecks' ? readRoubles(text)
    : /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined
  return value === undefined || value > limit.most || value < limit.least ? undefined : value
}

interface LimitProps {
  readonly limit: DeskLimitReply
  /** The subscriber; undefined = for all. */
  readonly of: string | undefined
  readonly onReply: (reply: DeskLimitsReply) => void
}

function Change(props: LimitProps & { readonly onClose: () => void }): VNode {
  const { limit, of } = props
  const [text, setText] = useState(limit.unit === 'kopecks' ? roublesText(limit.value)
    : String(limit.value))
  const value = readValue(limit, text)
  const bound = (kopecks: number): string => limit.unit === 'kopecks' ? money(kopecks)
    : String(kopecks)
  return html`<${ReasonDialog} title=${t(`bound.${limit.name}`)} text=${t(of === undefined
      ? 'bound.forAll' : 'bound.forOne')} action=${t('common.save')} busy=${t('common.saving')}
    maxLength=${250} onClose=${props.onClose} barred=${value === undefined ? t('bound.range',
      { least: bound(limit.least), most: bound(limit.most) }) : undefined}
    onDo=${async (reason: string) => {
      props.onReply(await deskApi.setLimit(of, { name: limit.name, value: value ?? 0, reason }))
      showToast({ text: t('bound.saved') })
    }}><${Field} label=${t('bound.value')} value=${text} onInput=${setText} inputMode="decimal"
      unit=${limit.unit === 'kopecks' ? '₽' : undefined} hint=${t('bound.zero')} /><//>`
}

function TakeBack(props: LimitProps & { readonly onClose: () => void }): VNode {
  const { limit, of } = props
  return html`<${ReasonDialog} title=${t('bound.backTitle')} text=${t('bound.backText', {
      value: valueWords(limit, of === undefined ? limit.defaultValue
        : limit.all?.value ?? limit.defaultValue) })}
    action=${t('bound.back')} busy=${t('common.saving')} onClose=${props.onClose}
    onDo=${async (reason: string) => {
      props.onReply(await deskApi.setLimit(of, { name: limit.name, value: null, reason }))
      showToast({ text: t('bound.saved') })
    }} />`
}

function rowOf(limit: DeskLimitReply, of: string | undefined): DeskLimitRow | null {
  return of === undefined ? limit.all : limit.own
}

function Item(props: LimitProps): VNode {
  const { limit, of } = props
  const [doing, setDoing] = useState<'change' | 'back' | undefined>(undefined)
  const row = rowOf(limit, of)
  const close = (): void => setDoing(undefined)
  const why = row !== null ? t('bound.setBy', { reason: row.reason, by: row.by,
    at: moment(row.at) })
    : limit.reason[language.value]
  return html`<li class="limit"><div class="limit-words"><h2>${t(`bound.${limit.name}`)}</h2>
      <p class="small soft">${why}</p>
      ${limit.scope !== 'default' && html`<p class="small soft">${t('bound.default', {
        value: valueWords(limit, limit.defaultValue) })}</p>`}</div>
    <div class="limit-value"><p class="figure">${valueWords(limit, limit.value)}</p>
      <p class="caption">${t(`bound.scope.${limit.scope}`)}</p></div>
    <div class="limit-deeds"><${Button} small=${true} disabled=${!maySave.value}
        onClick=${() => setDoing('change')}>${t('common.edit')}<//>
      ${row !== null && html`<${Button} small=${true} kind="quiet" disabled=${!maySave.value}
        onClick=${() => setDoing('back')}>${t('bound.back')}<//>`}</div>
    ${doing === 'change' && html`<${Change} ...${props} onClose=${close} />`}
    ${doing === 'back' && html`<${TakeBack} ...${props} onClose=${close} />`}</li>`
}

function OfOne(props: { readonly of: DeskLimitsReply }): VNode {
  const { countries, spentTodayKopecks } = props.of
  const names = new Intl.DisplayNames(language.value, { type: 'region' })
  return html`<p class="soft">${t('bound.today', { sum: money(spentTodayKopecks) })} ${
    countries.length === 0 ? t('bound.noCountries') : t('bound.countries',
      { list: countries.map((code) => names.of(code) ?? code).join(', ') })}</p>`
}

/** The page. */
export function Limits(): VNode {
  const wanted = place.value.query.get('of') ?? ''
  const of = /^[0-9a-f]{32}$/.test(wanted) ? wanted : undefined
  const loaded = useLoaded(of ?? 'all', () => deskApi.limits(of))
  const card = useLoaded(of ?? '', () => peopleApi.card(of ?? ''))
  const reply = loaded.value
  return html`<div class="page">${of !== undefined && html`<${Back}
      href=${`/desk/subscribers/${of}`} text=${card.value?.name ?? t('menu.subscribers')} />`}
    <${Head} title=${of === undefined ? t('menu.limits') : t('bound.titleOf',
      { name: card.value?.name ?? '' })}
        lead=${t(of === undefined ? 'bound.lead' : 'bound.leadOf')} />
    <${Status} of=${loaded} rows=${7} />
    ${reply !== undefined && of !== undefined && html`<${OfOne} of=${reply} />`}
    ${reply !== undefined && html`<ul
      class="card limits">${reply.limits.map((limit) => html`<${Item}
      key=${limit.name} limit=${limit} of=${of} onReply=${loaded.set} />`)}</ul>`}</div>`
}
