/**
 * What the frame opens: the box of the account (theme, language, log-out) beside its name, and on a
 * phone the sheet «Ещё» with the rest of the menu.
 */
import type { VNode } from 'preact'
import { api } from './api.ts'
import { Button, LinkButton, Segmented } from './controls.ts'
import { chooseLanguage, chooseTheme, theme } from './device.ts'
import type { Theme } from './device.ts'
import { Dialog } from './dialog.ts'
import { money } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { features, isHere, phoneRest } from './menu.ts'
import { leaveThen } from './router.ts'
import { me, numbers, signedOut } from './state.ts'
import { language, t } from './text.ts'
import type { Key, Language } from './text.ts'

interface BoxProps {
  readonly onClose: () => void
  /** Opens «Вопрос ONLINE». */
  readonly onQuestion: () => void
}

function ThemeChoice(): VNode {
  return html`<${Segmented} label=${t('nav.theme')} value=${theme.value} onChange=${chooseTheme}
    options=${([['system', 'nav.themeSystem'], ['light', 'nav.themeLight'], ['dark', 'nav.themeDark']] as
      [Theme, Key][]).map(([value, key]) => ({ value, text: t(key) }))} />`
}

/** RU / EN, kept on this device. */
export function LanguageChoice(): VNode {
  return html`<${Segmented} label=${t('nav.language')} value=${language.value}
    onChange=${(value: Language) => void chooseLanguage(value)}
    options=${[{ value: 'ru', text: 'RU' }, { value: 'en', text: 'EN' }]} />`
}

async function logOut(close: () => void): Promise<void> {
  close()
  try {
    await api.logout()
  } finally {
    signedOut()
  }
}

/** The box beside the account's name; what the top bar has no room for stands here, too. */
export function AccountBox(props: BoxProps): VNode {
  return html`<div class="account-box">
    <a class="narrow-only" href=${features.href} onClick=${props.onClose}>${t(features.text)}</a>
    <button type="button" class="link narrow-only"
      onClick=${props.onQuestion}>${t('nav.question')}</button>
    <a href="/profile" onClick=${props.onClose}>${t('nav.profile')}</a>
    <p class="label">${t('nav.theme')}</p><${ThemeChoice} />
    <p class="label">${t('nav.language')}</p><${LanguageChoice} />
    <${Button} icon="exit"
      onClick=${() => leaveThen(() => void logOut(props.onClose))}>${t('nav.logout')}<//></div>`
}

function initials(name: string): string {
  return name.split(/\s+/).slice(0, 2).map((word) => word.slice(0, 1)).join('')
}

/** The sheet «Ещё» of a phone. */
export function More(props: BoxProps): VNode {
  const account = me.value
  const close = props.onClose
  return html`<${Dialog} sheet=${true} label=${t('nav.more')} onClose=${close}>
    <div class="more-head"><span class="avatar"
      aria-hidden="true">${initials(account?.name ?? '')}</span>
      <div><p class="strong">${account?.name ?? ''}</p><p class="soft">${
        money(account?.balanceKopecks ?? 0)} · ${account === undefined ? '' : t('status.tariff',
        { status: t(`status.${account.status}`), tariff: account.tariff })}</p></div>
      <span onClick=${close}><${LinkButton} kind="primary" href="/balance">${
        t('nav.topUpDo')}<//></span></div>
    <ul class="more-list">${phoneRest.map((entry) => html`<li key=${entry.href}>
      <a href=${entry.href} onClick=${close} aria-current=${isHere(entry.href) ? 'page' : undefined}>
        <${Icon} name=${entry.icon} size=${22} /><span>${t(entry.text)}</span>
        ${entry.href === '/numbers' && html`<span
          class="soft">${numbers.value?.length ?? ''}</span>`}</a></li>`)}
      <li><button type="button" class="plain" onClick=${props.onQuestion}>
        <${Icon} name="chat" size=${22} /><span>${t('nav.question')}</span></button></li>
      <li><button type="button" class="plain" onClick=${() => leaveThen(() => void logOut(close))}>
        <${Icon} name="exit" size=${22} /><span>${t('nav.logout')}</span></button></li></ul>
    <div class="more-foot"><${ThemeChoice} /><${LanguageChoice} /></div><//>`
}
