/**
 * «Куда звонить»: the numbers of a rule in order, one to five, picked from «Мои номера» or typed on
 * the spot. The advanced mode has when and how long each rings, «нажать 1» and the number it shows.
 * Order by the handle, by buttons and by Alt+↑ ↓.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { NumberReply } from '../src/api/schema.ts'
import { Below, Button, Select } from './controls.ts'
import { DragHandle, dragClass, holdFocus } from './drag-order.ts'
import type { Drag } from './drag-order.ts'
import { formatPhone, phoneName } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { NumberForm } from './number-form.ts'
import { Barred, Price, PriceNote } from './number-price.ts'
import type { Faults } from './rule-faults.ts'
import { maxTargets, moved, newTarget } from './rule-form.ts'
import type { FormTarget, RuleForm } from './rule-form.ts'
import { me, numbers } from './state.ts'
import { t } from './text.ts'
import './text-calls-ru.ts'

export interface PartProps {
  readonly form: RuleForm
  readonly set: (patch: Partial<RuleForm>) => void
  readonly faults: Faults
  readonly advanced: boolean
}

const ringChoices = [5, 10, 15, 20, 25, 30, 40, 50, 60]
const delayChoices = [5, 10, 15, 20, 30, 45, 60]

/** Choices with the one that stands in the field, if it is none of them. */
function withOwn(choices: readonly number[], own: string): readonly number[] {
  const value = Number(own)
  return value > 0 && !choices.includes(value) ? [...choices, value].sort((a, b) => a - b) : choices
}

interface TuneProps {
  readonly name: string
  readonly target: FormTarget
  readonly serial: boolean
  readonly onChange: (patch: Partial<FormTarget>) => void
}

function WhenRings(props: TuneProps): VNode {
  const { target, name, onChange } = props
  if (props.serial) {
    return html`<${Select} hidden=${true} label=${t('editor.ring', { name })}
      value=${target.ringSeconds} options=${[
        { value: '', text: t('editor.ringDefault', { n: me.value?.ringSeconds ?? 25 }) },
        ...withOwn(ringChoices, target.ringSeconds)
          .map((n) => ({ value: String(n), text: t('ring.seconds', { n }) })),
      ]} onChange=${(ringSeconds: string) => onChange({ ringSeconds })} />`
  }
  return html`<${Select} hidden=${true} label=${t('editor.delay', { name })}
    value=${target.delaySeconds} options=${[
      { value: '', text: t('editor.delayNone') },
      ...withOwn(delayChoices, target.delaySeconds)
        .map((n) => ({ value: String(n), text: t('editor.delayBy', { n }) })),
    ]} onChange=${(delaySeconds: string) => onChange({ delaySeconds })} />`
}

/** What a row of the advanced mode has more: three choices, each with its usual value first. */
function Tuning(props: TuneProps): VNode {
  const { target, name, onChange } = props
  const confirm = target.confirm === null ? '' : target.confirm ? 'yes' : 'no'
  return html`<div class="target-tuning"><${WhenRings} ...${props} />
    <${Select} hidden=${true} label=${t('editor.confirm', { name })} value=${confirm}
      options=${[{ value: '', text: t('confirm.auto') }, { value: 'yes', text: t('confirm.yes') },
        { value: 'no', text: t('confirm.no') }]}
      onChange=${(value: string) => onChange({ confirm: value === '' ? null : value === 'yes' })} />
    <${Select} hidden=${true} label=${t('editor.callerId', { name })} value=${target.callerId ?? ''}
      options=${[{ value: '', text: t('callerId.auto') },
        { value: 'caller', text: t('callerId.caller') }, { value: 'personal', text: t('callerId.personal') }]}
      onChange=${(value: string) => onChange({
        callerId: value === 'caller' || value === 'personal' ? value : null,
      })} /></div>`
}

interface RowProps extends PartProps {
  readonly target: FormTarget
  readonly at: number
  readonly drag: Drag | undefined
  readonly onDrag: (drag: Drag | undefined) => void
}

function Row(props: RowProps): VNode {
  const { form, set, target, at, advanced, drag, faults } = props
  const known = numbers.value?.find((each) => each.id === target.targetId)
  const name = known === undefined ? t('common.dash') : phoneName(known)
  const move = (to: number): void => {
    const giveBack = holdFocus()
    set({ targets: moved(form.targets, at, to - at) })
    giveBack()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    move(event.key === 'ArrowUp' ? at - 1 : at + 1)
  }
  const tune = (patch: Partial<FormTarget>): void => set({
    targets: form.targets.map((each, index) => index === at ? { ...each, ...patch } : each),
  })
  const fault = faults[`ring:${at}`] ?? faults[`delay:${at}`]
  return html`<li class=${`target-row${dragClass(drag, at)}`} data-row=${at} onKeyDown=${onKeyDown}>
    <${DragHandle} name=${name} index=${at} drag=${drag} onDrag=${props.onDrag} onMove=${move} />
    <span class="rule-number">${at + 1}</span>
    <span class="target-words"><span class="target-name">${name}</span>${known !== undefined
      && known.description !== '' && html`<span class="soft num">${
        formatPhone(known.address)}</span>`}${known !== undefined && html`<${Price}
        phone=${known} /><${Barred} phone=${known} />`}</span>
    <span class="row-actions"><${Button} kind="quiet" small=${true} icon="up"
      label=${`${t('common.up')}: ${name}`} disabled=${at === 0} onClick=${() => move(at - 1)} />
      <${Button} kind="quiet" small=${true} icon="down" label=${`${t('common.down')}: ${name}`}
        disabled=${at === form.targets.length - 1} onClick=${() => move(at + 1)} />
      <${Button} kind="quiet" small=${true} icon="close" label=${t('editor.remove', { name })}
        onClick=${() => set({ targets: form.targets.filter((_, index) => index !== at) })} /></span>
    ${advanced && html`<${Tuning} name=${name} target=${target} serial=${form.mode === 'serial'}
      onChange=${tune} />`}
    ${fault !== undefined && html`<${Below} fault=${true} text=${fault} />`}</li>`
}

/** The numbers of «Мои номера» that are not in the rule yet. */
function unchosen(chosen: readonly FormTarget[]): readonly NumberReply[] {
  return (numbers.value ?? []).filter((each) => !chosen.some((one) => one.targetId === each.id))
}

/** Picks one of «Мои номера», or a new one; where all are chosen already, a new one at once. */
function Picker(props: {
  readonly left: readonly NumberReply[]
  readonly onPick: (id: string) => void; readonly onNew: () => void
}): VNode {
  if (props.left.length === 0) {
    return html`<button type="button" class="target-add link" onClick=${props.onNew}><${Icon}
      name="plus" /><span>${t('editor.addTarget')}</span></button>`
  }
  const pick = (value: string): void => {
    if (value === 'new') props.onNew()
    else if (value !== '') props.onPick(value)
  }
  const options = [
    { value: '', text: t('editor.addTarget') },
    ...props.left.map((each) => ({
      value: each.id, text: each.description === '' ? formatPhone(each.address)
        : `${each.description}, ${formatPhone(each.address)}`,
    })),
    { value: 'new', text: t('editor.newNumber') },
  ]
  return html`<div class="target-add"><${Icon} name="plus" />
    <${Select} id="add-target" hidden=${true} label=${t('editor.pick')} value="" options=${options}
      onChange=${pick} /></div>`
}

/** The list with its adder. */
export function EditorTargets(props: PartProps): VNode {
  const { form, set, faults } = props
  const [making, setMaking] = useState((numbers.value ?? []).length === 0)
  const [drag, setDrag] = useState<Drag | undefined>(undefined)
  const full = form.targets.length >= maxTargets
  const add = (targetId: string): void => set({ targets: [...form.targets, newTarget(targetId)] })
  const seen = new Map<string, number>()
  const keyOf = (target: FormTarget): string => {
    const count = (seen.get(target.targetId) ?? 0) + 1
    seen.set(target.targetId, count)
    return `${target.targetId}${count}`
  }
  const adder = full ? html`<p class="below">${t('editor.targetsFull')}</p>`
    : making ? html`<div class="target-new"><${NumberForm} inside=${true}
      onMade=${(made: NumberReply) => { setMaking(false); add(made.id) }}
      onDone=${(numbers.value ?? []).length === 0 ? undefined
        : () => setMaking(false)} /></div>`
      : html`<${Picker} left=${unchosen(form.targets)} onPick=${add} onNew=${() => setMaking(true)} />`
  return html`<section class="editor-part" id="part-targets" tabIndex=${-1}>
    <div class="part-head"><h2>${t(props.advanced ? 'editor.numbers' : 'editor.targets')}</h2>
      <span class="soft count">${t('editor.targetCount', { n: form.targets.length })}</span></div>
    <ol class=${faults['targets'] === undefined ? 'card targets' : 'card targets bad'}>
      ${form.targets.map((target, at) => html`<${Row} key=${keyOf(target)} ...${props}
        target=${target} at=${at} drag=${drag} onDrag=${setDrag} />`)}
      <li class="target-last">${adder}</li></ol>
    <${PriceNote} />
    ${faults['targets'] !== undefined && html`<${Below} fault=${true} text=${faults['targets']} />`}
    </section>`
}
