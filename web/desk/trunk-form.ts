/**
 * The form of a trunk: where it is, how it writes numbers, who the caller is to it, its bounds. A
 * password is written, never shown.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { DeskTrunk } from '../../src/api/schema-desk-trade.ts'
import { ApiProblem, newKey, problemText } from '../api.ts'
import { Button, Field, Select, Strip } from '../controls.ts'
import { html } from '../html.ts'
import { arrive, unsaved } from '../router.ts'
import { showToast } from '../toast.ts'
import { tradeApi } from './api-trade.ts'
import type { TrunkFields } from './api-trade.ts'
import { useDeed } from './loaded.ts'
import { Area, Part } from './parts.ts'
import { maySave } from './state.ts'
import { t } from './words.ts'

interface TrunkText {
  readonly name: string
  readonly enabled: boolean
  readonly host: string
  readonly port: string
  readonly transport: DeskTrunk['transport']
  readonly user: string
  readonly password: string
  readonly nets: string
  readonly numberFormat: DeskTrunk['numberFormat']
  readonly identity: DeskTrunk['identity']
  readonly assertIdentity: boolean
  readonly diversion: DeskTrunk['diversion']
  readonly order: string
  readonly capacity: string
  readonly provisional: string
  readonly earlyMedia: boolean
}

function textOf(trunk: DeskTrunk | undefined): TrunkText {
  return {
    name: trunk?.name ?? '', enabled: trunk?.enabled ?? true, host: trunk?.host ?? '',
    port: String(trunk?.port ?? 5060), transport: trunk?.transport ?? 'udp', user: trunk?.user ??
      '',
    password: '', nets: (trunk?.inboundNets ?? []).join('\n'),
    numberFormat: trunk?.numberFormat ?? 'e164plus', identity: trunk?.identity ?? 'caller',
    assertIdentity: trunk?.assertIdentity ?? false, diversion: trunk?.diversion ?? 'none',
    order: String(trunk?.order ?? 100), capacity: String(trunk?.capacity ?? ''),
    provisional: String(trunk?.provisionalSeconds ?? 5), earlyMedia: trunk?.earlyMedia ?? false,
  }
}

type Bad = 'name' | 'host' | 'port' | 'order' | 'capacity' | 'provisional'

function whole(text: string, least: number, most: number): boolean {
  return /^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most
}

function faultsOf(text: TrunkText): readonly Bad[] {
  const bad: Bad[] = []
  if (text.name.trim() === '') bad.push('name')
  if (!/^[\w.:-]{1,255}$/.test(text.host.trim())) bad.push('host')
  if (!whole(text.port, 0, 65_535)) bad.push('port')
  if (!whole(text.order, 0, 10_000)) bad.push('order')
  if (text.capacity !== '' && !whole(text.capacity, 1, 100_000)) bad.push('capacity')
  if (!whole(text.provisional, 1, 60)) bad.push('provisional')
  return bad
}

function fieldsOf(text: TrunkText): TrunkFields {
  return {
    name: text.name.trim(), enabled: text.enabled, host: text.host.trim(), port: Number(text.port),
    transport: text.transport, user: text.user.trim(), numberFormat: text.numberFormat,
    inboundNets: text.nets.split(/[\s,;]+/).filter((net) => net !== ''), identity: text.identity,
    assertIdentity: text.assertIdentity, diversion: text.diversion, order: Number(text.order),
    capacity: text.capacity === '' ? null : Number(text.capacity),
    provisionalSeconds: Number(text.provisional), earlyMedia: text.earlyMedia,
    ...(text.password === '' ? {} : { password: text.password }),
  }
}

interface GroupProps {
  readonly text: TrunkText
  readonly set: (patch: Partial<TrunkText>) => void
  readonly fault: (name: Bad) => string | undefined
  readonly trunk: DeskTrunk | undefined
}

function Where(props: GroupProps): VNode {
  const { text, set, fault } = props
  return html`<${Part} title=${t('trunk.where')}><div class="term-grid">
    <${Field} label=${t('trunk.name')} value=${text.name} maxLength=${64} fault=${fault('name')}
      onInput=${(name: string) => set({ name })} />
    <${Field} label=${t('trunk.host')} value=${text.host} maxLength=${255} fault=${fault('host')}
      onInput=${(host: string) => set({ host })} placeholder="sip.operator.example" />
    <${Field} label=${t('trunk.port')} value=${text.port} inputMode="numeric" fault=${fault('port')}
      onInput=${(port: string) => set({ port })} hint=${t('trunk.portHint')} />
    <${Select} label=${t('trunk.transport')} value=${text.transport}
      onChange=${(transport: TrunkText['transport']) => set({ transport })}
      options=${[{ value: 'udp', text: 'UDP' }, { value: 'tcp', text: 'TCP' }]} />
    <${Field} label=${t('trunk.user')} value=${text.user} maxLength=${128}
      onInput=${(user: string) => set({ user })} hint=${t('trunk.userHint')} />
    <${Field} label=${t('trunk.password')} value=${text.password} type="password" maxLength=${128}
      autocomplete="new-password" onInput=${(password: string) => set({ password })}
      hint=${props.trunk?.hasPassword === true ? t('trunk.passwordKept') : undefined} /></div><//>`
}

function Comes(props: GroupProps & { readonly netFault: string | undefined }): VNode {
  const { text, set } = props
  return html`<${Part} title=${t('trunk.comes')}><div class="part-form"><${Area}
      label=${t('trunk.nets')} value=${text.nets} rows=${3} mono=${true}
        placeholder="203.0.113.0/24"
      onInput=${(nets: string) => set({ nets })} hint=${t('trunk.netsHint')}
      fault=${props.netFault} /></div><//>`
}

function Goes(props: GroupProps): VNode {
  const { text, set, fault } = props
  const options = (group: string, values: readonly string[]) => values.map((value) => ({ value,
    text: t(`trunk.${group}.${value}` as 'trunk.identity.caller') }))
  return html`<${Part} title=${t('trunk.goes')}><div class="term-grid">
    <${Select} label=${t('trunk.format')} value=${text.numberFormat}
      onChange=${(numberFormat: TrunkText['numberFormat']) => set({ numberFormat })}
      options=${options('format', ['e164plus', 'e164', 'national'])} />
    <${Select} label=${t('trunk.identity')} value=${text.identity}
      onChange=${(identity: TrunkText['identity']) => set({ identity })}
      options=${options('identity', ['caller', 'personal'])} />
    <${Select} label=${t('trunk.diversion')} value=${text.diversion}
      onChange=${(diversion: TrunkText['diversion']) => set({ diversion })}
      options=${options('diversion', ['none', 'diversion', 'historyInfo'])} />
    <${Field} label=${t('trunk.order')} value=${text.order} inputMode="numeric"
      fault=${fault('order')}
      onInput=${(order: string) => set({ order })} hint=${t('trunk.orderHint')} />
    <${Field} label=${t('trunk.capacity')} value=${text.capacity} inputMode="numeric"
      fault=${fault('capacity')} onInput=${(capacity: string) => set({ capacity })}
      hint=${t('trunk.capacityHint')} />
    <${Field} label=${t('trunk.provisional')} value=${text.provisional} inputMode="numeric"
      fault=${fault('provisional')} unit=${t('tariff.sec')}
      onInput=${(provisional: string) => set({ provisional })} hint=${t('trunk.provisionalHint')} />
    </div><label class="check"><input type="checkbox" checked=${text.assertIdentity}
      onChange=${() => set({ assertIdentity: !text.assertIdentity })} /><span>${
        t('trunk.assert')}</span></label>
    <label class="check"><input type="checkbox" checked=${text.earlyMedia}
      onChange=${() => set({ earlyMedia: !text.earlyMedia })} /><span>${
        t('trunk.early')}</span></label><//>`
}

/** The form; a stale version is told and can be exchanged for the stored one. */
export function TrunkForm(props: {
  readonly trunk: DeskTrunk | undefined; readonly onSaved: () => void; readonly onReload: () => void
}): VNode {
  const { trunk } = props
  const [text, setText] = useState(() => textOf(trunk))
  const [tried, setTried] = useState(false)
  const [key] = useState(newKey)
  const deed = useDeed()
  const bad = faultsOf(text)
  const dirty = JSON.stringify(text) !== JSON.stringify(textOf(trunk))
  const problem = deed.fault instanceof ApiProblem ? deed.fault : undefined
  const atNets = problem?.code === 'bad_net'
  const group: GroupProps = {
    text, trunk, set: (patch) => setText((before) => ({ ...before, ...patch })),
    fault: (name) => tried && bad.includes(name) ? t(`trunk.bad.${name}`)
      : problem?.field === name ? problemText(problem) : undefined,
  }
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    setTried(true)
    if (bad.length > 0) return
    const done = await deed.run(() => trunk === undefined ? tradeApi.addTrunk(key, fieldsOf(text))
      : tradeApi.changeTrunk(trunk.id, trunk.version, fieldsOf(text)))
    if (!done) return
    showToast({ text: t('trunk.saved', { name: text.name.trim() }) })
    setText(textOf(trunk)) // nothing is unsaved any more: the list may be shown
    arrive('/desk/trunks')
    props.onSaved()
  }
  const stale = problem?.code === 'trunk_changed'
  return html`<form class="tariff-form" onSubmit=${submit} ...${unsaved(dirty)}>
    ${deed.fault !== undefined && !atNets && html`<${Strip} kind=${stale ? 'warn' : 'bad'}
      alert=${true} text=${problemText(deed.fault)} action=${stale && html`<${Button} small=${true}
        onClick=${props.onReload}>${t('desk.showNew')}<//>`} />`}
    <${Where} ...${group} /><${Comes} ...${group}
      netFault=${atNets ? problemText(problem) : undefined} /><${Goes} ...${group} />
    <div class="form-actions tariff-bar"><${Button} kind="primary" type="submit"
      disabled=${!maySave.value || !dirty} busy=${deed.busy ? t('common.saving') : undefined}>${
        t('common.save')}<//></div></form>`
}
