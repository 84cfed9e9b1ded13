/**
 * «Куда звонить»: the numbers of a rule in order, one to five, with their ring times in the advanced
 * mode. Order by buttons and Alt+↑ ↓; a number is added from «Мои номера» or made on the spot.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Below, Button, Select } from './controls.ts'
import { phone as isPhone } from './device.ts'
import { Dialog } from './dialog.ts'
import { formatPhone, phoneName } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { NumberForm } from './number-form.ts'
import { maxTargets, moved } from './rule-form.ts'
import type { Faults, FormTarget, RuleForm } from './rule-form.ts'
import { me, numbers } from './state.ts'
import { t } from './text.ts'

export interface PartProps {
  readonly form: RuleForm
  readonly set: (patch: Partial<RuleForm>) => void
  readonly faults: Faults
  readonly advanced: boolean
}

const ringChoices = [5, 10, 15, 20, 25, 30, 40, 50, 60]

function RingTime(props: {
  readonly name: string; readonly target: FormTarget; readonly onChange: (seconds: string) => void
}): VNode {
  const usual = me.value?.ringSeconds ?? 25
  const own = Number(props.target.ringSeconds)
  const choices = own > 0 && !ringChoices.includes(own) ? [...ringChoices, own].sort((a, b) => a - b) : ringChoices
  const options = [
    { value: '', text: t('editor.ringDefault', { n: usual }) },
    ...choices.map((each) => ({ value: String(each), text: t('ring.seconds', { n: each }) })),
  ]
  return html`<${Select} hidden=${true} label=${t('editor.ring', { name: props.name })}
    value=${props.target.ringSeconds} options=${options} onChange=${props.onChange} />`
}

interface RowProps extends PartProps {
  readonly target: FormTarget
  readonly at: number
}

function Row(props: RowProps): VNode {
  const { form, set, target, at, advanced } = props
  const known = numbers.value?.find((each) => each.id === target.targetId)
  const name = known === undefined ? t('common.dash') : phoneName(known)
  const move = (step: number): void => set({ targets: moved(form.targets, at, step) })
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    move(event.key === 'ArrowUp' ? -1 : 1)
  }
  const change = (ringSeconds: string): void => set({
    targets: form.targets.map((each, index) => index === at ? { ...each, ringSeconds } : each),
  })
  return html`<li class="target-row" onKeyDown=${onKeyDown}><span
    class="rule-number">${at + 1}</span>
    <span class="target-words"><span>${name}</span>${known !== undefined && known.description !== ''
      && html`<span class="soft num">${formatPhone(known.address)}</span>`}</span>
    ${advanced && form.mode === 'serial' && html`<${RingTime} name=${name} target=${target}
      onChange=${change} />`}
    <span class="row-actions"><${Button} kind="quiet" small=${true} icon="up"
      label=${`${t('common.up')}: ${name}`} disabled=${at === 0} onClick=${() => move(-1)} />
      <${Button} kind="quiet" small=${true} icon="down" label=${`${t('common.down')}: ${name}`}
        disabled=${at === form.targets.length - 1} onClick=${() => move(1)} />
      <${Button} kind="quiet" small=${true} icon="close" label=${t('editor.remove', { name })}
        onClick=${() => set({ targets: form.targets.filter((_, index) => index !== at) })} /></span></li>`
}

function Picker(props: {
  readonly onPick: (id: string) => void; readonly onNew: () => void
}): VNode {
  const pick = (value: string): void => {
    if (value === 'new') props.onNew()
    else if (value !== '') props.onPick(value)
  }
  const options = [
    { value: '', text: t('editor.addTarget') },
    ...(numbers.value ?? []).map((each) => ({
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
  const [making, setMaking] = useState<readonly string[] | undefined>(undefined)
  const full = form.targets.length >= maxTargets
  const add = (targetId: string): void =>
    set({ targets: [...form.targets, { targetId, ringSeconds: '' }] })
  const made = (): void => {
    const before = making ?? []
    setMaking(undefined)
    // The new number is the one that was not there when the form opened; it comes with the reload.
    const stop = numbers.subscribe((all) => {
      const fresh = all?.find((each) => !before.includes(each.id))
      if (fresh === undefined) return
      add(fresh.id)
      queueMicrotask(() => stop())
    })
  }
  return html`<section class="editor-part" id="part-targets" tabIndex=${-1}>
    <div class="part-head"><h2>${t(props.advanced ? 'editor.numbers' : 'editor.targets')}</h2>
      <span class="soft count">${t('editor.targetCount', { n: form.targets.length })}</span></div>
    <ol class=${faults['targets'] === undefined ? 'card targets' : 'card targets bad'}>
      ${form.targets.map((target, at) => html`<${Row} key=${`${target.targetId}${at}`} ...${props}
        target=${target} at=${at} />`)}
      <li>${full ? html`<p class="below">${t('editor.targetsFull')}</p>` : html`<${Picker}
        onPick=${add}
        onNew=${() => setMaking((numbers.value ?? []).map((each) => each.id))} />`}</li></ol>
    ${faults['targets'] !== undefined && html`<${Below} fault=${true} text=${faults['targets']} />`}
    ${making !== undefined && html`<${Dialog} sheet=${isPhone.value} label=${t('numbers.newTitle')}
      onClose=${() => setMaking(undefined)}><h2>${t('numbers.newTitle')}</h2>
      <${NumberForm} onDone=${made} /><//>`}</section>`
}
