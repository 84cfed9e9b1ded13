/**
 * The first step of «Пополнение баланса»: a tile of the manual or another sum, and what the balance
 * becomes.
 */
import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import type { PaymentSystemsReply } from '../src/api/schema-money.ts'
import { Below, Button, Strip } from './controls.ts'
import { money } from './format.ts'
import { html } from './html.ts'
import { plainRoubles } from './money-words.ts'
import { navigate } from './router.ts'
import { daysLeft, perDay, useSpend } from './spend.ts'
import { me } from './state.ts'
import { t } from './text.ts'
import { judgeSum, stepTaken, sumDraft } from './topup-form.ts'
import type { Amounts, JudgedSum } from './topup-form.ts'
import './text-money-ru.ts'

function faultWords(sum: JudgedSum, { leastKopecks, mostKopecks }: Amounts): string | undefined {
  if ('kopecks' in sum) return undefined
  return t(`topup.wrong.${sum.wrong}`, { least: money(leastKopecks), most: money(mostKopecks) })
}

/** What the balance is, what it becomes after a fee that waits for it, and how long that lasts. */
function Becomes(props: { readonly kopecks: number | undefined }): VNode {
  const { balanceKopecks: now = 0, feeDueKopecks: fee = 0 } = me.value ?? {}
  const { kopecks } = props
  const sum = now + (kopecks ?? 0)
  const rest = sum - fee
  // A fee is taken whole or not at all.
  const then = rest < 0 ? sum : rest
  const days = kopecks === undefined || rest <= 0 ? undefined : daysLeft(then, perDay.value)
  return html`<div class="topup-becomes" aria-live="polite"><p>${kopecks === undefined
      ? t('topup.isNow', { now: money(now) })
      : html`${t('topup.isNow', { now: money(now) })}${' '}<strong>${
        t('topup.becomes', { then: money(then) })}</strong>${fee > 0 && rest >= 0
          && html`, ${t('topup.lessFee', { fee: money(fee) })}`}`}</p>
    <p class="small soft">${kopecks !== undefined && rest <= 0
      ? t(fee > 0 ? 'topup.notEnoughFee' : 'topup.notEnough',
        { more: money(1 - rest), fee: money(fee) })
      : days !== undefined && perDay.value !== undefined
        && t('topup.lasts', { n: days, spend: money(perDay.value) })}</p></div>`
}

function Tiles(props: { readonly usual: readonly number[] }): VNode {
  const { tile, other } = sumDraft.value
  return html`${props.usual.map((kopecks) => html`<label key=${kopecks} class="sum-tile"><input
    type="radio" name="sum" class="visually-hidden" value=${kopecks}
    checked=${other.trim() === '' && tile === kopecks}
    onChange=${() => { sumDraft.value = { tile: kopecks, other: '' } }} />
    <span>${money(kopecks)}</span></label>`)}`
}

/** The step; what is wrong is told when one wants to go on, and then as one types. */
export function SumStep(props: { readonly systems: PaymentSystemsReply }): VNode {
  useSpend()
  const { systems } = props
  const tried = useSignal(false)
  const draft = sumDraft.value
  const sum = judgeSum(draft, systems)
  const fault = tried.value ? faultWords(sum, systems) : undefined
  const go = (event: Event): void => {
    event.preventDefault()
    tried.value = true
    stepTaken.value = 'kopecks' in sum
    if ('kopecks' in sum) navigate(`/balance?sum=${plainRoubles(sum.kopecks)}`)
    else document.getElementById('other-sum')?.focus()
  }
  if (systems.systems.every(({ available }) => !available)) return html`<${NoSystems} />`
  return html`<form class="topup-form" noValidate onSubmit=${go}>
    <fieldset><legend>${t('topup.chooseSum')}</legend>
      <div class="sum-tiles"><${Tiles} usual=${systems.usualKopecks} />
        <div class=${fault === undefined ? 'input sum-other' : 'input sum-other bad'}><input
          id="other-sum" inputMode="decimal" autocomplete="off" maxLength=${12}
          aria-label=${t('topup.other')} placeholder=${t('topup.other')} value=${draft.other}
          aria-invalid=${fault === undefined ? undefined : 'true'}
          aria-describedby=${fault === undefined ? undefined : 'other-below'}
          onInput=${(event: InputEvent) => {
            const other = (event.currentTarget as HTMLInputElement).value
            sumDraft.value = { tile: draft.tile, other }
          }} /><span class="unit">₽</span></div></div>
      ${fault !== undefined && html`<${Below} id="other-below" fault=${true} text=${fault} />`}
    </fieldset>
    <${Becomes} kopecks=${'kopecks' in sum ? sum.kopecks : undefined} />
    <div class="pay-bar"><${Button} kind="primary" type="submit">${t('topup.next')}<//></div>
    <p class="small soft">${t('topup.least', { least: money(systems.leastKopecks) })}</p></form>`
}

/** Nothing to pay with: said before a sum is chosen, with the way out. */
export function NoSystems(): VNode {
  return html`<${Strip} kind="warn" title=${t('topup.none')} text=${t('topup.noneText')}
    action=${html`<a class="button default small" href="/support">${t('nav.support')}</a>`} />`
}
