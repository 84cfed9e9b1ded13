/**
 * Starts the panel: the session, the clock, the events, and the page that the address names.
 */
import { render } from 'preact'
import type { VNode } from 'preact'
import { startBadges } from './badges.ts'
import { Button, LinkButton, Strip } from './controls.ts'
import { DefaultNumberDialog } from './default-number.ts'
import { DeleteRuleDialog } from './delete-rule.ts'
import { phone, startDevice } from './device.ts'
import { Frame } from './frame.ts'
import { html } from './html.ts'
import { Login, LoginAgain } from './login.ts'
import { findPage } from './pages.ts'
import { place, startRouter } from './router.ts'
import { lapsed, loadFault, session, startClock, startEvents, startSession } from './state.ts'
import { startToasts, ToastPlace } from './toast.ts'
import { t } from './text.ts'

function Missing(): VNode {
  return html`<div class="page"><h1>${t('app.notFound')}</h1><p>${t('app.notFoundText')}</p>
    <${LinkButton} href="/">${t('app.toOverview')}<//></div>`
}

function App(): VNode | null {
  if (session.value === 'out') return html`<${Login} />`
  if (session.value === 'unknown') {
    return loadFault.value === undefined ? null : html`<main class="page">
      <${Strip} kind="bad" text=${t('error.load', { reason: loadFault.value })} alert=${true}
        action=${html`<${Button} small=${true} onClick=${() => void startSession()}>${
          t('common.retry')}<//>`} /></main>`
  }
  const path = place.value.path
  const page = findPage(path)
  const id = page?.id === 'new' ? undefined : page?.id
  return html`<${Frame} bare=${page?.bare === true && phone.value}>
    ${page === undefined ? html`<${Missing} />` : html`<${page.component} key=${path} id=${id} />`}
    <${DeleteRuleDialog} /><${DefaultNumberDialog} /><${ToastPlace} />
    ${lapsed.value && html`<${LoginAgain} />`}<//>`
}

const root = document.getElementById('app')
if (root !== null) {
  startDevice()
  startRouter()
  startToasts()
  render(html`<${App} />`, root)
  void startSession()
  startClock()
  startEvents()
  startBadges()
}
