/**
 * The frame around every page of the desk: the top bar with the products and the manager, the menu
 * with the state of the system, and on a phone the bar of five places.
 */
import { signal } from '@preact/signals'
import type { ComponentChildren, VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { api } from '../api.ts'
import { Button, Segmented, Strip } from '../controls.ts'
import { chooseLanguage, chooseTheme, phone, theme } from '../device.ts'
import type { Theme } from '../device.ts'
import { Dialog, Popover } from '../dialog.ts'
import { timeOf } from '../format.ts'
import { html } from '../html.ts'
import { Icon } from '../icons.ts'
import { language, number } from '../text.ts'
import type { Language } from '../text.ts'
import { countOf, entries, isHere, phonePlaces, phoneRest } from './menu.ts'
import type { DeskEntry } from './menu.ts'
import { home, lapsed, loadHome, me, online, session, shownAt, zone } from './state.ts'
import { t } from './words.ts'

const accountOpen = signal(false)
const moreOpen = signal(false)

function Count(props: { readonly entry: DeskEntry }): VNode | null {
  const count = countOf(props.entry)
  if (count === 0) return null
  return html`<span class=${props.entry.stock === true ? 'badge stock' : 'badge'}>${
    number(count)}</span>`
}

function Links(props: { readonly list: readonly DeskEntry[] }): VNode {
  return html`<ul>${props.list.map((entry) => html`<li key=${entry.href}>
    <a class="nav-link" href=${entry.href} aria-current=${isHere(entry.href) ? 'page' : undefined}>
      <${Icon} name=${entry.icon} size=${20} /><span class="nav-text">${t(entry.text)}</span>
      <${Count} entry=${entry} /></a></li>`)}</ul>`
}

async function logOut(): Promise<void> {
  accountOpen.value = false
  moreOpen.value = false
  try {
    await api.logout()
  } finally {
    session.value = 'out'
  }
}

function Choices(): VNode {
  const themes: readonly [Theme, string][] = [['system', t('nav.themeSystem')],
    ['light', t('nav.themeLight')], ['dark', t('nav.themeDark')]]
  return html`<div class="account-box"><p class="label">${t('nav.theme')}</p>
    <${Segmented} label=${t('nav.theme')} value=${theme.value} onChange=${chooseTheme}
      options=${themes.map(([value, text]) => ({ value, text }))} />
    <p class="label">${t('nav.language')}</p>
    <${Segmented} label=${t('nav.language')} value=${language.value}
      onChange=${(value: Language) => void chooseLanguage(value)}
      options=${[{ value: 'ru', text: 'RU' }, { value: 'en', text: 'EN' }]} />
    <a href="/desk/account" onClick=${() => {
      accountOpen.value = false
      moreOpen.value = false
    }}>${t('menu.account')}</a>
    <${Button} icon="exit" onClick=${() => void logOut()}>${t('nav.logout')}<//></div>`
}

function TopBar(): VNode {
  const anchor = useRef<HTMLButtonElement>(null)
  const products = me.value?.brand.products ?? []
  const name = me.value?.name || me.value?.login || ''
  return html`<header class="top-bar"><nav class="products" aria-label=${t('nav.products')}>
      ${products.length === 0 ? html`<strong>${t('app.name')}</strong>`
        : products.map((product) => product.current
          ? html`<strong key=${product.title}>${product.title}</strong>`
          : html`<a key=${product.title} href=${product.url} rel="noopener"
            target="_blank">${product.title}</a>`)}</nav>
    <div class="account"><span class="tag staff">${t('desk.staff')}</span>
      <button type="button" ref=${anchor} class="plain account-name" aria-haspopup="dialog"
        aria-expanded=${String(accountOpen.value)} title=${name}
        onClick=${() => { accountOpen.value = !accountOpen.value }}>${
          t('desk.manager', { name })}</button>
      ${accountOpen.value && anchor.current !== null && html`<${Popover} anchor=${anchor.current}
        label=${t('nav.account')}
          onClose=${() => { accountOpen.value = false }}><${Choices} /><//>`}
    </div></header>`
}

/** «Система в порядке», or which part of it is not. */
function systemWords(): { readonly ok: boolean; readonly text: string } {
  const system = home.value?.system
  if (!online.value) return { ok: false, text: t('system.offline') }
  if (system === undefined || system.ok) return { ok: true, text: t('system.ok') }
  if (system.sip === 'down') return { ok: false, text: t('system.sip') }
  return { ok: false, text: t('system.media') }
}

function Menu(): VNode {
  const { ok, text } = systemWords()
  return html`<aside class="menu" aria-label=${t('desk.title')}><div class="menu-head">
      <p class="menu-number">${t('desk.title')}</p>
      <p class="menu-status"><span class=${ok ? 'dot active' : 'dot bad'}></span>${text}</p>
      <p>${t('desk.callsNow', { n: home.value?.counts.liveCalls ?? 0 })}</p></div>
    <nav aria-label=${t('nav.menu')}><${Links} list=${entries} /></nav>
    <div class="menu-foot">${me.value?.brand.copyright ?? ''}</div></aside>`
}

function More(): VNode {
  const close = (): void => { moreOpen.value = false }
  return html`<${Dialog} sheet=${true} label=${t('nav.more')} onClose=${close}>
    <ul class="more-list" onClick=${close}>${phoneRest.map((entry) => html`<li key=${entry.href}>
      <a href=${entry.href} aria-current=${isHere(entry.href) ? 'page' : undefined}><${Icon}
        name=${entry.icon} size=${22} /><span>${t(entry.text)}</span>
        ${countOf(entry) > 0 && html`<span class="soft">${number(countOf(entry))}</span>`}</a>
      </li>`)}</ul><${Choices} /><//>`
}

function PhoneBar(): VNode {
  return html`<nav class="phone-bar" aria-label=${t('nav.menu')}>
    ${phonePlaces.map((entry) => html`<a key=${entry.href} href=${entry.href}
      aria-current=${isHere(entry.href) && !moreOpen.value ? 'page' : undefined}>
      <span class="pill"><${Icon} name=${entry.icon}
        size=${22} /></span>${t(entry.short ?? entry.text)}
      <${Count} entry=${entry} /></a>`)}
    <button type="button" class="plain" aria-haspopup="dialog"
      aria-expanded=${String(moreOpen.value)}
      onClick=${() => { moreOpen.value = !moreOpen.value }}>
      <span class="pill"><${Icon} name="menu" size=${22} /></span>${t('nav.more')}</button>
    ${moreOpen.value && html`<${More} />`}</nav>`
}

/** The log-in stands on a page of the panel: another window keeps what is on this one. */
function Lapsed(): VNode {
  return html`<${Strip} kind="warn" alert=${true} text=${t('desk.lapsed')}
    action=${html`<a class="button default small" href="/login"
      target="_blank" rel="noopener">${t('login.submit')}</a>`} />`
}

/** The frame with a page inside. */
export function Frame(props: { readonly children?: ComponentChildren }): VNode {
  return html`<div class="frame desk"><a class="skip" href="#main">${t('app.skip')}</a>
    <${TopBar} />${!phone.value && html`<${Menu} />`}
    <div class="content"><main id="main" tabIndex=${-1}>
      ${!online.value && html`<${Strip} kind="plain"
        text=${t('offline', { time: timeOf(shownAt.value, zone) })}
        action=${html`<${Button} small=${true}
          onClick=${() => void loadHome()}>${t('common.retry')}<//>`} />`}
      ${lapsed.value && html`<${Lapsed} />`}
      ${props.children}</main></div>
    ${phone.value && html`<${PhoneBar} />`}</div>`
}
