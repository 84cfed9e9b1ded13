/**
 * What a minute costs when a call is forwarded to a phone, beside the phone wherever rules choose
 * one; and that a forwarded call is an outgoing one, in plain words. Also why a phone is not rung.
 */
import type { VNode } from 'preact'
import type { NumberReply } from '../src/api/schema.ts'
import { money } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { numbers } from './state.ts'
import { t } from './text.ts'
import './text-rules-ru.ts'

type Priced = Pick<NumberReply, 'price'>

/** «1,90 ₽/мин, Россия, мобильные»; '' while no tariff says anything. */
export function priceWords({ price }: Priced): string {
  if (price === undefined) return ''
  if (price === null) return t('price.none')
  const { kopecksPerMinute, connectionKopecks, name } = price
  if (kopecksPerMinute === 0 && connectionKopecks === 0) return t('price.free')
  const words = t('price.minute', { sum: money(kopecksPerMinute), name })
  return connectionKopecks === 0 ? words
    : t('price.connection', { price: words, sum: money(connectionKopecks) })
}

/** Who pays, and that the minutes of the monthly fee go first where there are any. */
function note(phones: readonly NumberReply[]): string {
  const included = phones.some(({ price }) => price?.included === true)
  return t(included ? 'price.noteIncluded' : 'price.note')
}

/** The price as a second line; nothing while it is not known. */
export function Price(props: { readonly phone: NumberReply }): VNode | null {
  const words = priceWords(props.phone)
  return words === '' ? null : html`<span class=${props.phone.price === null
    ? 'price small bad-text' : 'price small soft'}>${words}</span>`
}

/** Prices of these addresses, each once: «Мобильный — 1,90 ₽/мин, Россия, мобильные». */
export function Prices(props: { readonly addresses: readonly string[] }): VNode | null {
  const wanted = new Set(props.addresses)
  const known = (numbers.value ?? []).filter((each) => wanted.delete(each.address)
    && priceWords(each) !== '')
  if (known.length === 0) return null
  return html`<div class="prices small soft"><p>${note(known)}</p><ul>${known.map((each) =>
    html`<li key=${each.id}>${t('price.of', {
      name: each.description || each.address, price: priceWords(each),
    })}</li>`)}</ul></div>`
}

/** That the subscriber pays for the forwarded leg; nothing while no tariff says anything. */
export function PriceNote(): VNode | null {
  const known = (numbers.value ?? []).filter(({ price }) => price !== undefined)
  return known.length === 0 ? null : html`<p class="below price-note">${note(known)}</p>`
}

/** Why rules do not ring it, as a tag; nothing when they do. */
export function Barred(props: { readonly phone: NumberReply }): VNode | null {
  const why = props.phone.destination.barred
  return why === null ? null : html`<span class="tag bad"><${Icon} name="block"
    size=${14} />${t(`barred.${why}`)}</span>`
}
