/**
 * «Ещё условия»: what a rule may ask beyond the manual, folded away until wanted: callers, the
 * number that was dialled, kinds of day, what it does instead of ringing, busy and unreachable
 * phones, declining, recording, greeting. Advanced mode only.
 */
import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { AudioReply } from '../src/api/schema-media.ts'
import type { CallerListReply } from '../src/api/schema-rules.ts'
import { rulesApi } from './api-rules.ts'
import { Below, Segmented, Select } from './controls.ts'
import { EditorCallers } from './editor-callers.ts'
import { DayKinds } from './editor-kinds.ts'
import { NextRule, nextActions } from './editor-next.ts'
import type { PartProps } from './editor-targets.ts'
import { formatPhone } from './format.ts'
import { html } from './html.ts'
import type { DayKind, HoursForm } from './hours-form.ts'
import { extraConditions } from './rule-form.ts'
import type { BranchForm, RuleForm } from './rule-form.ts'
import { me } from './state.ts'
import { t } from './text.ts'
import type { Key } from './text.ts'

interface MoreProps extends PartProps {
  readonly ruleId: string | undefined
  readonly lists: readonly CallerListReply[] | undefined
}

/** One question of the fold: its name, its answer, and what is wrong with it. */
export function Question(props: {
  readonly id: string; readonly title: string; readonly hint?: string
  readonly fault?: string | undefined; readonly children?: ComponentChildren
}): VNode {
  return html`<fieldset class="more-part" id=${props.id} tabIndex=${-1}>
    <legend>${props.title}</legend><div class="more-body">${props.children}
    ${props.fault !== undefined && html`<${Below} fault=${true} text=${props.fault} />`}
    ${props.hint !== undefined && html`<${Below} fault=${false} text=${props.hint} />`}</div>
    </fieldset>`
}

/** Kinds of day of the whole rule; periods ask it one by one, in their own place. */
function Kinds(props: MoreProps): VNode | null {
  const { hours } = props.form
  if (hours.kind === 'periods') return null
  const change = (kinds: readonly DayKind[]): void => {
    const next: HoursForm = { ...hours, same: { ...hours.same, dayKinds: kinds } }
    props.set({ hours: next })
  }
  return html`<${Question} id="part-kinds" title=${t('editor.dayKinds')}
    hint=${t('editor.dayKindsHint')}><${DayKinds} chosen=${hours.same.dayKinds}
    onChange=${change} /><a class="link" href="/calendar">${t('editor.toCalendar')}</a><//>`
}

function Dialled(props: MoreProps): VNode | null {
  const own = me.value?.numbers ?? []
  const { dialled } = props.form
  if (own.length < 2 && dialled.length === 0) return null
  const all = [...own, ...dialled.filter((each) => !own.includes(each))]
  const toggle = (number: string): void => props.set({
    dialled: all.filter((each) => (each === number) !== dialled.includes(each)),
  })
  return html`<${Question} id="part-dialled" title=${t('editor.dialled')}
    hint=${t('editor.dialledHint')}>${all.map((number) => html`<label key=${number} class="check">
      <input type="checkbox" checked=${dialled.includes(number)} onChange=${() => toggle(number)} />
      <span class="num">${formatPhone(number)}</span></label>`)}<//>`
}

const reactions: readonly (readonly [RuleForm['reaction'], Key])[] = [
  ['ring', 'editor.react.ring'], ['voicemail', 'editor.react.voicemail'],
  ['refuse', 'editor.react.refuse'],
]

function Reaction(props: MoreProps): VNode {
  return html`<${Question} id="part-reaction" title=${t('editor.reaction')}><${Segmented}
    label=${t('editor.reaction')} value=${props.form.reaction}
    options=${reactions.map(([value, key]) => ({ value, text: t(key) }))}
    onChange=${(reaction: RuleForm['reaction']) => props.set({ reaction })} /><//>`
}

function Branch(props: MoreProps & { readonly field: 'busy' | 'unreachable' }): VNode {
  const { field, form, set, faults } = props
  const branch = form[field]
  const title = t(field === 'busy' ? 'editor.busy' : 'editor.unreachable')
  const change = (patch: Partial<BranchForm>): void =>
    set(field === 'busy' ? { busy: { ...branch, ...patch } }
      : { unreachable: { ...branch, ...patch } })
  return html`<${Question} id=${`part-${field}`} title=${title} fault=${faults[field]}>
    <${Select} hidden=${true} label=${title} value=${branch.action}
      options=${[{ value: '', text: t('editor.asNoAnswer') },
        ...nextActions.map(([value, key]) => ({ value, text: t(key) }))]}
      onChange=${(action: BranchForm['action']) => change({ action })} />
    ${branch.action === 'rule' && html`<${NextRule} id=${`next-${field}`} next=${branch}
      ruleId=${props.ruleId} fault=${faults[field] !== undefined} schedule=${true}
      onChange=${change} />`}<//>`
}

function Answering(props: MoreProps & { readonly greetings: readonly AudioReply[] }): VNode {
  const { form, set, greetings } = props
  const record = form.record === null ? '' : form.record ? 'yes' : 'no'
  return html`<div class="more-group">
    <${Question} id="part-decline" title=${t('editor.decline')}><${Select} hidden=${true}
      label=${t('editor.decline')} value=${form.decline}
      options=${[{ value: 'here', text: t('editor.declineHere') },
        { value: 'everywhere', text: t('editor.declineAll') }]}
      onChange=${(decline: RuleForm['decline']) => set({ decline })} /><//>
    <${Question} id="part-record" title=${t('editor.record')}><${Select} hidden=${true}
      label=${t('editor.record')} value=${record}
      options=${[{ value: '', text: t('editor.asSettings') },
        { value: 'yes', text: t('editor.recordYes') }, { value: 'no', text: t('editor.recordNo') }]}
      onChange=${(value: string) => set({ record: value === '' ? null : value === 'yes' })} /><//>
    ${(greetings.length > 0 || form.greetingId !== '') && html`<${Question} id="part-greeting"
      title=${t('editor.greeting')}><${Select} hidden=${true} label=${t('editor.greeting')}
      value=${form.greetingId} options=${[{ value: '', text: t('editor.asSettings') },
        ...greetings.map((each) => ({ value: each.id, text: each.name }))]}
      onChange=${(greetingId: string) => set({ greetingId })} /><//>`}</div>`
}

function useGreetings(): readonly AudioReply[] {
  const [greetings, setGreetings] = useState<readonly AudioReply[]>([])
  useEffect(() => {
    // Without them the question is left out; the rule keeps what it has.
    rulesApi.greetings().then((reply) => setGreetings(reply.audio), () => setGreetings([]))
  }, [])
  return greetings
}

/** The fold with all questions; open from the start when one of them is answered. */
export function EditorMore(props: MoreProps): VNode {
  const { form, faults } = props
  const fold = useRef<HTMLDetailsElement>(null)
  const greetings = useGreetings()
  const count = extraConditions(form)
  const faulty = ['callers', 'busy', 'unreachable'].some((field) => faults[field] !== undefined)
  useEffect(() => {
    if ((faulty || count > 0) && fold.current !== null) fold.current.open = true
  }, [faulty])
  const rings = form.reaction === 'ring'
  return html`<details class="card more" ref=${fold}><summary><span class="strong">${
    t('editor.more')}</span> <span class="soft">${
      count === 0 ? t('editor.moreHint') : t('editor.moreCount', { n: count })}</span></summary>
    <div class="more-parts"><${Question} id="part-callers" title=${t('editor.callers')}
      fault=${faults['callers']}><${EditorCallers} form=${form} set=${props.set}
      lists=${props.lists} /><//>
    <${Dialled} ...${props} /><${Kinds} ...${props} /><${Reaction} ...${props} />
    ${rings && html`<${Branch} ...${props} field="busy" />`}
    ${rings && html`<${Branch} ...${props} field="unreachable" />`}
    ${rings && html`<${Answering} ...${props} greetings=${greetings} />`}</div></details>`
}
