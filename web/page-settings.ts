/**
 * «Настройки»: the three tabs of the manual, each under its own address. There is no «Сохранить»:
 * every control saves itself and can be undone.
 */
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { Button, Skeleton, Strip } from './controls.ts'
import { html } from './html.ts'
import type { PageProps } from './pages.ts'
import { CallsTab } from './settings-calls.ts'
import { NoticesTab } from './settings-notices.ts'
import { loadSettings, settings, settingsFault } from './settings-state.ts'
import { UserTab } from './settings-user.ts'
import { settingsChanged } from './state.ts'
import { t } from './text.ts'
import './text-account-ru.ts'

const tabs = [
  { id: 'user', href: '/settings', text: 'set.user' },
  { id: 'notifications', href: '/settings/notifications', text: 'set.notifications' },
  { id: 'calls', href: '/settings/calls', text: 'set.calls' },
] as const

function Tab(props: { readonly id: string }): VNode {
  const loaded = settings.value
  if (loaded === undefined) {
    return settingsFault.value === undefined ? html`<${Skeleton} rows=${6} />`
      : html`<${Strip} kind="bad" text=${t('error.load', { reason: settingsFault.value })}
        alert=${true}
        action=${html`<${Button} small=${true}
          onClick=${() => void loadSettings()}>${t('common.retry')}<//>`} />`
  }
  switch (props.id) {
    case 'calls': return html`<${CallsTab} settings=${loaded} />`
    case 'notifications': return html`<${NoticesTab} settings=${loaded} />`
    default: return html`<${UserTab} settings=${loaded} />`
  }
}

/** The page; `id` is the tab: user (also when undefined), notifications or calls. */
export function Settings(props: PageProps): VNode {
  const here = props.id ?? 'user'
  const grown = settingsChanged.value
  useEffect(() => { void loadSettings() }, [grown])
  document.title = `${t('nav.settings')} · ${t('app.name')}`
  return html`<div class="page settings"><h1>${t('nav.settings')}</h1>
    <nav class="tabs" aria-label=${t('nav.settings')}>${tabs.map((tab) => html`<a key=${tab.id}
      href=${tab.href}
      aria-current=${tab.id === here ? 'page' : undefined}>${t(tab.text)}</a>`)}</nav>
    <${Tab} id=${here} /></div>`
}
