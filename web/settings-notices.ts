/**
 * The tab «Уведомления»: which news come by e-mail and which by SMS, and where to. Choices are kept
 * also while the operator does not send yet; then the page says so. Webhook and Telegram are shown
 * only where the operator sends over them.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { NoticeKind, SettingsReply } from '../src/api/schema-media.ts'
import { accountApi } from './api-account.ts'
import { problemText } from './api.ts'
import { Button, Strip } from './controls.ts'
import { formatPhone, money, phoneName } from './format.ts'
import { html } from './html.ts'
import { AddressDialog } from './settings-confirm.ts'
import type { AddressKind } from './settings-confirm.ts'
import { EmailDialog } from './settings-email.ts'
import { ChoiceLine, Group, Line } from './settings-parts.ts'
import { save, savedText } from './settings-state.ts'
import { maySave, noteFault, numbers } from './state.ts'
import { t } from './text.ts'
import { showToast } from './toast.ts'

type Channel = keyof SettingsReply['delivers']

interface Props {
  readonly settings: SettingsReply
}

/** Those of the manual, and those beyond it that work and have an address. */
function shownChannels({ delivers, delivery }: SettingsReply): readonly Channel[] {
  const shown: Channel[] = ['email', 'sms']
  if (delivers.webhook === true && delivery.webhookUrl !== '') shown.push('webhook')
  if (delivers.telegram === true && delivery.telegramChat !== '') shown.push('telegram')
  return shown
}

function Notices(props: Props): VNode {
  const chosen = props.settings.notifications
  const channels = shownChannels(props.settings)
  const turn = (kind: NoticeKind, channel: Channel): void => {
    const on = chosen[kind][channel] !== true
    void save({ notifications: { [kind]: { ...chosen[kind], [channel]: on } } },
      t(on ? 'notice.on' : 'notice.off', {
        name: t(`notice.kind.${kind}`), channel: t(`notice.channel.${channel}`),
      }))
  }
  return html`<table class="card table notices">
    <caption class="visually-hidden">${t('notice.title')}</caption>
    <thead><tr><th scope="col">${t('notice.about')}</th>${channels.map((channel) => html`<th
      key=${channel} scope="col" class="tick">${t(`notice.channel.${channel}`)}</th>`)}</tr></thead>
    <tbody>${(Object.keys(chosen) as NoticeKind[]).map((kind) => html`<tr key=${kind}>
      <th scope="row"><span>${t(`notice.kind.${kind}`)}</span><span
        class="small soft">${t(`notice.kind.${kind}Hint`)}</span></th>
      ${channels.map((channel) => html`<td key=${channel} class="tick"><label class="check"><input
        type="checkbox" checked=${chosen[kind][channel] === true} disabled=${!maySave.value}
        aria-label=${`${t(`notice.kind.${kind}`)}, ${t(`notice.channel.${channel}`)}`}
        onChange=${() => turn(kind, channel)} /></label></td>`)}</tr>`)}</tbody></table>`
}

/** Sends a trial notice and tells where it went. */
async function trial(channel: Channel): Promise<void> {
  try {
    const { address } = await accountApi.trial(channel)
    showToast({ text: t('notice.tried', { address: channel === 'sms' ? formatPhone(address)
      : address }) })
  } catch (fault) {
    noteFault(fault)
    showToast({ text: problemText(fault), bad: true })
  }
}

function Trial(props: { readonly channel: Channel; readonly off: boolean }): VNode {
  return html`<${Button} kind="quiet" disabled=${props.off || !maySave.value}
    label=${t('set.of', { action: t('notice.try'), name: t(`notice.channel.${props.channel}`) })}
    onClick=${() => void trial(props.channel)}>${t('notice.try')}<//>`
}

/** An address that is changed in a dialog, with the trial where the operator sends. */
function AddressLine(props: {
  readonly channel: Channel; readonly delivers: boolean; readonly address: string
  readonly none: string; readonly onEdit: () => void
}): VNode {
  const { channel, address } = props
  const action = t(address === '' ? 'user.addEmail' : 'common.edit')
  return html`<${Line} label=${t(`notice.channel.${channel}`)} hint=${address === '' ? props.none : address}
    control=${html`<span class="set-buttons">${props.delivers && html`<${Trial} channel=${channel}
      off=${address === ''} />`}<${Button} disabled=${!maySave.value} onClick=${props.onEdit}
      label=${t('set.of', { action, name: t(`notice.channel.${channel}`) })}>${action}<//></span>`} />`
}

function SmsLine(props: Props): VNode {
  const { delivers, delivery } = props.settings
  const options = [
    { value: '', text: t('notice.firstMobile') },
    ...(numbers.value ?? []).filter((each) => each.address.startsWith('+'))
      .map((each) => ({ value: each.id, text: phoneName(each) })),
  ]
  const hint = delivery.smsAddress === '' ? t('notice.noMobile')
    : t('notice.smsTo', { number: formatPhone(delivery.smsAddress) })
  const choose = (value: string): void => {
    const text = options.find((each) => each.value === value)?.text ?? ''
    void save({ delivery: { smsNumberId: value === '' ? null : value } },
      savedText(t('notice.channel.sms'), text))
  }
  return html`<${ChoiceLine} label=${t('notice.channel.sms')} hint=${html`<span>${hint} ${
    delivers.sms && html`<${Trial} channel="sms" off=${delivery.smsAddress === ''} />`}</span>`}
    value=${delivery.smsNumberId ?? ''} options=${options} onSave=${choose} />`
}

/** Kopecks below which «Мало денег» is told. */
const lowBalances = [0, 50_00, 100_00, 200_00, 500_00, 1000_00]

function LowBalanceLine(props: Props): VNode {
  const { lowBalanceKopecks: value } = props.settings.delivery
  const options = [...new Set([...lowBalances, value])].toSorted((a, b) => a - b)
    .map((each) => ({ value: String(each), text: money(each) }))
  const choose = (text: string): void => {
    void save({ delivery: { lowBalanceKopecks: Number(text) } },
      savedText(t('notice.lowAt'), money(Number(text))))
  }
  return html`<${ChoiceLine} label=${t('notice.lowAt')} hint=${t('notice.kind.lowBalanceHint')}
    value=${String(value)} options=${options} onSave=${choose} />`
}

const afterMail = ['keep', 'heard', 'delete'] as const

function Addresses(props: Props): VNode {
  const { profile, delivers, delivery } = props.settings
  const [editing, setEditing] = useState<'email' | AddressKind | undefined>(undefined)
  const close = (): void => setEditing(undefined)
  const saveAfter = (value: (typeof afterMail)[number]): void => {
    void save({ delivery: { afterMail: value } },
      savedText(t('notice.after'), t(`notice.after.${value}`)))
  }
  return html`<${Group} title=${t('notice.where')}>
    <${AddressLine} channel="email" delivers=${delivers.email} address=${profile.email}
      none=${t('user.noEmail')} onEdit=${() => setEditing('email')} />
    <${SmsLine} ...${props} /><${LowBalanceLine} ...${props} />
    <${ChoiceLine} label=${t('notice.after')} hint=${t('notice.afterHint')} onSave=${saveAfter}
      value=${delivery.afterMail}
      options=${afterMail.map((value) => ({ value, text: t(`notice.after.${value}`) }))} />
    ${delivers.telegram === true && html`<${AddressLine} channel="telegram" delivers=${true}
      address=${delivery.telegramChat} none=${t('notice.noTelegram')}
      onEdit=${() => setEditing('telegramChat')} />`}
    ${delivers.webhook === true && html`<${AddressLine} channel="webhook" delivers=${true}
      address=${delivery.webhookUrl} none=${t('notice.noWebhook')}
      onEdit=${() => setEditing('webhookUrl')} />`}
    ${delivers.webhook === true && delivery.webhookSecret !== '' && html`<${Line}
      label=${t('notice.secret')} hint=${t('notice.secretHint')}><code
      class="key-text set-wide">${delivery.webhookSecret}</code><//>`}
    ${editing === 'email' && html`<${EmailDialog} onClose=${close} />`}
    ${editing !== undefined && editing !== 'email' && html`<${AddressDialog} of=${editing}
      onClose=${close} />`}<//>`
}

/** What cannot be sent at all now, in words; nothing when everything can. */
function Missing(props: Props): VNode | null {
  const { delivers, profile } = props.settings
  if (!delivers.email && !delivers.sms) {
    return html`<${Strip} kind="plain" text=${t('notice.later')} />`
  }
  if (!delivers.email || profile.email !== '') return null
  return html`<${Strip} kind="warn" text=${t('notice.noEmail')} />`
}

/** The tab. */
export function NoticesTab(props: Props): VNode {
  return html`<div class="set-one"><${Missing} ...${props} /><${Notices} ...${props} />
    <${Addresses} ...${props} /></div>`
}
