/**
 * «Ваш профиль»: who the subscriber is to the operator, to be read; what he may change leads to its
 * place in the settings.
 */
import type { ComponentChildren, VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { LinkButton, Skeleton } from './controls.ts'
import { formatPhone, money, phoneName } from './format.ts'
import { html } from './html.ts'
import { loadSettings, settings } from './settings-state.ts'
import { me, now, numbers, overview, settingsChanged } from './state.ts'
import { t } from './text.ts'
import { zoneTitle } from './zone-names.ts'
import './text-account-ru.ts'

function Fact(props: {
  readonly name: string; readonly href?: string; readonly children?: ComponentChildren
}): VNode {
  return html`<div class="fact"><dt>${props.name}</dt><dd><div>${props.children}</div>
    ${props.href !== undefined && html`<a class="small" href=${props.href}
      aria-label=${t('set.of', { action: t('common.edit'), name: props.name })}>${
        t('common.edit')}</a>`}</dd></div>`
}

/** The page. */
export function Profile(): VNode {
  const account = me.value
  const grown = settingsChanged.value
  useEffect(() => { void loadSettings() }, [grown])
  document.title = `${t('nav.profile')} · ${t('app.name')}`
  if (account === undefined) return html`<${Skeleton} />`
  const email = settings.value?.profile.email
  const chosen = numbers.value?.find((each) => each.id === account.defaultTargetId)
  const own = account.numbers ?? [account.number]
  return html`<div class="page profile"><div class="page-head"><div><h1>${t('nav.profile')}</h1>
      <p>${t('profile.lead')}</p></div><${LinkButton}
        href="/settings">${t('profile.settings')}<//></div>
    <dl class="card facts">
      <${Fact} name=${t('user.name')} href="/settings">${account.name}<//>
      <${Fact} name=${t('profile.numbers', { n: own.length })}>${own.map((each) => html`<span
        key=${each}
        class="num fact-line">${formatPhone(each)}</span>`)}<span
          class="small soft fact-line">${t('profile.numbersHint')}</span><//>
      <${Fact} name=${t('profile.state')}><span class="menu-status"><span
        class=${`dot ${account.status}`}></span>${
        t(`status.${account.status}`)}</span><//>
      <${Fact} name=${t('profile.tariff')}>${t('common.quoted', { name: account.tariff })}<//>
      <${Fact} name=${t('profile.balance')}>${money(account.balanceKopecks)}<//>
      <${Fact} name=${t('login.login')}>${account.login}<//>
      <${Fact} name=${t('user.email')} href="/settings">${email === undefined ? html`<span
        class="soft">…</span>`
        : email === '' ? html`<span class="soft">${t('user.noEmailShort')}</span>` : email}<//>
      <${Fact} name=${t('user.zone')} href="/settings">${zoneTitle(account.zone, now.value)}<//>
      <${Fact} name=${t('numbers.chooseTitle')}
        href="/settings">${chosen === undefined ? t('profile.noDefault')
        : phoneName(chosen)}<//>
      <${Fact} name=${t('nav.voicemail')} href="/settings/calls">${account.voicemail
        ? t('profile.mailOn', { n: account.voicemailAfterSeconds }) : t('profile.mailOff')}<//>
      <${Fact} name=${t('profile.used')}>${t('profile.usedText', {
        numbers: numbers.value?.length ?? 0, rules: overview.value?.rules.length ?? 0,
      })}<//></dl></div>`
}
