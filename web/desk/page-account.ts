/**
 * The manager's own account: the second step of logging in and where he is logged in. The parts are
 * those of the panel.
 */
import type { VNode } from 'preact'
import { html } from '../html.ts'
import { Sessions } from '../settings-sessions.ts'
import { Security } from '../settings-security.ts'
import { Facts, Head, Part } from './parts.ts'
import { me } from './state.ts'
import { t } from './words.ts'
import '../text-account-ru.ts'

/** The page. */
export function Account(): VNode {
  return html`<div class="page desk-account"><${Head} title=${t('menu.account')} />
    <${Part} title=${t('desk.you')}><${Facts} rows=${[
      [t('sub.name'), me.value?.name ?? ''], [t('sub.login'), me.value?.login ?? ''],
      ['E-mail', me.value?.email ?? ''],
    ]} /><//><${Security} /><${Sessions} /></div>`
}
