/**
 * The second step of «Пополнение баланса»: the payment system, «Оплатить!», and the way to its
 * page. A form sent twice is one payment (topup-form.ts).
 */
import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { PaymentSystemsReply } from '../src/api/schema-money.ts'
import { moneyApi } from './api-money.ts'
import type { PaymentSystemId } from './api-money.ts'
import { ApiProblem, problemText } from './api.ts'
import { Button, LinkButton, Strip } from './controls.ts'
import { remember, remembered } from './device.ts'
import { money } from './format.ts'
import { html } from './html.ts'
import { navigate } from './router.ts'
import { maySave, noteFault, online } from './state.ts'
import { t } from './text.ts'
import { formEnded, formOf, formSent, stepTaken } from './topup-form.ts'
import { NoSystems } from './topup-sum.ts'
import './text-money-ru.ts'

type Tile = PaymentSystemsReply['systems'][number]

const lastSystem = 'paySystem'

/** The one used last on this device where it can be used, else the first that can. */
function firstChoice(tiles: readonly Tile[]): PaymentSystemId | undefined {
  const usable = tiles.filter(({ available }) => available)
  const last = remembered(lastSystem)
  return (usable.find(({ id }) => id === last) ?? usable[0])?.id
}

function reasonWords(tile: Tile): string {
  if (tile.why !== null) return t(`topup.why.${tile.why}`)
  return tile.via === 'sbp' ? t('topup.viaSbp') : t(`topup.about.${tile.id}`)
}

/** What stands in the box of a tile, in place of a trade mark. */
function logo(tile: Tile): string {
  return tile.via === 'sbp' ? t('topup.sbp') : t(`topup.logo.${tile.id}`)
}

function SystemTile(props: {
  readonly tile: Tile; readonly chosen: boolean; readonly onChoose: () => void
}): VNode {
  const { tile, chosen } = props
  return html`<label class=${tile.available ? 'pay-tile' : 'pay-tile off'}><input type="radio"
    name="system" value=${tile.id} checked=${chosen} disabled=${!tile.available}
    onChange=${props.onChoose} /><span class="pay-logo" aria-hidden="true">${logo(tile)}</span>
    <span class="pay-words"><span class="pay-name">${t(`topup.system.${tile.id}`)}${tile.available
      && tile.test && html` ${' '}<span class="tag">${t('topup.test')}</span>`}</span>
      <span class="small soft">${reasonWords(tile)}</span></span></label>`
}

interface Paying {
  readonly busy: boolean
  readonly fault: string | undefined
  readonly pay: (event: Event) => void
}

/** Sends the form and leaves for the payment page; comes back to life when one returns to it. */
function usePaying(system: PaymentSystemId | undefined, kopecks: number): Paying {
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | undefined>(undefined)
  useEffect(() => {
    // The way back from the bank may show this very page again, as it was left.
    const shown = (event: PageTransitionEvent): void => { if (event.persisted) setBusy(false) }
    addEventListener('pageshow', shown)
    return () => removeEventListener('pageshow', shown)
  }, [])
  const begin = async (chosen: PaymentSystemId): Promise<void> => {
    const form = formOf(chosen, kopecks)
    try {
      const { order, url } = await moneyApi.beginPayment({ system: chosen, kopecks, key: form.key })
      formSent(form, order)
      remember(lastSystem, chosen)
      location.assign(url) // busy until this page is gone
    } catch (problem) {
      noteFault(problem)
      setBusy(false)
      const ended = problem instanceof ApiProblem && problem.code === 'form_reused'
      if (ended) formEnded(form)
      // It was paid or refused meanwhile: that is shown, and nothing is charged twice.
      if (ended && form.order !== undefined) navigate(`/balance?order=${form.order}`)
      else setFault(problemText(problem))
    }
  }
  const pay = (event: Event): void => {
    event.preventDefault()
    if (busy || system === undefined || !maySave.value) return
    setBusy(true)
    setFault(undefined)
    void begin(system)
  }
  return { busy, fault, pay }
}

/** The step for a sum in kopecks. */
export function SystemStep(props: {
  readonly systems: PaymentSystemsReply; readonly kopecks: number
}): VNode {
  const { kopecks } = props
  const tiles = props.systems.systems
  const [system, setSystem] = useState(() => firstChoice(tiles))
  const { busy, fault, pay } = usePaying(system, kopecks)
  const list = useRef<HTMLFieldSetElement>(null)
  useEffect(() => {
    if (!stepTaken.peek()) return
    stepTaken.value = false
    list.current?.querySelector<HTMLElement>('input:checked')?.focus({ preventScroll: true })
  }, [])
  const tile = tiles.find(({ id }) => id === system)
  if (tile === undefined) return html`<${NoSystems} />`
  const where = tile.via === 'sbp' ? t('topup.sbp') : t(`topup.system.${tile.id}`)
  return html`<form class="topup-form" onSubmit=${pay}>
    <div class="topup-sum"><span class="soft">${t('topup.sum')}</span>
      <strong>${money(kopecks)}</strong><a href="/balance">${t('common.edit')}</a></div>
    <fieldset ref=${list}><legend>${t('topup.chooseSystem')}</legend>
      <div class="pay-tiles">${tiles.map((each) => html`<${SystemTile} key=${each.id} tile=${each}
        chosen=${each.id === system} onChoose=${() => setSystem(each.id)} />`)}</div></fieldset>
    ${fault !== undefined && html`<${Strip} kind="bad" text=${fault} alert=${true} />`}
    <div class="pay-bar"><${Button} kind="primary" type="submit" disabled=${!maySave.value}
      busy=${busy ? t('topup.opening') : undefined}>${t('topup.pay')}<//>
      <${LinkButton} kind="quiet" href="/balance">${t('topup.back')}<//>
      <p class="small soft">${!online.value ? t('topup.offline')
        : t(tile.test ? 'topup.whereTest' : 'topup.where', { name: where })}</p></div></form>`
}
