/**
 * «Кто звонит»: everybody, only some callers, or everybody but them; they are lists, numbers and
 * masks, hidden numbers, and numbers in no list.
 */
import type { VNode } from 'preact'
import { useId } from 'preact/hooks'
import type { CallerListReply } from '../src/api/schema-rules.ts'
import { Segmented } from './controls.ts'
import { html } from './html.ts'
import type { CallersForm, RuleForm } from './rule-form.ts'
import { t } from './text.ts'

interface CallersProps {
  readonly form: RuleForm
  readonly set: (patch: Partial<RuleForm>) => void
  readonly lists: readonly CallerListReply[] | undefined
}

function Chip(props: {
  readonly text: string; readonly on: boolean; readonly onClick: () => void
}): VNode {
  return html`<button type="button" class="chip" aria-pressed=${String(props.on)}
    onClick=${props.onClick}>${props.text}</button>`
}

/** The question's body; its frame is the caller's. */
export function EditorCallers(props: CallersProps): VNode {
  const { form, set } = props
  const id = useId()
  const { callers } = form
  const change = (patch: Partial<CallersForm>): void => set({ callers: { ...callers, ...patch } })
  // The blocked ones never come as far as a rule.
  const lists = (props.lists ?? []).filter((each) =>
    each.id !== 'blocked' || callers.lists.includes('blocked'))
  const toggle = (list: string): void => change({
    lists: callers.lists.includes(list) ? callers.lists.filter((each) => each !== list)
      : [...callers.lists, list],
  })
  return html`<div class="callers-form"><${Segmented} label=${t('editor.callers')}
    value=${callers.who} onChange=${(who: CallersForm['who']) => change({ who })} options=${[
      { value: 'all', text: t('callers.all') }, { value: 'only', text: t('callers.only') },
      { value: 'except', text: t('callers.except') },
    ]} />
    ${callers.who !== 'all' && html`<div class="chips" role="group"
      aria-label=${t('callers.title')}>
      ${lists.map((list) => html`<${Chip} key=${list.id} text=${list.name}
        on=${callers.lists.includes(list.id)} onClick=${() => toggle(list.id)} />`)}
      <${Chip} text=${t('callers.hidden')} on=${callers.anonymous}
        onClick=${() => change({ anonymous: !callers.anonymous })} />
      <${Chip} text=${t('callers.inNoList')} on=${callers.unknown}
        onClick=${() => change({ unknown: !callers.unknown })} /></div>`}
    ${callers.who !== 'all' && html`<div class="field"><label for=${id}>${
      t('callers.masks')}</label>
      <textarea id=${id} class="area" rows="2" value=${callers.masks} maxLength=${2000}
        placeholder=${t('callers.masksExample')} aria-describedby=${`${id}-hint`}
        onInput=${(event: InputEvent) =>
          change({ masks: (event.currentTarget as HTMLTextAreaElement).value })}></textarea>
      <p class="below" id=${`${id}-hint`}>${t('callers.masksHint')} ${' '}<a class="link"
        href="/callers">${t('callers.toLists')}</a></p></div>`}</div>`
}
