/**
 * One tariff: its terms, its prices as a table that is edited in place or brought in as a file, and
 * what a call to a number would cost. A change of prices makes a new version from now on.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { DeskTariffReply } from '../../src/api/schema-desk-trade.ts'
import { ApiProblem, newKey, problemText } from '../api.ts'
import { Button, Field, Strip } from '../controls.ts'
import { html } from '../html.ts'
import { arrive, unsaved } from '../router.ts'
import { showToast } from '../toast.ts'
import { tradeApi } from './api-trade.ts'
import { useDeed, useLoaded } from './loaded.ts'
import type { PageProps } from './pages.ts'
import { Validity } from './page-tariffs.ts'
import { Back, Head, Part, Status } from './parts.ts'
import { PriceOf, RatesTable } from './rates-table.ts'
import { maySave } from './state.ts'
import { pricesDiffer, readTariff, tariffText } from './tariff-draft.ts'
import type { RateText, TariffField, TariffText } from './tariff-draft.ts'
import { t } from './words.ts'
import './text-trade-ru.ts'

interface FormProps {
  readonly tariff: DeskTariffReply | undefined
  readonly onSaved: (tariff: DeskTariffReply) => void
  readonly onReload: () => void
}

type Set_ = (patch: Partial<TariffText>) => void

const money: readonly TariffField[] = ['monthly', 'bonus', 'bonusFrom']

function Terms(props: {
  readonly text: TariffText; readonly set: Set_; readonly bad: readonly TariffField[]
}): VNode {
  const names = ['name', 'monthly', 'includedMinutes', 'includedPrefixes', 'freeAnswer', 'bonus',
    'bonusFrom'] as const
  return html`<div class="term-grid">${names.map((name) => html`<${Field} key=${name}
    label=${t(`tariff.field.${name}`)} value=${props.text[name]}
    onInput=${(value: string) => props.set({ [name]: value })}
      maxLength=${name === 'includedPrefixes' ? 400 : 64}
    inputMode=${name === 'name' || name === 'includedPrefixes' ? undefined : 'decimal'}
    unit=${money.includes(name) ? '₽' : name === 'freeAnswer' ? t('tariff.sec')
      : name === 'includedMinutes' ? t('tariff.min') : undefined}
    hint=${name === 'includedPrefixes' ? t('tariff.prefixesHint') : undefined}
    fault=${props.bad.includes(name) ? t('tariff.badField') : undefined} />`)}</div>`
}

function useTariff(props: FormProps) {
  const { tariff } = props
  const stored = tariffText(tariff)
  const [text, setText] = useState(stored)
  const [tried, setTried] = useState(false)
  const [move, setMove] = useState(true)
  const [key, setKey] = useState(newKey)
  const deed = useDeed()
  const read = readTariff(text)
  const isNew = tariff === undefined
  const newVersion = !isNew && pricesDiffer(text, stored)
  const dirty = isNew ? text.name !== '' : newVersion || text.name !== stored.name
    || text.bonus !== stored.bonus || text.bonusFrom !== stored.bonusFrom
  const save = async (): Promise<void> => {
    setTried(true)
    const { draft } = read
    if (draft === undefined) return
    await deed.run(async () => {
      const saved = tariff !== undefined && !newVersion
        ? await tradeApi.changeTariff(tariff.id, {
          version: tariff.version, name: draft.name, validTo: tariff.validTo,
          referralBonusKopecks: draft.referralBonusKopecks,
          referralMinPaymentKopecks: draft.referralMinPaymentKopecks,
        })
        : await tradeApi.addTariff({
          ...draft, key, validFrom: null, validTo: null,
          ...(tariff === undefined ? {}
            : { replaces: { id: tariff.id, version: tariff.version, moveSubscribers: move } }),
        })
      showToast({ text: t(newVersion ? 'tariff.versionDone' : 'tariff.saved', {
        name: saved.name }) })
      setKey(newKey())
      setTried(false)
      setText(tariffText(saved))
      props.onSaved(saved)
    })
  }
  return { text, setText, tried, move, setMove, deed, read, newVersion, dirty, save }
}

function Form(props: FormProps): VNode {
  const { tariff } = props
  const { text, setText, tried, move, setMove, deed, read, newVersion, dirty,
    save } = useTariff(props)
  const set: Set_ = (patch) => setText((before) => ({ ...before, ...patch }))
  const stale = deed.fault instanceof ApiProblem && deed.fault.code === 'tariff_changed'
  const ended = tariff !== undefined && tariff.validTo !== null
  return html`<form class="tariff-form" ...${unsaved(dirty)} onSubmit=${(event: Event) => {
    event.preventDefault()
    void save()
  }}>${deed.fault !== undefined && html`<${Strip} kind=${stale ? 'warn' : 'bad'} alert=${true}
      text=${problemText(deed.fault)} action=${stale && html`<${Button} small=${true}
        onClick=${props.onReload}>${t('desk.showNew')}<//>`} />`}
    <${Part} title=${t('tariff.terms')}><${Terms} text=${text} set=${set}
      bad=${tried ? read.fields : []} /><//>
    <${RatesTable} tariffId=${tariff?.id} rates=${text.rates} faults=${tried ? read.faults : []}
      onRates=${(rates: readonly RateText[]) => set({ rates })} />
    ${tried && read.fields.includes('rates') && html`<p
      class="below bad">${t('tariff.noRates')}</p>`}
    ${newVersion && html`<${Strip} kind="plain" text=${t('tariff.versionText',
      { n: tariff?.subscribers ?? 0 })} />
      `}
    ${newVersion && html`<label class="check"><input type="checkbox" checked=${move}
      onChange=${() => setMove(!move)} /><span>${t('tariff.move')}</span></label>`}
    <div class="form-actions tariff-bar"><${Button} kind="primary" type="submit"
      disabled=${!maySave.value || !dirty || (ended && newVersion)}
      busy=${deed.busy ? t('common.saving') : undefined}>${t(newVersion ? 'tariff.saveVersion'
        : 'common.save')}<//>
      ${ended && newVersion && html`<p class="below">${t('tariff.endedText')}</p>`}
      ${dirty && tariff !== undefined && html`<${Button} kind="quiet"
        onClick=${() => setText(tariffText(tariff))}>${t('common.cancel')}<//>`}</div></form>`
}

/** The page; 'new' for one that is not there yet. */
export function TariffPage(props: PageProps): VNode {
  const isNew = props.id === 'new'
  const loaded = useLoaded(isNew ? '' : props.id ?? '', () => tradeApi.tariff(props.id ?? ''))
  const tariff = loaded.value
  const saved = (next: DeskTariffReply): void => {
    if (next.id !== props.id) arrive(`/desk/tariffs/${next.id}`)
    else loaded.set(next)
  }
  return html`<div class="page"><${Back} href="/desk/tariffs" text=${t('menu.tariffs')} />
    <${Head} title=${isNew ? t('tariff.new') : tariff?.name ?? t('tariff.one')}
      beside=${tariff !== undefined && html`<${Validity} of=${tariff} />`}
      lead=${tariff === undefined ? undefined : t('tariff.has', { n: tariff.subscribers })} />
    ${!isNew && html`<${Status} of=${loaded} rows=${8} />`}
    ${(isNew || tariff !== undefined) && html`<${Form} key=${`${props.id}${tariff?.version ?? 0}`}
      tariff=${tariff} onSaved=${saved} onReload=${() => void loaded.reload()} />`}
    ${tariff !== undefined && html`<${PriceOf} tariffId=${tariff.id} />`}</div>`
}
