/**
 * «Транки»: the telephone networks in outgoing order, each with what it does now, its form, its
 * switch and a test call through it alone.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { DeskTrunk } from '../../src/api/schema-desk-trade.ts'
import { Button, Empty, LinkButton, Strip, Switch } from '../controls.ts'
import { html } from '../html.ts'
import { navigate } from '../router.ts'
import { showToast } from '../toast.ts'
import { tradeApi } from './api-trade.ts'
import { atOnce, useLoaded } from './loaded.ts'
import type { PageProps } from './pages.ts'
import { Back, Head, Status } from './parts.ts'
import { maySave } from './state.ts'
import { TestCall } from './trunk-test.ts'
import { TrunkForm } from './trunk-form.ts'
import { ago } from './when.ts'
import { t } from './words.ts'
import './text-people-ru.ts'
import './text-trade-ru.ts'

const everyMs = 5000
/** A third of the last hour's legs failed: something is wrong with the trunk. */
const failingShare = 0.34
const failingLegs = 5

function isFailing({ state: { hour } }: DeskTrunk): boolean {
  return hour.legs >= failingLegs && hour.failed / hour.legs >= failingShare
}

function StateTag(props: { readonly trunk: DeskTrunk }): VNode {
  const { trunk } = props
  if (!trunk.enabled) return html`<span class="tag">${t('trunk.off')}</span>`
  return isFailing(trunk) ? html`<span class="tag bad">${t('trunk.failing')}</span>`
    : html`<span class="tag ok">${t('trunk.on')}</span>`
}

function Figures(props: { readonly trunk: DeskTrunk }): VNode {
  const { state, capacity } = props.trunk
  const { hour, lastAnswerAt, lastFailure } = state
  return html`<dl class="trunk-figures"><div><dt>${t('trunk.now')}</dt><dd>${
      t('trunk.nowOf', { in: state.callsIn, out: state.legsOut })}</dd></div>
    <div><dt>${t('trunk.capacity')}</dt><dd>${capacity === null ? t('trunk.unbounded')
      : t('trunk.ofLines', { n: capacity })}</dd></div>
    <div><dt>${t('trunk.hour')}</dt><dd>${t('trunk.hourOf', { n: hour.legs, answered: hour.answered,
      failed: hour.failed })}</dd></div>
    <div><dt>${t('trunk.lastAnswer')}</dt><dd>${lastAnswerAt === null ? t('common.dash')
      : ago(lastAnswerAt)}</dd></div>
    <div><dt>${t('trunk.lastFailure')}</dt><dd>${lastFailure === null ? t('common.dash')
      : lastFailure.status === 0 ? t('trunk.silent', { ago: ago(lastFailure.at) })
        : t('trunk.failedWith', { status: lastFailure.status,
          ago: ago(lastFailure.at) })}</dd></div>
    </dl>`
}

interface CardProps {
  readonly trunk: DeskTrunk
  readonly onTrunk: (trunk: DeskTrunk) => void
}

function TrunkCard(props: CardProps): VNode {
  const { trunk } = props
  const [testing, setTesting] = useState(false)
  const turn = async (): Promise<void> => {
    const enabled = !trunk.enabled
    const done = await atOnce(async () => props.onTrunk(
      await tradeApi.enableTrunk(trunk.id, trunk.version, enabled)),
    t(enabled ? 'trunk.turnedOn' : 'trunk.turnedOff', { name: trunk.name }))
    if (!done) return
    showToast({
      text: t(enabled ? 'trunk.turnedOn' : 'trunk.turnedOff', { name: trunk.name }),
      undo: () => atOnce(async () => props.onTrunk(
        await tradeApi.enableTrunk(trunk.id, trunk.version + 1, !enabled)), t('undo.done')),
    })
  }
  return html`<li class="card trunk"><div class="trunk-head"><div><h2><a
      href=${`/desk/trunks/${trunk.id}`}>${trunk.name}</a> <${StateTag} trunk=${trunk} /></h2>
      <p class="small soft mono">${trunk.transport}:${trunk.host}${trunk.port > 0
        && `:${trunk.port}`}</p></div>
      <div class="trunk-tools"><${Button} small=${true} icon="call"
        disabled=${!trunk.enabled || !maySave.value} onClick=${() => setTesting(true)}>${
        t('trunk.test')}<//>
      <${Switch} on=${trunk.enabled} label=${t('trunk.switch', { name: trunk.name })}
        disabled=${!maySave.value} onChange=${() => void turn()} /></div></div>
    <${Figures} trunk=${trunk} />
    ${testing && html`<${TestCall} trunk=${trunk} onClose=${() => setTesting(false)} />`}</li>`
}

function Editor(props: { readonly trunk: DeskTrunk | undefined; readonly onSaved: () => void
  readonly onReload: () => void
}): VNode {
  const { trunk } = props
  return html`<div class="page"><${Back} href="/desk/trunks" text=${t('menu.trunks')} />
    <${Head} title=${trunk?.name ?? t('trunk.new')} />
    <${TrunkForm} key=${`${trunk?.id ?? 'new'}${trunk?.version ?? 0}`} trunk=${trunk}
      onSaved=${props.onSaved} onReload=${props.onReload} /></div>`
}

/** The page; with an id the form of one. */
export function Trunks(props: PageProps): VNode {
  const editing = props.id !== undefined
  // The form of a trunk must not be exchanged under the hands of who fills it in.
  const list = useLoaded('trunks', () => tradeApi.trunks(), editing ? {} : { everyMs })
  const trunks = list.value?.trunks
  if (editing) {
    const trunk = trunks?.find((one) => one.id === props.id)
    if (props.id !== 'new' && trunk === undefined) {
      return html`<div class="page"><${Back} href="/desk/trunks" text=${t('menu.trunks')} />
        <${Status} of=${list} />${trunks !== undefined && html`<${Strip} kind="plain"
          text=${t('error.not_found')} />`}</div>`
    }
    return html`<${Editor} trunk=${trunk} onReload=${() => void list.reload()}
      onSaved=${() => {
        void list.reload()
        navigate('/desk/trunks')
      }} />`
  }
  const put = (trunk: DeskTrunk): void => list.set({
    trunks: (trunks ?? []).map((one) => one.id === trunk.id ? trunk : one),
  })
  const add = html`<${LinkButton} kind="primary" icon="plus" href="/desk/trunks/new">${
    t('trunk.add')}<//>`
  return html`<div class="page"><${Head} title=${t('menu.trunks')}
    lead=${t('trunk.lead')}>${add}<//>
    <${Status} of=${list} />
    ${trunks?.length === 0 && html`<${Empty} title=${t('trunk.empty')}
      text=${t('trunk.emptyText')} />`}
    ${trunks !== undefined && html`<ul class="trunk-list">${trunks.map((trunk) => html`<${TrunkCard}
      key=${trunk.id} trunk=${trunk} onTrunk=${put} />`)}</ul>`}</div>`
}
