/**
 * The frame around every page: top bar with the product links and the account, menu with number,
 * state, tariff and balance, the strip that names the number, footer, and on a phone the bar of five
 * places. What the menu lists stands in `menu.ts`, the sheets in `frame-more.ts`.
 */
import { signal } from '@preact/signals'
import type { ComponentChildren, VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { badgeText } from './badges.ts'
import { Button, Strip } from './controls.ts'
import { phone } from './device.ts'
import { Popover } from './dialog.ts'
import { formatPhone, money, timeOf } from './format.ts'
import { AccountBox, More } from './frame-more.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { later } from './later.ts'
import { features, isHere, menuGroups, phonePlaces } from './menu.ts'
import type { MenuEntry } from './menu.ts'
import { Products } from './public-frame.ts'
import { me, online, overview, refresh, shownAt, zone } from './state.ts'
import { t } from './text.ts'
import { WithNumber } from './with-number.ts'

const moreOpen = signal(false)
const accountOpen = signal(false)
const questionOpen = signal(false)

const AccountStrips = later<object>(
  async () => (await import('./frame-strips.ts')).AccountStrips)
const QuestionSheet = later<{ readonly onClose: () => void }>(
  async () => (await import('./page-support.ts')).QuestionSheet)

/** Opens «Вопрос ONLINE» over the page. */
function openQuestion(): void {
  accountOpen.value = false
  moreOpen.value = false
  questionOpen.value = true
}

/** The count of an entry, with words for screen readers. */
function Badge(props: { readonly entry: MenuEntry }): VNode | null {
  const { badge } = props.entry
  const count = badge?.count() ?? 0
  if (badge === undefined || count === 0) return null
  return html`<span class="badge"><span aria-hidden="true">${badgeText(count)}</span><span
    class="visually-hidden">, ${t(badge.text, { n: count })}</span></span>`
}

function Links(props: { readonly entries: readonly MenuEntry[] }): VNode {
  return html`<ul>${props.entries.map((entry) => html`<li key=${entry.href}>
    <a class="nav-link" href=${entry.href} aria-current=${isHere(entry.href) ? 'page' : undefined}>
      <${Icon} name=${entry.icon} size=${20} /><span class="nav-text">${t(entry.text)}</span>
      <${Badge} entry=${entry} /></a></li>`)}</ul>`
}

function Account(): VNode {
  const anchor = useRef<HTMLButtonElement>(null)
  const account = me.value
  const close = (): void => { accountOpen.value = false }
  return html`<div class="account">
    <a class="wide-only" href=${features.href}
      aria-current=${isHere(features.href) ? 'page' : undefined}>${t(features.text)}</a>
    <button type="button" class="plain wide-only" aria-haspopup="dialog"
      onClick=${openQuestion}>${t('nav.question')}</button>
    <button type="button" ref=${anchor} class="plain account-name" aria-haspopup="dialog"
      aria-expanded=${String(accountOpen.value)} title=${account?.name}
      onClick=${() => { accountOpen.value = !accountOpen.value }}>${account?.name ?? ''}</button>
    <span class="balance">${t('nav.balance')} <strong>${money(account?.balanceKopecks ?? 0)}</strong></span>
    ${accountOpen.value && anchor.current !== null && html`<${Popover} anchor=${anchor.current}
      label=${t('nav.account')} onClose=${close}>
      <${AccountBox} onClose=${close} onQuestion=${openQuestion} /><//>`}
  </div>`
}

function Banner(): VNode {
  const brand = me.value?.brand
  return html`<p>${t('app.banner')}${brand?.orderUrl !== undefined && html` ${' '}<a
    href=${brand.orderUrl} rel="noopener" target="_blank">${t('nav.order')}</a>`}</p>
    <p>${brand?.copyright ?? ''}</p>`
}

function Menu(): VNode {
  const account = me.value
  return html`<aside class="menu" aria-label=${t('nav.account')}>
    <div class="menu-head">
      <p class="menu-number num">${formatPhone(account?.number ?? '')}</p>
      <p class="menu-status"><span class=${`dot ${account?.status ?? ''}`}></span>${
        account === undefined ? '' : t('status.tariff',
          { status: t(`status.${account.status}`), tariff: account.tariff })}</p>
      <p>${money(account?.balanceKopecks ?? 0)} · <a href="/balance">${t('nav.topUpLink')}</a></p>
    </div>
    <nav aria-label=${t('nav.menu')}>${menuGroups.map((group) => html`<div key=${group.text ?? ''}>
      ${group.text !== undefined && html`<p class="menu-group">${t(group.text)}</p>`}
      <${Links} entries=${group.entries} /></div>`)}</nav>
    <div class="menu-foot"><${Banner} /></div></aside>`
}

function PhoneBar(): VNode {
  return html`<nav class="phone-bar" aria-label=${t('nav.menu')}>
    ${phonePlaces.map((entry) => html`<a key=${entry.href} href=${entry.href}
      aria-current=${isHere(entry.href) && !moreOpen.value ? 'page' : undefined}>
      <span class="pill"><${Icon} name=${entry.icon} size=${22} /></span>${t(entry.text)}
      <${Badge} entry=${entry} /></a>`)}
    <button type="button" class="plain" aria-haspopup="dialog"
      aria-expanded=${String(moreOpen.value)}
      onClick=${() => { moreOpen.value = !moreOpen.value }}>
      <span class="pill"><${Icon} name="menu" size=${22} /></span>${t('nav.more')}</button>
    ${moreOpen.value && html`<${More} onClose=${() => { moreOpen.value = false }}
      onQuestion=${openQuestion} />`}</nav>`
}

function Offline(): VNode {
  return html`<${Strip} kind="plain" text=${t('offline', { time: timeOf(shownAt.value, zone.value) })}
    action=${html`<${Button} small=${true}
    onClick=${() => void refresh()}>${t('common.retry')}<//>`} />`
}

/** Whether there is anything to tell on every page: mostly not, so the words come when there is. */
function needsStrips(): boolean {
  const account = me.value
  return account !== undefined && (account.viewedBy !== undefined || account.status !== 'active'
    || account.feeDueKopecks !== undefined || account.balanceKopecks <= 0
    || account.balanceKopecks < (account.lowBalanceKopecks ?? 0))
}

/** Below every page: where calls come in, and the link to what became of them. */
function Foot(): VNode {
  const calls = overview.value?.today
  return html`<footer class="frame-foot">
    <p><${WithNumber} text=${'nav.strip'} /> ${' '}
      ${calls !== undefined && t(calls.calls === 0 ? 'nav.todayNone' : 'nav.today',
        { n: calls.calls, answered: calls.answered })} ${' '}<a href="/statistics">${t('nav.stripLink')}</a></p>
    <div class="narrow-only"><${Banner} /></div></footer>`
}

/** The frame; `bare` hides the phone bar for full-screen forms, which bring their own. */
export function Frame(props: {
  readonly bare?: boolean; readonly children?: ComponentChildren
}): VNode {
  return html`<div class=${props.bare === true ? 'frame bare' : 'frame'}>
    <a class="skip" href="#main">${t('app.skip')}</a>
    ${!phone.value && html`<header class="top-bar"><${Products}
      products=${me.value?.brand.products} /><${Account} /></header>`}
    ${!phone.value && html`<${Menu} />`}
    <div class="content"><main id="main" tabIndex=${-1}>
      ${!online.value && html`<${Offline} />`}${needsStrips() && html`<${AccountStrips} />`}${props.children}</main>
      ${props.bare !== true && html`<${Foot} />`}</div>
    ${phone.value && props.bare !== true && html`<${PhoneBar} />`}
    ${questionOpen.value && html`<${QuestionSheet} onClose=${() => { questionOpen.value = false }} />`}
  </div>`
}
