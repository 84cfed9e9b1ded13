/**
 * «Пополнение баланса»: the manual's two steps, and the page a browser comes back to from the
 * payment system. Which of the three is shown stands in the address: `sum` leads to the second
 * step, `order` to what became of a payment.
 */
import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { PaymentSystemsReply } from '../src/api/schema-money.ts'
import { moneyApi } from './api-money.ts'
import { problemText } from './api.ts'
import { Button, LinkButton, Skeleton, Strip } from './controls.ts'
import { phone } from './device.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { place } from './router.ts'
import { noteFault } from './state.ts'
import { t } from './text.ts'
import { judgeSum } from './topup-form.ts'
import { PaymentResult } from './topup-result.ts'
import { SumStep } from './topup-sum.ts'
import { SystemStep } from './topup-system.ts'
import './text-money-ru.ts'

interface Loaded {
  readonly systems: PaymentSystemsReply | undefined
  readonly fault: string | undefined
  readonly load: () => void
}

function useSystems(wanted: boolean): Loaded {
  const [systems, setSystems] = useState<PaymentSystemsReply | undefined>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const load = (): void => {
    setFault(undefined)
    moneyApi.systems().then(setSystems, (problem: unknown) => {
      noteFault(problem)
      setFault(problemText(problem))
    })
  }
  useEffect(() => { if (wanted && systems === undefined) load() }, [wanted])
  return { systems, fault, load }
}

/** The two steps above the form: where one is, and what is done. */
function Steps(props: { readonly second: boolean }): VNode {
  const { second } = props
  return html`<ol class="pay-steps"><li aria-current=${second ? undefined : 'step'}
    class=${second ? 'done' : ''}>${second && html`<${Icon} name="check" size=${16} />`}${
      t('topup.step1')}</li><li aria-hidden="true"><${Icon} name="arrow" size=${16} /></li><li
    aria-current=${second ? 'step' : undefined}>${t('topup.step2')}</li></ol>`
}

function Page(props: {
  readonly back: string; readonly children?: ComponentChildren
}): VNode {
  document.title = `${t('topup.title')} · ${t('app.name')}`
  const head = html`<h1>${t('topup.title')}</h1>`
  return html`<div class="page topup">${phone.value ? html`<div class="topup-head"><${LinkButton}
    kind="quiet" icon="left" label=${t('topup.back')} href=${props.back} />${head}</div>` : head}
    ${props.children}</div>`
}

/** The page. */
export function TopUp(): VNode {
  const { query } = place.value
  const order = /^[1-9]\d{0,9}$/.exec(query.get('order') ?? '')?.[0]
  const { systems, fault, load } = useSystems(order === undefined)
  if (order !== undefined) {
    return html`<${Page} back="/"><${PaymentResult} key=${order} order=${Number(order)} /><//>`
  }
  if (systems === undefined) {
    return html`<${Page} back="/">${fault === undefined ? html`<${Skeleton} />`
      : html`<${Strip} kind="bad" text=${t('error.load', { reason: fault })} alert=${true}
        action=${html`<${Button} small=${true} onClick=${load}>${t('common.retry')}<//>`} />`}<//>`
  }
  const sum = judgeSum({ tile: 0, other: query.get('sum') ?? '' }, systems)
  if (!('kopecks' in sum)) {
    return html`<${Page} back="/"><${Steps} second=${false} /><${SumStep} systems=${systems} /><//>`
  }
  return html`<${Page} back="/balance"><${Steps} second=${true} /><${SystemStep}
    key=${sum.kopecks} systems=${systems} kopecks=${sum.kopecks} /><//>`
}
