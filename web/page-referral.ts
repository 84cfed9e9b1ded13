/**
 * «Реферальная программа»: the link to give away, whom it brought, what that came to. The money
 * itself is in «Детализация».
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ReferralReply } from '../src/api/schema-talk.ts'
import { problemText } from './api.ts'
import { talkApi } from './api-talk.ts'
import { chargesHref } from './charges-query.ts'
import { Button, Empty, Field, Skeleton, Strip } from './controls.ts'
import { formatDate, money } from './format.ts'
import { html } from './html.ts'
import { balanceChanged, noteFault, zone } from './state.ts'
import { t } from './text.ts'
import './text-talk-ru.ts'
import { showToast } from './toast.ts'
import { localTime } from './zone.ts'

function Link(props: { readonly path: string }): VNode {
  const link = `${location.origin}${props.path}`
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link)
      showToast({ text: t('referral.copied') })
    } catch {
      showToast({ text: t('referral.notCopied'), bad: true })
    }
  }
  // Typed into, it stays what it is.
  return html`<div class="card referral-link"><${Field} label=${t('referral.link')} value=${link}
    onInput=${() => undefined} hint=${t('referral.rules')} />
    <div><${Button} icon="copy" onClick=${() => void copy()}>${t('referral.copy')}<//></div></div>`
}

function Invitees(props: { readonly known: ReferralReply }): VNode {
  const { invitees, totalKopecks } = props.known
  if (invitees.length === 0) {
    return html`<${Empty} title=${t('referral.none')} text=${t('referral.noneText')} />`
  }
  return html`<dl class="sums"><div><dt>${t('referral.total')}</dt><dd class="num">${
      money(totalKopecks)}</dd></div></dl>
    <table class="card table"><caption class="visually-hidden">${t('referral.list')}</caption>
      <thead><tr><th scope="col">${t('referral.who')}</th>
      <th scope="col" class="wide-only">${t('referral.since')}</th><th scope="col">${
      t('referral.state')}</th><th scope="col" class="right">${t('referral.bonus')}</th></tr></thead>
      <tbody>${invitees.map((one, index) => html`<tr key=${index}><td>${one.name}</td>
        <td class="wide-only soft">${
          formatDate(localTime(one.joinedAt, zone.value).date, 'dayYear')}</td>
        <td>${t(`referral.state.${one.state}`)}</td><td class="right num">${one.state === 'paid'
          ? money(one.bonusKopecks) : ''}</td></tr>`)}</tbody></table>
    <p class="page-foot"><a href=${chargesHref({ month: '', kind: 'bonus', before: '' })}>${
      t('referral.charges')}</a></p>`
}

/** The page. */
export function Referral(): VNode {
  const [known, setKnown] = useState<ReferralReply | undefined>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const load = (): void => {
    setFault(undefined)
    talkApi.referral().then(setKnown, (problem: unknown) => {
      noteFault(problem)
      setFault(problemText(problem))
    })
  }
  useEffect(load, [balanceChanged.value])
  document.title = `${t('nav.referral')} · ${t('app.name')}`
  const lead = known === undefined ? '' : known.bonusKopecks === 0 ? t('referral.off')
    : t('referral.lead', { min: money(known.minPaymentKopecks), bonus: money(known.bonusKopecks) })
  return html`<div class="page referral"><div class="page-head"><div><h1>${t('nav.referral')}</h1>
      ${lead !== '' && html`<p>${lead}</p>`}</div></div>
    ${fault !== undefined && html`<${Strip} kind="bad" alert=${true}
      text=${t('error.load', { reason: fault })} action=${html`<${Button} small=${true}
      onClick=${load}>${t('common.retry')}<//>`} />`}
    ${known === undefined ? fault === undefined && html`<${Skeleton} rows=${4} />`
      : html`<${Link} path=${known.path} /><${Invitees} known=${known} />`}</div>`
}
