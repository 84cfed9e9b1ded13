/**
 * «Обзор возможностей»: what the service does, as short texts that lead to their pages. Data, not
 * layout: one more is one more line.
 */
import type { VNode } from 'preact'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import type { IconName } from './icons.ts'
import { t } from './text.ts'
import './text-account-ru.ts'

const features = [
  ['timeline', '/', 'home'], ['rules', '/rules', 'split'], ['numbers', '/numbers', 'phone'],
  ['modes', '/rules/new', 'call'], ['override', '/', 'clock'], ['simulator', '/simulator', 'help'],
  ['voicemail', '/voicemail', 'mail'], ['recording', '/settings/calls', 'mic'], ['journal',
    '/calls', 'list'],
  ['statistics', '/statistics', 'chart'], ['callers', '/callers', 'people'], ['calendar',
    '/calendar', 'calendar'],
] as const satisfies readonly (readonly [string, string, IconName])[]

/** The page. */
export function Features(): VNode {
  document.title = `${t('nav.features')} · ${t('app.name')}`
  return html`<div class="page features"><div class="page-head"><div><h1>${t('nav.features')}</h1>
      <p>${t('features.lead')}</p></div></div>
    <ul>${features.map(([name, href, icon]) => html`<li key=${name}>
      <${Icon} name=${icon} size=${22} /><div><h2><a href=${href}>${t(`features.${name}`)}</a></h2>
        <p>${t(`features.${name}Text`)}</p></div></li>`)}</ul></div>`
}
