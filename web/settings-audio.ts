/**
 * Which greeting or music callers hear: the operator's, or one of the subscriber's own, which he
 * uploads as a file or speaks into one of his phones. Each can be listened to before it is chosen.
 */
import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { AudioKind, AudioReply, ErrandReply } from '../src/api/schema-media.ts'
import { accountApi, promptLink } from './api-account.ts'
import { problemText } from './api.ts'
import { Below, Button } from './controls.ts'
import { phone as isPhone } from './device.ts'
import { Dialog } from './dialog.ts'
import { duration, formatDate, formatPhone, list, phoneName } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { audio, choose, loadSettings, settings } from './settings-state.ts'
import { SoundButton } from './sound-button.ts'
import { errandsChanged, maySave, noteFault, numbers, zone } from './state.ts'
import { t } from './text.ts'
import { showToast } from './toast.ts'
import { localTime } from './zone.ts'

/** As the server has it; told before five megabytes are sent for nothing. */
const maxOctets = 5 * 1024 * 1024

/** What to call a sound: its name, or how and when it was made. */
export function audioName(one: AudioReply): string {
  if (one.name !== '') return one.name
  const date = formatDate(localTime(one.createdAt, zone.value).date, 'day')
  return t(one.source === 'phone' ? 'audio.spoken' : 'audio.uploaded', { date })
}

function chosenId(kind: AudioKind): string | null {
  return settings.value?.audio[kind === 'music' ? 'musicId' : 'greetingId'] ?? null
}

function pick(kind: AudioKind, id: string | null, name: string): void {
  void choose(kind === 'music' ? { musicId: id } : { greetingId: id },
    t(`audio.kind.${kind}Chosen`, { name }))
}

function Remove(props: { readonly one: AudioReply; readonly onClose: () => void }): VNode {
  const { one, onClose } = props
  const name = audioName(one)
  const inUse = one.usedBy.length > 0
  const title = t(inUse ? 'audio.usedTitle' : 'audio.deleteTitle', { name })
  const remove = async (): Promise<void> => {
    onClose()
    try {
      await accountApi.deleteAudio(one.id)
      showToast({ text: t('audio.deleted', { name }) })
    } catch (fault) {
      noteFault(fault)
      showToast({ text: problemText(fault), bad: true })
    }
    await loadSettings()
  }
  return html`<${Dialog} label=${title} onClose=${onClose}><h2>${title}</h2>
    <p>${inUse ? t('audio.usedText', { rules: list(one.usedBy.map((rule) => t('common.quoted',
      { name: rule }))) })
      : t(chosenId(one.kind) === one.id ? 'audio.deleteChosen' : 'audio.deleteText')}</p>
    <div class="dialog-actions">${!inUse && html`<${Button} kind="danger solid"
      onClick=${() => void remove()}>${t('common.delete')}<//>`}
      <button type="button" class="button default" autofocus onClick=${onClose}>${
        t(inUse ? 'common.close' : 'common.keep')}</button></div><//>`
}

/** Rings one of his phones and follows what becomes of it. */
function ByPhone(props: { readonly onClose: () => void }): VNode {
  const [chosen, setChosen] = useState(numbers.value?.[0]?.id ?? '')
  const [errand, setErrand] = useState<ErrandReply | undefined>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const running = errand?.state === 'open' || errand?.state === 'taken'
  const ask = async (work: () => Promise<ErrandReply>): Promise<void> => {
    try {
      const fresh = await work()
      setErrand(fresh)
      if (fresh.state !== 'done' || fresh.audioId === null) return
      await loadSettings()
      pick('greeting', fresh.audioId, t('audio.newOne'))
      props.onClose()
    } catch (problem) {
      noteFault(problem)
      setFault(problemText(problem))
    }
  }
  const grown = errandsChanged.value
  useEffect(() => {
    if (errand !== undefined && running) void ask(() => accountApi.errand(errand.id))
  }, [grown])
  const begin = (): void => {
    setFault(undefined)
    void ask(() => accountApi.recordByPhone(chosen))
  }
  return html`<${Dialog} sheet=${isPhone.value} label=${t('audio.byPhone')}
    onClose=${props.onClose}>
    <h2>${t('audio.byPhone')}</h2><p>${t('audio.byPhoneText')}</p>
    <fieldset class="choices" disabled=${running}><legend
      class="visually-hidden">${t('audio.whichPhone')}</legend>
      ${(numbers.value ?? []).map((each) => html`<label key=${each.id} class="choice"><input
        type="radio"
        name="by-phone" checked=${chosen === each.id} onChange=${() => setChosen(each.id)} />
        <span>${phoneName(each)}</span>${each.description !== '' && html`<span
        class="soft num">${formatPhone(each.address)}</span>`}</label>`)}</fieldset>
    ${(numbers.value ?? []).length === 0 && html`<p>${t('audio.noPhones')} ${' '}<a
      href="/numbers">${t('nav.numbers')}</a></p>`}
    <p role="status">${errand !== undefined && fault === undefined
      && t(`audio.errand.${errand.state}`)}</p>
    ${fault !== undefined && html`<${Below} fault=${true} text=${fault} />`}
    <div class="dialog-actions"><${Button} kind="primary" icon="call" onClick=${begin}
      disabled=${chosen === '' || !maySave.value} busy=${running ? t('audio.calling') : undefined}>${
        t(errand === undefined || running ? 'audio.call' : 'audio.callAgain')}<//>
      <${Button} kind="quiet" onClick=${props.onClose}>${t('common.cancel')}<//></div><//>`
}

function Upload(props: { readonly kind: AudioKind; readonly disabled: boolean }): VNode {
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const input = useRef<HTMLInputElement>(null)
  const send = async (file: File): Promise<void> => {
    if (file.size > maxOctets) return setFault(t('error.too_large'))
    setBusy(true)
    setFault(undefined)
    try {
      const made = await accountApi.upload(props.kind, file)
      await loadSettings()
      pick(props.kind, made.id, audioName(made))
    } catch (problem) {
      noteFault(problem)
      setFault(problemText(problem))
    }
    setBusy(false)
  }
  const taken = (): void => {
    const file = input.current?.files?.[0]
    if (file !== undefined) void send(file)
    if (input.current !== null) input.current.value = '' // the same file may be taken again
  }
  return html`<div class="audio-upload"><${Button} icon="upload" disabled=${props.disabled}
    onClick=${() => input.current?.click()}
      busy=${busy ? t('audio.uploading') : undefined}>${t('audio.upload')}<//>
    <input ref=${input} type="file" class="visually-hidden" tabIndex=${-1}
      accept=".wav,audio/wav,audio/x-wav"
      aria-label=${t(`audio.kind.${props.kind}File`)} onChange=${taken} />
    ${fault !== undefined && html`<div class="set-wide" role="alert"><${Below} fault=${true}
      text=${fault} /></div>`}</div>`
}

function Row(props: {
  readonly kind: AudioKind; readonly one: AudioReply | undefined
  readonly onRemove: (one: AudioReply) => void
}): VNode {
  const { kind, one } = props
  const id = one?.id ?? null
  const language = settings.value?.calls.language ?? 'ru'
  const name = one === undefined ? t(`audio.kind.${kind}Standard`) : audioName(one)
  return html`<li><label class="choice"><input type="radio" name=${`audio-${kind}`}
      disabled=${!maySave.value} checked=${chosenId(kind) === id}
        onChange=${() => pick(kind, id, name)} />
      <span class="audio-name" title=${name}>${name}</span></label>
    ${one !== undefined && html`<span class="soft small">${duration(one.durationMs / 1000)}</span>`}
    ${one === undefined
      ? html`<${SoundButton} key=${language} label=${name}
        link=${promptLink(language, kind === 'music' ? 'ringback' : 'greeting')} />`
      : html`<${SoundButton} key=${one.id} label=${name} durationMs=${one.durationMs}
        link=${() => accountApi.audioLink(one.id)} />`}
    ${one !== undefined && html`<button type="button" class="plain audio-remove"
      disabled=${!maySave.value}
      aria-label=${t('audio.delete', { name })} onClick=${() => props.onRemove(one)}><${Icon}
        name="trash"
      size=${16} /></button>`}</li>`
}

/** The list with its ways to add one. */
export function AudioChoice(props: { readonly kind: AudioKind }): VNode {
  const { kind } = props
  const [removing, setRemoving] = useState<AudioReply | undefined>(undefined)
  const [speaking, setSpeaking] = useState(false)
  const own = (audio.value?.audio ?? []).filter((each) => each.kind === kind)
  const full = own.length >= (audio.value?.max ?? Infinity)
  const blocked = full || !maySave.value
  return html`<div class="set-wide"><fieldset class="audio-choice"><legend
      class="visually-hidden">${t(`audio.kind.${kind}`)}</legend><ul>
      <${Row} kind=${kind} one=${undefined} />
      ${own.map((one) => html`<${Row} key=${one.id} kind=${kind} one=${one}
        onRemove=${setRemoving} />`)}</ul></fieldset>
    <div class="audio-add"><${Upload} kind=${kind} disabled=${blocked} />
      ${kind === 'greeting' && html`<${Button} icon="mic"
        disabled=${blocked || settings.value?.media === false}
        onClick=${() => setSpeaking(true)}>${t('audio.byPhone')}<//>`}</div>
    <p class="caption">${full ? t('audio.full', { n: own.length })
      : t(`audio.kind.${kind}Rules`)}${kind === 'greeting' && settings.value?.media === false
        && ` ${t('audio.noMedia')}`}</p>
    ${removing !== undefined && html`<${Remove} one=${removing}
      onClose=${() => setRemoving(undefined)} />`}
    ${speaking && html`<${ByPhone} onClose=${() => setSpeaking(false)} />`}</div>`
}
