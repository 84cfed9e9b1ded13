/**
 * Keys for programs of the subscriber's own: made with a name and what they may do, shown once,
 * ended for good. Folded away under «Для разработчиков».
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { KeyReply, KeyScope, NewKeyReply } from '../src/api/schema-insight.ts'
import { accountApi } from './api-account.ts'
import { problemText } from './api.ts'
import { Below, Button, Field } from './controls.ts'
import { Dialog } from './dialog.ts'
import { html } from './html.ts'
import { maySave, noteFault } from './state.ts'
import { momentOf } from './settings-sessions.ts'
import { t } from './text.ts'
import { showToast } from './toast.ts'

const scopes: readonly KeyScope[] = ['read', 'write', 'media']

function scopeWords(given: readonly KeyScope[]): string {
  return scopes.filter((scope) => given.includes(scope))
    .map((scope) => t(`key.scope.${scope}`)).join(', ')
}

/** The key itself, this once. */
function Shown(props: { readonly made: NewKeyReply; readonly onClose: () => void }): VNode {
  const { key, name } = props.made
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(key)
      showToast({ text: t('key.copied') })
    } catch {
      showToast({ text: t('key.notCopied'), bad: true })
    }
  }
  return html`<${Dialog} label=${t('key.made', { name })} onClose=${props.onClose}>
    <h2>${t('key.made', { name })}</h2><p>${t('key.once')}</p>
    <p><code class="key-text">${key}</code></p>
    <div class="dialog-actions"><button type="button" class="button primary" autofocus
      onClick=${() => void copy()}>${t('key.copy')}</button>
      <${Button} onClick=${props.onClose}>${t('key.done')}<//></div><//>`
}

function Remove(props: {
  readonly one: KeyReply; readonly onRemove: () => void; readonly onClose: () => void
}): VNode {
  const title = t('key.endTitle', { name: props.one.name })
  return html`<${Dialog} label=${title}
    onClose=${props.onClose}><h2>${title}</h2><p>${t('key.endText')}</p>
    <div class="dialog-actions"><${Button} kind="danger solid"
      onClick=${props.onRemove}>${t('key.end')}<//>
      <button type="button" class="button default" autofocus
        onClick=${props.onClose}>${t('common.keep')}</button>
    </div><//>`
}

function Form(props: { readonly onMade: (made: NewKeyReply) => void }): VNode {
  const [name, setName] = useState('')
  const [given, setGiven] = useState<readonly KeyScope[]>(['read'])
  const [fault, setFault] = useState<string | undefined>(undefined)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    setFault(undefined)
    try {
      props.onMade(await accountApi.addKey(name.trim(), given))
      setName('')
    } catch (problem) {
      noteFault(problem)
      setFault(problemText(problem))
    }
  }
  const turn = (scope: KeyScope): void =>
    setGiven(given.includes(scope) ? given.filter((each) => each !== scope) : [...given, scope])
  return html`<form class="key-form" onSubmit=${submit}><${Field} label=${t('key.name')}
    value=${name}
      maxLength=${64} placeholder=${t('key.example')} onInput=${setName} />
    <fieldset><legend class="label">${t('key.may')}</legend>${scopes.map((scope) => html`<label
      key=${scope}
      class="check"><input type="checkbox" checked=${given.includes(scope)}
        onChange=${() => turn(scope)} />
      <span>${t(`key.scope.${scope}`)}</span></label>`)}</fieldset>
    ${fault !== undefined && html`<${Below} fault=${true} text=${fault} />`}
    <div><${Button} type="submit" icon="plus"
      disabled=${name.trim() === '' || given.length === 0 || !maySave.value}>${
        t('key.make')}<//></div></form>`
}

function Keys(): VNode {
  const [keys, setKeys] = useState<readonly KeyReply[] | undefined>(undefined)
  const [made, setMade] = useState<NewKeyReply | undefined>(undefined)
  const [ending, setEnding] = useState<KeyReply | undefined>(undefined)
  const run = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work()
      setKeys(await accountApi.keys())
    } catch (problem) {
      noteFault(problem)
      showToast({ text: problemText(problem), bad: true })
    }
  }
  useEffect(() => { void run(async () => {}) }, [])
  const remove = (one: KeyReply): void => {
    setEnding(undefined)
    void run(async () => {
      await accountApi.deleteKey(one.id)
      showToast({ text: t('key.ended', { name: one.name }) })
    })
  }
  return html`<div class="keys-body"><p class="small soft">${t('key.text')} ${' '}<a
    href="/api/docs"
      target="_blank">${t('key.docs')}</a></p>
    <ul class="set-rows">${(keys ?? []).map((one) => html`<li key=${one.id} class="set-row"><div
      class="set-words"><p><strong>${one.name}</strong> <code>${one.prefix}…</code></p>
      <p class="small soft">${scopeWords(one.scopes)} · ${one.lastUsedAt === null ? t('key.unused')
        : t('key.used', { at: momentOf(one.lastUsedAt) })}</p></div>
      <${Button} small=${true} disabled=${!maySave.value} onClick=${() => setEnding(one)}
        label=${t('set.of', { action: t('key.end'), name: one.name })}>${
          t('key.end')}<//></li>`)}</ul>
    <${Form} onMade=${(fresh: NewKeyReply) => { setMade(fresh); void run(async () => {}) }} />
    ${made !== undefined && html`<${Shown} made=${made} onClose=${() => setMade(undefined)} />`}
    ${ending !== undefined && html`<${Remove} one=${ending} onRemove=${() => remove(ending)}
      onClose=${() => setEnding(undefined)} />`}</div>`
}

/** The folded group. */
export function Developers(): VNode {
  const [open, setOpen] = useState(false)
  return html`<details class="set-group" open=${open}
    onToggle=${(event: Event) => setOpen((event.currentTarget as HTMLDetailsElement).open)}>
    <summary><h2>${t('key.title')}</h2></summary>${open && html`<${Keys} />`}</details>`
}
