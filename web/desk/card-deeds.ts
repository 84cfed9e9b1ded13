/**
 * What changes a subscriber's standing: freezing, suspending, closing, opening again, and
 * corrections of his balance. Each asks for a reason that others will read.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { DeskStatus } from '../../src/api/schema-desk.ts'
import { newKey } from '../api.ts'
import { Button, Field, Segmented } from '../controls.ts'
import { money } from '../format.ts'
import { html } from '../html.ts'
import { showToast } from '../toast.ts'
import { peopleApi } from './api-people.ts'
import type { CardProps } from './page-subscriber.ts'
import { readRoubles } from './roubles.ts'
import { ReasonDialog } from './reason.ts'
import { loadHome, maySave } from './state.ts'
import { t } from './words.ts'

const ways: Readonly<Record<DeskStatus, readonly DeskStatus[]>> = {
  active: ['frozen', 'suspended', 'closed'], frozen: ['active', 'suspended', 'closed'],
  suspended: ['active', 'frozen', 'closed'], closed: [],
}

/** One button for each way on from the present status. */
export function StatusButtons(props: CardProps): VNode {
  const { card } = props
  const [wanted, setWanted] = useState<DeskStatus | undefined>(undefined)
  return html`<div class="part-actions">${ways[card.status].map((status) => html`<${Button}
      key=${status} small=${true} disabled=${!maySave.value}
      kind=${status === 'closed' ? 'danger' : 'default'}
      onClick=${() => setWanted(status)}>${t(`sub.do.${status}`)}<//>`)}
    ${wanted !== undefined && html`<${ReasonDialog} title=${t(`sub.ask.${wanted}`,
        { name: card.name })} text=${t(`sub.text.${wanted}`)} action=${t(`sub.do.${wanted}`)}
      busy=${t('common.saving')} danger=${wanted !== 'active'} onClose=${() => setWanted(undefined)}
      onDo=${async (reason: string) => {
        props.onCard(await peopleApi.status(card.id, { was: card.status, status: wanted, reason }))
        showToast({ text: t(`sub.done.${wanted}`, { name: card.name }) })
        void loadHome()
      }} />`}</div>`
}

type Sign = 'plus' | 'minus'

/** A correction: signed, with its reason; a large one waits for a second manager. */
function Correction(props: CardProps & { readonly onClose: () => void }): VNode {
  const { card } = props
  const [sign, setSign] = useState<Sign>('plus')
  const [text, setText] = useState('')
  const [key] = useState(newKey)
  const kopecks = readRoubles(text)
  const signed = (kopecks ?? 0) * (sign === 'plus' ? 1 : -1)
  const barred = kopecks === undefined || kopecks === 0 ? t('correct.needSum') : undefined
  return html`<${ReasonDialog} title=${t('correct.title')} text=${t('correct.text')}
    action=${t('correct.do')} busy=${t('common.saving')} onClose=${props.onClose} barred=${barred}
    placeholder=${t('correct.example')} maxLength=${250} onDo=${async (reason: string) => {
      const made = await peopleApi.correct(card.id, { key, kopecks: signed, reason })
      showToast({ text: made.state === 'waiting' ? t('correct.waits')
        : t('correct.done', { sum: money(signed) }) })
      void loadHome()
      props.onReload()
    }}><div class="sum-row"><${Segmented} label=${t('correct.way')} value=${sign}
      onChange=${setSign}
        options=${[{ value: 'plus', text: t('correct.plus') },
          { value: 'minus', text: t('correct.minus') }]} />
      <${Field} label=${t('correct.sum')} value=${text} onInput=${setText} unit="₽"
        inputMode="decimal" /></div>
    ${barred === undefined && html`<p class="small soft">${t('correct.becomes', {
      sum: money(card.balanceKopecks + signed) })}</p>`}<//>`
}

/** The button for a correction. */
export function MoneyButtons(props: CardProps): VNode {
  const [open, setOpen] = useState(false)
  return html`<div class="part-actions"><${Button} small=${true} disabled=${!maySave.value}
      onClick=${() => setOpen(true)}>${t('correct.open')}<//>
    ${open && html`<${Correction} ...${props} onClose=${() => setOpen(false)} />`}</div>`
}
