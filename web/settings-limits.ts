/**
 * Countries and limits: where rules may ring abroad, opened one by one with a code of the second
 * step, and what keeps the money of the account from strangers.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { LimitReply, LimitsReply } from '../src/api/schema-limits.ts'
import { peopleApi } from './api-people.ts'
import { problemText } from './api.ts'
import { Button, Field } from './controls.ts'
import { Dialog } from './dialog.ts'
import { list, money } from './format.ts'
import { html } from './html.ts'
import { Group, Line } from './settings-parts.ts'
import { limits } from './settings-state.ts'
import { maySave, noteFault } from './state.ts'
import { known as isKnown, language, locale, t } from './text.ts'
import { showToast } from './toast.ts'
import './text-people-ru.ts'

/** The name of a country in the panel's language: 'GR' → «Греция». */
export function countryName(code: string): string {
  return new Intl.DisplayNames(locale(), { type: 'region' }).of(code) ?? code
}

/** Countries whose name has the text, in the order of the alphabet; those that begin with it first. */
export function matchingCountries(codes: readonly string[], text: string): readonly string[] {
  const wanted = text.trim().toLocaleLowerCase(locale())
  const named = codes.map((code) => ({ code, name: countryName(code).toLocaleLowerCase(locale()) }))
    .filter(({ code, name }) => name.includes(wanted) || code.toLowerCase() === wanted)
  const rank = (name: string): number => name.startsWith(wanted) ? 0 : 1
  return named.sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name, locale()))
    .map(({ code }) => code)
}

const shownCountries = 8

function CountryDialog(props: {
  readonly codes: readonly string[]; readonly onChoose: (code: string) => void
  readonly onClose: () => void
}): VNode {
  const [text, setText] = useState('')
  const found = matchingCountries(props.codes, text)
  const rest = found.length - shownCountries
  return html`<${Dialog} label=${t('abroad.open')} onClose=${props.onClose}>
    <h2>${t('abroad.open')}</h2><div class="number-form"><${Field} label=${t('abroad.search')}
      value=${text} onInput=${setText} autofocus=${true} maxLength=${64} />
      ${found.length === 0 ? html`<p class="soft" role="status">${t('abroad.nothing')}</p>`
        : html`<ul class="country-list">${found.slice(0, shownCountries).map((code) => html`<li
          key=${code}><button type="button" class="plain" onClick=${() => props.onChoose(code)}>${
            countryName(code)}</button></li>`)}</ul>`}
      ${rest > 0 && html`<p class="below">${t('abroad.more', { n: rest })}</p>`}
      <div class="form-actions"><${Button} kind="quiet" onClick=${props.onClose}>${
        t('common.cancel')}<//></div></div><//>`
}

interface LimitsProps {
  readonly limits: LimitsReply
  readonly onChange: (countries: readonly string[], done: string) => void
}

function Countries(props: LimitsProps): VNode {
  const { limits: { countries, homeCountries, openable, secondFactor }, onChange } = props
  const [open, setOpen] = useState(false)
  const choose = (code: string): void => {
    setOpen(false)
    onChange([...countries, code], t('abroad.opened', { country: countryName(code) }))
  }
  const close = (code: string): void =>
    onChange(countries.filter((each) => each !== code),
      t('abroad.closed', { country: countryName(code) }))
  const need = secondFactor ? undefined : html`<span>${t('abroad.factor')} <a
    href="/settings">${t('abroad.toFactor')}</a></span>`
  return html`<${Group} title=${t('abroad.title')} id="countries"><${Line} label=${t('abroad.label')}
    hint=${`${t('abroad.text')} ${t('abroad.home',
      { countries: list(homeCountries.map(countryName)) })}`} warning=${need}
    control=${html`<${Button} icon="plus" disabled=${!maySave.value || !secondFactor}
      onClick=${() => setOpen(true)}>${t('abroad.open')}<//>`}>
    <div class="set-wide">${countries.length === 0 ? html`<p class="small soft">${
      t('abroad.none')}</p>` : html`<ul class="set-rows">${countries.map((code) => html`<li
      class="set-row country" key=${code}><p>${countryName(code)}</p><${Button} kind="quiet" small=${true}
        icon="close" disabled=${!maySave.value} onClick=${() => close(code)}
        label=${t('abroad.close', { country: countryName(code) })} /></li>`)}</ul>`}</div><//>
    ${open && html`<${CountryDialog} onChoose=${choose} onClose=${() => setOpen(false)}
      codes=${openable.filter((code) => !countries.includes(code))} />`}<//>`
}

/** «3 000 ₽», «60 мин», «без предела». */
function limitValue({ unit, value }: LimitReply): string {
  if (value === 0) return t('limit.off')
  if (unit === 'kopecks') return money(value)
  const key = `limit.n.${unit}`
  return isKnown(key) ? t(key, { n: value }) : String(value)
}

function LimitLine(props: { readonly limit: LimitReply; readonly spent: number }): VNode | null {
  const { limit, spent } = props
  const name = `limit.${limit.name}`
  if (!isKnown(name)) return null
  const reason = limit.reason[language.value]
  return html`<${Line} label=${t(name)} hint=${limit.unit === 'kopecks'
    ? `${reason} ${t('limit.spent', { sum: money(spent) })}` : reason}
    control=${html`<span class="num strong">${limitValue(limit)}</span>`} />`
}

/** Both groups; nothing until they are loaded. */
export function Limits(): VNode | null {
  const known = limits.value
  if (known === undefined) return null
  const change = (countries: readonly string[], done: string): void => {
    peopleApi.openCountries(countries).then((reply) => {
      limits.value = reply
      showToast({ text: done })
    }, (fault: unknown) => {
      noteFault(fault)
      showToast({ text: problemText(fault), bad: true })
    })
  }
  return html`<div class="abroad"><${Countries} limits=${known} onChange=${change} />
    <${Group} title=${t('limit.title')} id="limits"><p class="small soft">${t('limit.text')} <a
      href="/support">${t('limit.ask')}</a></p>
      ${known.limits.map((limit) => html`<${LimitLine} key=${limit.name} limit=${limit}
        spent=${known.spentTodayKopecks} />`)}<//></div>`
}
