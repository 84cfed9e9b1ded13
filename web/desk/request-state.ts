/**
 * The state of a request in a word or two, and who works on it.
 */
import type { VNode } from 'preact'
import type { RequestRow } from '../../src/api/schema-people.ts'
import { html } from '../html.ts'
import { t } from './words.ts'

/** The wished beginning: '+7499' → «+7 499», '' → «всё равно». */
export function wishText(wish: string): string {
  return wish === '' ? t('queue.anyNumber') : wish.replace(/^(\+7)(\d)/, '$1\u00a0$2')
}

/** «новая», «в работе», «ждём документы» …, and who works on it. */
export function StateTag(props: { readonly row: RequestRow }): VNode {
  const { row } = props
  if (row.state === 'confirmed') return html`<span class="tag ok">${t('queue.confirmed')}</span>`
  if (row.state === 'rejected') return html`<span class="tag">${t('queue.rejected')}</span>`
  const who = row.claim === null ? '' : row.claim.mine ? t('queue.mine') : row.claim.name
  const word = row.waitsDocuments ? t('queue.documents')
    : row.missedCalls > 0 ? t('queue.missedTimes', { n: row.missedCalls })
      : row.state === 'new' ? t('queue.new') : t('queue.inWork')
  const look = row.state === 'new' && !row.waitsDocuments && row.missedCalls === 0
    ? 'tag outlined' : 'tag'
  return html`<span class="stacked"><span class=${look}>${word}</span>${who !== ''
    && html`<span class="small soft">${who}</span>`}</span>`
}
