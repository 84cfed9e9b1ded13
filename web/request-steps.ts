/**
 * «Что будет дальше»: the four steps from the request to the first rule, and which are behind.
 */
import type { VNode } from 'preact'
import { html } from './html.ts'
import { t } from './text.ts'
import './text-public-ru.ts'

const steps = [
  ['next.request', 'next.requestText'], ['next.call', 'next.callText'],
  ['next.letter', 'next.letterText'], ['next.rule', 'next.ruleText'],
] as const

/** The list; `done` steps are behind, the one after them is next. */
export function RequestSteps(props: { readonly done: number }): VNode {
  return html`<section class="request-steps"><h2>${t('next.title')}</h2><ol>${
    steps.map(([name, text], at) => html`<li key=${name}
      aria-current=${props.done > 0 && at === props.done ? 'step' : undefined}>
      <span class="soft num" aria-hidden="true">${at + 1}</span><div><p class="strong">${t(name)}
        ${at < props.done && html` ${' '}<span class="tag ok">${t('next.done')}</span>`}</p>
        <p class="small soft">${t(text)}</p></div></li>`)}</ol></section>`
}
