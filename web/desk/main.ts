/**
 * Starts the manager's desk: the session, the clock, and the page that the address names. Whoever
 * is no manager is told so; the log-in stands on a page of the panel.
 */
import { effect } from '@preact/signals'
import { render } from 'preact'
import type { VNode } from 'preact'
import { codeQuestion } from '../code-ask.ts'
import { Button, LinkButton, Strip } from '../controls.ts'
import { startDevice } from '../device.ts'
import { html } from '../html.ts'
import { later } from '../later.ts'
import { LeaveDialog } from '../leave-dialog.ts'
import { place, startRouter } from '../router.ts'
import { startToasts, ToastPlace } from '../toast.ts'
import { deskApi } from './api.ts'
import { Frame } from './frame.ts'
import { atOnce } from './loaded.ts'
import { findPage } from './pages.ts'
import { loadFault, session, startClock, startEvents, startSession, viewed } from './state.ts'
import { t } from './words.ts'

const CodeDialog = later<object>(async () => (await import('../code-dialog.ts')).CodeDialog)

function Missing(): VNode {
  return html`<div class="page"><h1>${t('app.notFound')}</h1>
    <p class="soft">${t('desk.missing')}</p>
    <${LinkButton} href="/desk">${t('desk.toRequests')}<//></div>`
}

function Alone(props: { readonly children?: unknown }): VNode {
  return html`<main class="page desk-alone" id="main">${props.children}</main>`
}

function NoManager(): VNode {
  return html`<${Alone}><h1>${t('stranger.title')}</h1><p class="soft">${t('stranger.text')}</p>
    <a class="button primary" href="/" target="_top"><span>${t('stranger.go')}</span></a><//>`
}

function Viewing(): VNode {
  const end = async (): Promise<void> => {
    if (await atOnce(() => deskApi.endView(), t('viewing.ended'))) await startSession()
  }
  return html`<${Alone}><h1>${t('viewing.title', { name: viewed.value })}</h1>
    <p class="soft">${t('viewing.text')}</p>
    <div class="form-actions"><${Button} kind="primary" onClick=${() => void end()}>${
      t('viewing.end')}<//>
      <a class="button default" href="/"
        target="_top"><span>${t('viewing.go')}</span></a></div><//>`
}

function App(): VNode | null {
  switch (session.value) {
    case 'out': return null
    case 'stranger': return html`<${NoManager} />`
    case 'viewing': return html`<div><${Viewing} /><${ToastPlace} /></div>`
    case 'unknown': return loadFault.value === undefined ? null : html`<${Alone}><${Strip}
      kind="bad"
      alert=${true} text=${t('error.load', { reason: loadFault.value })}
      action=${html`<${Button} small=${true} onClick=${() => void startSession()}>${
        t('common.retry')}<//>`} /><//>`
    case 'in': {
      const page = findPage(place.value.path)
      return html`<${Frame}>${page === undefined ? html`<${Missing} />`
        : html`<${page.component} id=${page.id} />`}
        <${LeaveDialog} /><${ToastPlace} />
        ${codeQuestion.value !== undefined && html`<${CodeDialog} />`}<//>`
    }
  }
}

const root = document.getElementById('app')
if (root !== null) {
  startDevice()
  startRouter()
  startToasts()
  render(html`<${App} />`, root)
  // Logging in is a page of the panel, which sends managers here.
  effect(() => { if (session.value === 'out') location.replace('/login') })
  void startSession()
  startClock()
  startEvents()
}
