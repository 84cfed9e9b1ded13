/**
 * The frame around every page: top bar with the product links, menu with number and balance, and on
 * a phone the bar of five places with the sheet «Ещё». Only pages that exist are listed.
 */
import { signal } from '@preact/signals'
import type { ComponentChildren, VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { api } from './api.ts'
import { Button, Segmented, Strip } from './controls.ts'
import { chooseLanguage, chooseTheme, phone, theme } from './device.ts'
import type { Theme } from './device.ts'
import { Dialog, Popover } from './dialog.ts'
import { formatPhone, money, timeOf } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import type { IconName } from './icons.ts'
import { place } from './router.ts'
import { me, numbers, online, refresh, shownAt, signedOut, zone } from './state.ts'
import { language, t } from './text.ts'
import type { Key, Language } from './text.ts'

interface Entry {
  readonly href: string
  readonly icon: IconName
  readonly text: Key
}

const main: readonly Entry[] = [
  { href: '/', icon: 'home', text: 'nav.overview' },
  { href: '/rules', icon: 'split', text: 'nav.rules' },
  { href: '/numbers', icon: 'phone', text: 'nav.numbers' },
]
const calls: readonly Entry[] = [{ href: '/calls', icon: 'list', text: 'nav.calls' }]
const places: readonly Entry[] = [
  { href: '/', icon: 'home', text: 'nav.now' },
  { href: '/rules', icon: 'split', text: 'nav.rulesShort' },
  { href: '/calls', icon: 'list', text: 'nav.calls' },
  { href: '/numbers', icon: 'phone', text: 'nav.numbersShort' },
]

const moreOpen = signal(false)
const accountOpen = signal(false)

function isHere(href: string): boolean {
  const path = place.value.path
  return href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`)
}

function Links(props: { readonly entries: readonly Entry[] }): VNode {
  return html`<ul>${props.entries.map((entry) => html`<li key=${entry.href}>
    <a class="nav-link" href=${entry.href} aria-current=${isHere(entry.href) ? 'page' : undefined}>
      <${Icon} name=${entry.icon} size=${20} /><span>${t(entry.text)}</span></a></li>`)}</ul>`
}

function ThemeChoice(): VNode {
  return html`<${Segmented} label=${t('nav.theme')} value=${theme.value} onChange=${chooseTheme}
    options=${([['system', 'nav.themeSystem'], ['light', 'nav.themeLight'], ['dark', 'nav.themeDark']] as
      [Theme, Key][]).map(([value, key]) => ({ value, text: t(key) }))} />`
}

/** RU / EN, kept on this device. */
export function LanguageChoice(): VNode {
  return html`<${Segmented} label=${t('nav.language')} value=${language.value}
    onChange=${(value: Language) => chooseLanguage(value)}
    options=${[{ value: 'ru', text: 'RU' }, { value: 'en', text: 'EN' }]} />`
}

async function logOut(): Promise<void> {
  accountOpen.value = false
  moreOpen.value = false
  try {
    await api.logout()
  } finally {
    signedOut()
  }
}

/** Product links of the top bar, the current one bold. */
export function Products(): VNode {
  const products = me.value?.brand.products ?? []
  return html`<nav class="products" aria-label=${t('nav.products')}>
    ${products.length === 0 ? html`<strong>${t('app.name')}</strong>`
      : products.map((product) => product.current
        ? html`<strong key=${product.title}>${product.title}</strong>`
        : html`<a key=${product.title} href=${product.url} rel="noopener"
          target="_blank">${product.title}</a>`)}
  </nav>`
}

function Account(): VNode {
  const anchor = useRef<HTMLButtonElement>(null)
  const account = me.value
  return html`<div class="account">
    <button type="button" ref=${anchor} class="plain account-name" aria-haspopup="dialog"
      aria-expanded=${String(accountOpen.value)}
      onClick=${() => { accountOpen.value = !accountOpen.value }}>${account?.name ?? ''}</button>
    <span class="balance">${t('nav.balance')} <strong>${money(account?.balanceKopecks ?? 0)}</strong></span>
    ${accountOpen.value && anchor.current !== null && html`<${Popover} anchor=${anchor.current}
      label=${t('nav.account')} onClose=${() => { accountOpen.value = false }}>
      <div class="account-box"><p class="label">${t('nav.theme')}</p><${ThemeChoice} />
        <p class="label">${t('nav.language')}</p><${LanguageChoice} />
        <${Button} icon="exit" onClick=${logOut}>${t('nav.logout')}<//></div><//>`}
  </div>`
}

function Menu(): VNode {
  const account = me.value
  return html`<aside class="menu" aria-label=${t('nav.account')}>
    <div class="menu-head">
      <p class="menu-number num">${formatPhone(account?.number ?? '')}</p>
      <p class="menu-status"><span class=${`dot ${account?.status ?? ''}`}></span>${
        account === undefined ? '' : t('status.tariff',
          { status: t(`status.${account.status}`), tariff: account.tariff })}</p>
      <p>${money(account?.balanceKopecks ?? 0)}</p>
    </div>
    <nav aria-label=${t('nav.menu')}><${Links} entries=${main} />
      <p class="menu-group">${t('nav.groupCalls')}</p><${Links} entries=${calls} /></nav>
    <div class="menu-foot"><p>${t('app.banner')}</p><p>${account?.brand.copyright ?? ''}</p></div></aside>`
}

function initials(name: string): string {
  return name.split(/\s+/).slice(0, 2).map((word) => word.slice(0, 1)).join('')
}

function More(): VNode {
  const account = me.value
  const close = (): void => { moreOpen.value = false }
  return html`<${Dialog} sheet=${true} label=${t('nav.more')} onClose=${close}>
    <div class="more-head"><span class="avatar"
      aria-hidden="true">${initials(account?.name ?? '')}</span>
      <div><p class="strong">${account?.name ?? ''}</p><p class="soft">${
        money(account?.balanceKopecks ?? 0)} · ${account === undefined ? '' : t('status.tariff',
        { status: t(`status.${account.status}`), tariff: account.tariff })}</p></div></div>
    <ul class="more-list"><li><a href="/numbers" onClick=${close}><${Icon} name="phone"
      size=${22} />
      <span>${t('nav.numbers')}</span><span
        class="soft">${numbers.value?.length ?? ''}</span></a></li>
      <li><button type="button" class="plain" onClick=${logOut}><${Icon} name="exit" size=${22} />
        <span>${t('nav.logout')}</span></button></li></ul>
    <div class="more-foot"><${ThemeChoice} /><${LanguageChoice} /></div><//>`
}

function PhoneBar(): VNode {
  return html`<nav class="phone-bar" aria-label=${t('nav.menu')}>
    ${places.map((entry) => html`<a key=${entry.href} href=${entry.href}
      aria-current=${isHere(entry.href) && !moreOpen.value ? 'page' : undefined}>
      <span class="pill"><${Icon} name=${entry.icon} size=${22} /></span>${t(entry.text)}</a>`)}
    <button type="button" class="plain" aria-haspopup="dialog"
      aria-expanded=${String(moreOpen.value)}
      onClick=${() => { moreOpen.value = !moreOpen.value }}>
      <span class="pill"><${Icon} name="menu" size=${22} /></span>${t('nav.more')}</button>
    ${moreOpen.value && html`<${More} />`}</nav>`
}

function Offline(): VNode {
  return html`<${Strip} kind="plain" text=${t('offline', { time: timeOf(shownAt.value, zone.value) })}
    action=${html`<${Button} small=${true}
    onClick=${() => void refresh()}>${t('common.retry')}<//>`} />`
}

/** The frame; `bare` hides the phone bar for full-screen forms, which bring their own. */
export function Frame(props: {
  readonly bare?: boolean; readonly children?: ComponentChildren
}): VNode {
  return html`<div class=${props.bare === true ? 'frame bare' : 'frame'}>
    <a class="skip" href="#main">${t('app.skip')}</a>
    ${!phone.value && html`<header class="top-bar"><${Products} /><${Account} /></header>`}
    ${!phone.value && html`<${Menu} />`}
    <main id="main" tabIndex=${-1}>
      ${!online.value && html`<${Offline} />`}${props.children}</main>
    ${phone.value && props.bare !== true && html`<${PhoneBar} />`}
  </div>`
}
