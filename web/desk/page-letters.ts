/**
 * «Письма»: notices that could not be delivered and were given up; sent again once their cause is
 * gone, or thrown away.
 */
import type { VNode } from 'preact'
import type { DeskLetter, DeskLettersReply } from '../../src/api/schema-desk.ts'
import { Button } from '../controls.ts'
import { html } from '../html.ts'
import { known, t as say } from '../text.ts'
import { deskApi } from './api.ts'
import { atOnce, usePaged } from './loaded.ts'
import { Head, List } from './parts.ts'
import type { Column } from './parts.ts'
import { loadHome, maySave } from './state.ts'
import { moment, shortMoment } from './when.ts'
import { t } from './words.ts'
import './text-watch-ru.ts'

function word(prefix: string, code: string): string {
  const key = `${prefix}.${code}`
  return known(key) ? say(key) : code
}

function columns(act: (letter: DeskLetter, again: boolean) => void): readonly Column<DeskLetter>[] {
  return [
    { head: t('letter.to'), as: 'main', cell: (row) => html`<span class="stacked"><span
      class="who">${row.address}</span>${row.subscriber !== null && html`<a class="small"
        href=${`/desk/subscribers/${row.subscriber.id}`}>${row.subscriber.name}</a>`}</span>` },
    { head: t('letter.what'), cell: (row) => html`<span class="stacked"><span>${
      word('letter.kind', row.kind)}</span><span class="small soft">${
      word('letter.channel', row.channel)}</span></span>` },
    { head: t('letter.why'), cell: (row) => html`<span class="stacked"><span>${row.why}</span><span
      class="small soft">${t('letter.tries', { n: row.tries })}</span></span>` },
    { head: t('letter.when'), as: 'side', class: 'narrow', cell: (row) => html`<span class="soft"
      title=${moment(row.givenUpAt)}>${shortMoment(row.givenUpAt)}</span>` },
    { head: '', right: true, cell: (row) => html`<span class="row-actions"><${Button} small=${true}
        disabled=${!maySave.value} onClick=${() => act(row, true)}>${t('letter.again')}<//>
      <${Button} small=${true} kind="danger quiet" disabled=${!maySave.value}
        onClick=${() => act(row, false)}>${t('letter.drop')}<//></span>` },
  ]
}

interface LettersPage extends DeskLettersReply { readonly rows: readonly DeskLetter[] }

/** The page. */
export function Letters(): VNode {
  const list = usePaged<DeskLetter, LettersPage>('letters', async (before) => {
    const page = await deskApi.letters({ before })
    return { ...page, rows: page.letters }
  })
  const act = (letter: DeskLetter, again: boolean): void => {
    void atOnce(() => again ? deskApi.sendAgain(letter.id) : deskApi.dropLetter(letter.id),
      t(again ? 'letter.sent' : 'letter.dropped')).then(() => {
      void list.reload()
      void loadHome()
    })
  }
  return html`<div class="page"><${Head} title=${t('menu.letters')} lead=${t('letter.lead')}
      beside=${list.value !== undefined && list.value.total > 0 && html`<span class="soft">${
        t('letter.total', { n: list.value.total })}</span>`} />
    <${List} of=${list} rows=${list.rows} columns=${columns(act)} label=${t('menu.letters')}
      keyOf=${(row: DeskLetter) => row.id} empty=${t('letter.empty')}
      emptyText=${t('letter.emptyText')} /></div>`
}
