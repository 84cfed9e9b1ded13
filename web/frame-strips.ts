/**
 * What every page tells of the account: a manager is looking at it, it is not served, its money is
 * little or over. Of service and missing money the home page has words of its own.
 */
import type { VNode } from 'preact'
import type { Me } from '../src/api/schema.ts'
import { problemText, send } from './api.ts'
import { Button, LinkButton, Strip } from './controls.ts'
import { money } from './format.ts'
import { html } from './html.ts'
import { place } from './router.ts'
import { me } from './state.ts'
import { t } from './text.ts'
import { showToast } from './toast.ts'
import './text-home-ru.ts'
import './text-people-ru.ts'

async function endView(): Promise<void> {
  try {
    await send('DELETE', '/desk/view')
    location.assign('/desk/subscribers')
  } catch (fault) {
    showToast({ text: problemText(fault), bad: true })
  }
}

function Viewed(props: { readonly account: Me }): VNode {
  return html`<${Strip} kind="warn" text=${t('view.strip', { name: props.account.name })}
    action=${html`<${Button} small=${true} onClick=${() => void endView()}>${t('view.end')}<//>`} />`
}

/** The one strip about service and money; the home page has its own for what `home` leaves out. */
function Service(props: { readonly account: Me }): VNode | null {
  const { status, feeDueKopecks, balanceKopecks, lowBalanceKopecks = 0 } = props.account
  const home = place.value.path === '/'
  const help = html`<${LinkButton} small=${true} href="/support">${t('nav.support')}<//>`
  const pay = html`<${LinkButton} small=${true} href="/balance">${t('nav.topUpDo')}<//>`
  if (status === 'frozen') {
    return html`<${Strip} kind="bad" title=${t('strip.frozen')} text=${t('strip.frozenWhy')}
      action=${help} />`
  }
  if (home && (status !== 'active' || feeDueKopecks !== undefined || balanceKopecks <= 0)) return null
  if (status !== 'active') {
    return html`<${Strip} kind="bad" text=${t(`strip.${status}`)} action=${help} />`
  }
  if (feeDueKopecks !== undefined) {
    return html`<${Strip} kind="bad" text=${t('strip.fee', { sum: money(feeDueKopecks) })}
      action=${pay} />`
  }
  if (balanceKopecks > 0 && balanceKopecks >= lowBalanceKopecks) return null
  if (balanceKopecks > 0) {
    return html`<${Strip} kind="warn" text=${t('strip.low', { sum: money(balanceKopecks) })}
      action=${pay} />`
  }
  return html`<${Strip} kind="bad" text=${t('strip.money', { balance: money(balanceKopecks) })}
    action=${pay} />`
}

/** The strips. */
export function AccountStrips(): VNode | null {
  const account = me.value
  if (account === undefined) return null
  return html`<div class="strips account-strips">
    ${account.viewedBy !== undefined && html`<${Viewed} account=${account} />`}
    <${Service} account=${account} /></div>`
}
