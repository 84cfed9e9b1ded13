/**
 * Starts the panel: the session, the clock, the events, and the page that the address names.
 */
import { render } from 'preact'
import type { VNode } from 'preact'
import { Button, LinkButton, Strip } from './controls.ts'
import { DefaultNumberDialog } from './default-number.ts'
import { DeleteRuleDialog } from './delete-rule.ts'
import { phone, startDevice } from './device.ts'
import { Frame } from './frame.ts'
import { html } from './html.ts'
import { Login } from './login.ts'
import { Numbers } from './numbers.ts'
import { Overview } from './overview.ts'
import { place, startRouter } from './router.ts'
import { later } from './later.ts'
import { Rules } from './rules.ts'
import { loadFault, session, startClock, startEvents, startSession } from './state.ts'
import { startToasts, ToastPlace } from './toast.ts'
import { t } from './text.ts'

// Pages that are not the first one come with their own part of the bundle.
const Calls = later(async () => (await import('./calls.ts')).Calls)
const RuleEditor = later(async () => (await import('./rule-editor.ts')).RuleEditor)

function Missing(): VNode {
  return html`<div class="page"><h1>${t('app.notFound')}</h1><p>${t('app.notFoundText')}</p>
    <${LinkButton} href="/">${t('app.toOverview')}<//></div>`
}

function Page(): VNode {
  const path = place.value.path
  if (path === '/' || path === '/login') return html`<${Overview} />`
  if (path === '/rules') return html`<${Rules} />`
  if (path === '/numbers') return html`<${Numbers} />`
  if (path === '/calls') return html`<${Calls} />`
  const rule = /^\/rules\/(new|[0-9a-f]{32})$/.exec(path)?.[1]
  if (rule !== undefined) return html`<${RuleEditor} key=${path}
  id=${rule === 'new' ? undefined : rule} />`
  return html`<${Missing} />`
}

function App(): VNode | null {
  if (session.value === 'out') return html`<${Login} />`
  if (session.value === 'unknown') {
    return loadFault.value === undefined ? null : html`<main class="page">
      <${Strip} kind="bad" text=${t('error.load', { reason: loadFault.value })} alert=${true}
        action=${html`<${Button} small=${true} onClick=${() => void startSession()}>${
          t('common.retry')}<//>`} /></main>`
  }
  const editor = place.value.path.startsWith('/rules/')
  return html`<${Frame} bare=${editor && phone.value}><${Page} /><${DeleteRuleDialog} />
    <${DefaultNumberDialog} /><${ToastPlace} /><//>`
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
}
