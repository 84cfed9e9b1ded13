/**
 * The manager's own account: password, the second step of logging in, and where he is logged in.
 * The parts are those of the panel.
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { peopleApi } from '../api-people.ts'
import { Button } from '../controls.ts'
import { html } from '../html.ts'
import { PasswordDialog } from '../settings-confirm.ts'
import { Security } from '../settings-security.ts'
import { Sessions } from '../settings-sessions.ts'
import { factor } from '../settings-state.ts'
import { Facts, Head, Part } from './parts.ts'
import { maySave, me, noteFault } from './state.ts'
import { t } from './words.ts'
import '../text-account-ru.ts'
import './text-people-ru.ts'

/** The page. */
export function Account(): VNode {
  const [changing, setChanging] = useState(false)
  useEffect(() => {
    peopleApi.secondFactor().then((reply) => { factor.value = reply }, noteFault)
  }, [])
  return html`<div class="page desk-account"><${Head} title=${t('menu.account')} />
    <${Part} title=${t('desk.you')} beside=${html`<${Button} small=${true}
      disabled=${!maySave.value}
        onClick=${() => setChanging(true)}>${t('desk.password')}<//>`}><${Facts}
      rows=${[[t('sub.name'), me.value?.name ?? ''], [t('sub.login'), me.value?.login ?? ''],
        ['E-mail', me.value?.email ?? '']]} /><//>
    <${Security} /><${Sessions} />
    ${changing && html`<${PasswordDialog} onClose=${() => setChanging(false)} />`}</div>`
}
