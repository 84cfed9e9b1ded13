/**
 * Starts the panel: the session, the clock, the events, and the page that the address names.
 */
// First of all: in the bundle words compress best where they stand together.
import './text-home-ru.ts'
import { effect } from '@preact/signals'
import { render } from 'preact'
import type { VNode } from 'preact'
import { startBadges } from './badges.ts'
import { codeQuestion } from './code-ask.ts'
import { Button, LinkButton, Strip } from './controls.ts'
import { DefaultNumberDialog } from './default-number.ts'
import { DeleteRuleDialog } from './delete-rule.ts'
import { phone, startDevice } from './device.ts'
import { Frame } from './frame.ts'
import { html } from './html.ts'
import { later } from './later.ts'
import { LeaveDialog } from './leave-dialog.ts'
import { Login, LoginAgain } from './login.ts'
import { findPage, findPublicPage } from './pages.ts'
import { PublicFrame } from './public-frame.ts'
import { place, startRouter } from './router.ts'
import {
  lapsed, loadFault, mustChange, session, startClock, startEvents, startSession,
} from './state.ts'
import { startToasts, ToastPlace } from './toast.ts'
import { t } from './text.ts'

function Missing(): VNode {
  return html`<div class="page"><div class="page-head"><div><h1>${t('app.notFound')}</h1>
    <p>${t('app.notFoundText')}</p></div></div>
    <${LinkButton} href="/">${t('app.toOverview')}<//></div>`
}

const MustChange = later<object>(async () => (await import('./page-password.ts')).MustChange, false)
const CodeDialog = later<object>(async () => (await import('./code-dialog.ts')).CodeDialog)

/** Before anybody has logged in: what the address names, or the log-in. */
function Outside(): VNode {
  if (mustChange.value !== undefined) return html`<${PublicFrame}><${MustChange} /><//>`
  const features = findPage('/features')
  if (place.value.path !== '/features' || features === undefined) return html`<${Login} />`
  return html`<${PublicFrame}><${features.component} id=${undefined} /><//>`
}

function App(): VNode | null {
  const open = findPublicPage(place.value.path)
  if (open !== undefined) {
    return html`<${PublicFrame}><${open.component} key=${place.value.path} id=${open.id} />
      <${LeaveDialog} /><//>`
  }
  if (session.value === 'out') return html`<${Outside} />`
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
    <${DeleteRuleDialog} /><${DefaultNumberDialog} /><${LeaveDialog} /><${ToastPlace} />
    ${codeQuestion.value !== undefined && html`<${CodeDialog} />`}
    ${lapsed.value && html`<${LoginAgain} />`}<//>`
}

const root = document.getElementById('app')
if (root !== null) {
  startDevice()
  startRouter()
  startToasts()
  render(html`<${App} />`, root)
  // Who is logged in matters where a login is needed; the links of letters open for anybody.
  effect(() => {
    if (session.value === 'unknown' && findPublicPage(place.value.path) === undefined) {
      void startSession()
    }
  })
  startClock()
  startEvents()
  startBadges()
}
