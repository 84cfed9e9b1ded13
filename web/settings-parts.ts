/**
 * The parts that all tabs of the settings are made of: a group, a line with its explanation and one
 * control, and the controls that save by themselves: switch, number with bounds, choice.
 */
import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useId, useState } from 'preact/hooks'
import { Below, Select, Switch } from './controls.ts'
import type { Option } from './controls.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { maySave } from './state.ts'
import { t } from './text.ts'

/** Lines under one heading. */
export function Group(props: {
  readonly title: string; readonly id?: string; readonly children?: ComponentChildren
}): VNode {
  return html`<section class="set-group"
    id=${props.id}><h2>${props.title}</h2>${props.children}</section>`
}

export interface LineProps {
  readonly label: string
  readonly hint?: ComponentChildren
  /** Yellow words with what fixes them. */
  readonly warning?: ComponentChildren
  /** Red words tied to the control. */
  readonly fault?: string | undefined
}

/** One setting: what it is and what it does at the left, its control at the right. */
export function Line(props: LineProps & {
  /** Id of the control, for its label; without it the label is no label but a heading. */
  readonly for?: string
  readonly control?: ComponentChildren
  readonly children?: ComponentChildren
}): VNode {
  return html`<div class="set-line"><div class="set-words">
    ${props.for === undefined ? html`<p class="set-label">${props.label}</p>`
      : html`<label class="set-label" for=${props.for}>${props.label}</label>`}
    ${props.hint !== undefined && html`<p class="small soft"
      id=${props.for === undefined ? undefined : `${props.for}-hint`}>${props.hint}</p>`}
    ${props.fault !== undefined && html`<${Below} fault=${true} text=${props.fault}
      id=${props.for === undefined ? undefined : `${props.for}-fault`} />`}
    ${props.warning !== undefined && html`<${Warn}>${props.warning}<//>`}</div>
    ${props.control !== undefined && html`<div class="set-control">${props.control}</div>`}
    ${props.children}</div>`
}

/** Yellow words with their sign. */
export function Warn(props: { readonly children?: ComponentChildren }): VNode {
  return html`<p class="set-warn"><${Icon} name="alert"
    size=${16} /><span>${props.children}</span></p>`
}

/** An on/off setting. */
export function SwitchLine(props: LineProps & {
  readonly on: boolean; readonly onChange: () => void; readonly name?: string
}): VNode {
  return html`<${Line} ...${props} control=${html`<${Switch} on=${props.on}
    label=${props.name ?? props.label} disabled=${!maySave.value} onChange=${props.onChange} />`} />`
}

/** A number in a field: saved when it is left or Enter pressed, refused outside its bounds. */
export function NumberLine(props: LineProps & {
  readonly value: number; readonly min: number; readonly max: number; readonly unit: string
  /** A value outside of the bounds that has a meaning of its own. */
  readonly also?: number
  readonly onSave: (value: number) => void
}): VNode {
  const id = useId()
  const [text, setText] = useState(String(props.value))
  const [fault, setFault] = useState<string | undefined>(undefined)
  useEffect(() => {
    setText(String(props.value))
    setFault(undefined)
  }, [props.value])
  const commit = (): void => {
    const value = Number(text.trim())
    const fits = /^\s*\d+\s*$/.test(text)
      && (value === props.also || (value >= props.min && value <= props.max))
    setFault(fits ? undefined : t(props.also === undefined ? 'set.range' : 'set.rangeAlso',
      { min: props.min, max: props.max, also: props.also ?? 0 }))
    if (fits && value !== props.value) props.onSave(value)
    else if (fits) setText(String(value))
  }
  const shown = props.fault ?? fault
  return html`<${Line} ...${props} for=${id} fault=${shown} control=${html`<div
    class=${shown !== undefined ? 'input bad set-number' : props.warning !== undefined
      ? 'input warned set-number' : 'input set-number'}><input id=${id}
      type="text" inputMode="numeric" autocomplete="off" maxLength=${5} value=${text}
      disabled=${!maySave.value} aria-invalid=${shown === undefined ? undefined : 'true'}
      aria-describedby=${`${id}-hint${shown === undefined ? '' : ` ${id}-fault`}`}
      onInput=${(event: InputEvent) => setText((event.currentTarget as HTMLInputElement).value)}
      onChange=${commit} /><span class="unit">${props.unit}</span></div>`} />`
}

/** One of a few values. */
export function ChoiceLine<T extends string>(props: LineProps & {
  readonly value: T; readonly options: readonly Option<T>[]; readonly onSave: (value: T) => void
}): VNode {
  return html`<${Line} ...${props} control=${html`<${Select} label=${props.label} hidden=${true}
    value=${props.value} options=${props.options} onChange=${props.onSave}
    fault=${props.fault !== undefined} />`} />`
}
