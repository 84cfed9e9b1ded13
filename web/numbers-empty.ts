/**
 * «Куда Вам дозваниваться?»: what a subscriber without any number sees, on the home page and in
 * «Мои номера»: one form and the three steps to the first call.
 */
import type { VNode } from 'preact'
import { html } from './html.ts'
import { NumberForm } from './number-form.ts'
import { WithNumber } from './with-number.ts'
import { t } from './text.ts'
import './text-rules-ru.ts'
import type { Key } from './text.ts'

const steps: readonly (readonly [Key, Key])[] = [
  ['numbers.step1', 'numbers.step1text'], ['numbers.step2', 'numbers.step2text'],
  ['numbers.step3', 'numbers.step3text'],
]

export function NumbersEmpty(): VNode {
  return html`<div class="page first-number">
    <h1>${t('numbers.emptyTitle')}</h1>
    <p class="lead"><${WithNumber} text=${'numbers.emptyText'} /></p>
    <${NumberForm} row=${true} />
    <ol class="steps">${steps.map(([title, text], at) => html`<li key=${title}
      class=${at === 0 ? 'here' : ''}>
      <p><span class="soft">${at + 1}</span> ${' '}<strong>${t(title)}</strong>${at === 0
        && html`<span class="caption"> ${' '}${t('numbers.step1now')}</span>`}</p>
      <p class="small">${t(text)}</p></li>`)}</ol></div>`
}
