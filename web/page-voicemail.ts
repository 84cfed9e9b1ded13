/**
 * «Голосовая почта»: messages with the new ones first, one of them open with its player. A message
 * that comes while the page is open shows by itself.
 */
import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { MessageReply } from '../src/api/schema-media.ts'
import { Button, Empty, LinkButton, Segmented, Skeleton, Strip, Switch } from './controls.ts'
import { phone } from './device.ts'
import { duration, formatPhone } from './format.ts'
import { html } from './html.ts'
import { MailView } from './mail-view.ts'
import { leftAt, nextToGo, senderName, useMailbox } from './mailbox.ts'
import type { Mailbox } from './mailbox.ts'
import { navigate, place } from './router.ts'
import { maySave } from './state.ts'
import { t } from './text.ts'
import './text-insight-ru.ts'

type Filter = 'all' | 'new'

/** Fewer free places than this are told. */
const fewPlaces = 10

function Strips(props: { readonly mail: Mailbox }): VNode | null {
  const { box, settings, messages, setVoicemail } = props.mail
  const strips: VNode[] = []
  if (settings?.calls.voicemail === false) {
    strips.push(html`<${Strip} key="off" kind="warn" title=${t('mail.off')}
      text=${t('mail.offText')}
      action=${html`<${Switch} on=${false} label=${t('mail.turnOn')} disabled=${!maySave.value}
      onChange=${() => setVoicemail(true)} />`} />`)
  } else if (settings?.media === false) {
    strips.push(html`<${Strip} key="media" kind="bad" title=${t('mail.noMedia')}
      text=${t('mail.noMediaText')} />`)
  }
  const left = box === undefined ? fewPlaces : box.max - box.total
  const next = nextToGo(messages)
  if (left <= 0 && next !== undefined) {
    const key = next.heardAt === null ? 'mail.fullNew' : 'mail.fullText'
    strips.push(html`<${Strip} key="full" kind="warn" title=${t('mail.full')}
      text=${t(key, { date: leftAt(next) })} />`)
  } else if (left < fewPlaces) {
    strips.push(html`<${Strip} key="nearly" kind="plain" title=${t('mail.nearly')}
      text=${t('mail.nearlyText', { n: left })} />`)
  }
  return strips.length === 0 ? null : html`<div class="strips">${strips}</div>`
}

interface RowProps {
  readonly message: MessageReply
  readonly open: boolean
  readonly onOpen: () => void
}

function Row(props: RowProps): VNode {
  const { message, open } = props
  const who = senderName(message)
  const isNew = message.heardAt === null
  const phoneText = message.anonymous ? '' : formatPhone(message.caller)
  const number = phoneText === who ? '' : phoneText
  const length = duration(Math.round(message.durationMs / 1000))
  return html`<button type="button"
    class=${`plain mail-row${open ? ' open' : ''}${isNew ? ' new' : ''}`}
    aria-current=${!phone.value && open ? 'true' : undefined}
    aria-expanded=${phone.value ? String(open) : undefined} onClick=${props.onOpen}>
    <span class="mail-dot">${isNew && html`<span
      class="visually-hidden">${t('mail.isNew')}, </span>`}</span>
    <span class="mail-who">${who}</span><span class="mail-when soft">${leftAt(message)}</span>
    <span class="mail-second soft small">${message.state === 'lost' ? t('mail.lost') : number}
      </span>
    <span class="mail-length soft small">${length}</span></button>`
}

interface ListProps {
  readonly mail: Mailbox
  readonly shown: readonly MessageReply[]
  readonly selected: MessageReply | undefined
  readonly onSelect: (id: string) => void
}

function View(props: ListProps): VNode | null {
  const { mail, selected } = props
  return selected === undefined ? null : html`<${MailView} key=${selected.id} message=${selected}
    onHeard=${(heard: boolean) => mail.setHeard(selected, heard)}
    onRemove=${() => mail.remove(selected)} />`
}

function List(props: ListProps): VNode {
  const { mail, shown, selected, onSelect } = props
  return html`<div class="mail-list"><ul aria-label=${t('mail.list')}>${shown.map((message) => {
    const open = message.id === selected?.id
    return html`<li key=${message.id}><${Row} message=${message} open=${open}
      onOpen=${() => onSelect(open && phone.value ? '' : message.id)} />
      ${open && phone.value && html`<${View} ...${props} />`}</li>`
  })}</ul>
    <p class="mail-foot soft small">${
      t('mail.count', { n: mail.box?.total ?? 0, max: mail.box?.max ?? 0 })}</p></div>`
}

/** In the address: none is open. */
const none = 'none'

/** The open message: the one of the address, else the first, on a phone only if it is new. */
function useSelected(shown: readonly MessageReply[]): ListProps['selected'] {
  const kept = useRef('')
  const wanted = place.value.query.get('open') ?? kept.current
  const found = shown.find((each) => each.id === wanted)
  const first = shown[0]
  if (found !== undefined) return found
  if (phone.value && (wanted === none || first?.heardAt !== null)) return undefined
  // A message that comes later must not take the place of the one being read.
  kept.current = first?.id ?? ''
  return first
}

function Nothing(props: { readonly filtered: boolean; readonly onAll: () => void }): VNode {
  return props.filtered ? html`<${Empty} title=${t('mail.emptyNew')} text=${t('mail.emptyNewText')}
      action=${html`<${Button} onClick=${props.onAll}>${t('mail.showAll')}<//>`} />`
    : html`<${Empty} title=${t('mail.empty')} text=${t('mail.emptyText')} />`
}

function Head(props: {
  readonly count: number; readonly filter: Filter; readonly onFilter: (filter: Filter) => void
}): VNode {
  const { count, filter } = props
  return html`<div class="page-head"><h1>${t('mail.title')}${' '}${count > 0 && html`<span
      class="tag mail">${t('mail.new', { n: count })}</span>`}</h1>
    <div class="page-tools"><${Segmented} label=${t('mail.filter')} value=${filter}
      onChange=${props.onFilter} options=${[{ value: 'all', text: t('mail.all') },
        { value: 'new', text: t('mail.unheard') }]} />
      <${LinkButton} kind="quiet" icon="sliders" href="/settings/calls">${t('mail.settings')}<//>
        </div></div>`
}

/** The page. */
export function Voicemail(): VNode {
  const mail = useMailbox()
  const [filter, setFilter] = useState<Filter>('all')
  const { box, fault, came, messages } = mail
  // One that was new when the filter was set stays while it is heard.
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set())
  const isNew = (each: MessageReply): boolean => each.heardAt === null || kept.has(each.id)
  const shown = filter === 'all' ? messages : messages.filter(isNew)
  const selected = useSelected(shown)
  useEffect(() => { scrollTo(0, 0) }, [])
  document.title = `${t('mail.title')} · ${t('app.name')}`
  const choose = (next: Filter): void => {
    setKept(new Set(messages.filter((each) => each.heardAt === null).map((each) => each.id)))
    setFilter(next)
  }
  const props: ListProps = {
    mail, shown, selected,
    onSelect: (id) => navigate(`/voicemail?open=${id === '' ? none : id}`, true),
  }
  return html`<div class="page voicemail">
    <${Head} count=${box?.unheard ?? 0} filter=${filter} onFilter=${choose} />
    <p class="visually-hidden" role="status">${came !== undefined
      && t('mail.came', { name: senderName(came) })}</p>
    <${Strips} mail=${mail} />
    ${fault !== undefined && html`<${Strip} kind="bad" alert=${true}
      text=${t('error.load', { reason: fault })} action=${html`<${Button} small=${true}
      onClick=${mail.reload}>${t('common.retry')}<//>`} />`}
    ${box === undefined ? fault === undefined && html`<${Skeleton} rows=${5} />`
      : shown.length === 0 ? html`<${Nothing} filtered=${filter === 'new' && messages.length > 0}
        onAll=${() => choose('all')} />`
        : html`<div class="card mail-card"><${List} ...${props} />
          ${!phone.value && html`<${View} ...${props} />`}</div>`}</div>`
}
