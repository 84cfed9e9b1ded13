/**
 * The small parts every page uses: button, switch, segmented choice, field, strip, empty state,
 * skeleton. States and sizes are those of design §3; behaviour only, the look is in the style sheet.
 */
import type { ComponentChildren, VNode } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import type { IconName } from './icons.ts'
import { t } from './text.ts'

export interface ButtonProps {
  readonly kind?: 'primary' | 'quiet' | 'danger' | 'default'
  readonly small?: boolean
  readonly icon?: IconName
  readonly type?: 'button' | 'submit'
  readonly disabled?: boolean
  /** Words shown instead of the label while the work goes on. */
  readonly busy?: string | undefined
  readonly label?: string
  readonly onClick?: (event: MouseEvent) => void
  readonly children?: ComponentChildren
}

/** A button; without children an icon button, then `label` is its name. */
export function Button(props: ButtonProps): VNode {
  const bare = props.children === undefined
  const classes = ['button', props.kind ?? 'default', props.small === true ? 'small' : '',
    bare ? 'bare' : ''].join(' ')
  return html`<button type=${props.type ?? 'button'} class=${classes} aria-label=${props.label}
    title=${bare ? props.label : undefined}
    disabled=${props.disabled === true || props.busy !== undefined}
    onClick=${props.onClick}>
    ${props.busy !== undefined ? html`<span class="spinner" aria-hidden="true"></span>`
      : props.icon !== undefined && html`<${Icon} name=${props.icon} />`}
    ${!bare && html`<span>${props.busy ?? props.children}</span>`}
  </button>`
}

/** A link that looks like a button. */
export function LinkButton(props: {
  readonly href: string; readonly kind?: string; readonly icon?: IconName; readonly small?: boolean
  readonly label?: string; readonly children?: ComponentChildren
}): VNode {
  const bare = props.children === undefined
  return html`<a class=${`button ${props.kind ?? 'default'} ${props.small === true ? 'small' : ''} ${
    bare ? 'bare' : ''}`} href=${props.href} aria-label=${props.label}>
    ${props.icon !== undefined && html`<${Icon} name=${props.icon} />`}
    ${!bare && html`<span>${props.children}</span>`}</a>`
}

/** An on/off switch; saves at once. `label` is its name for screen readers. */
export function Switch(props: {
  readonly on: boolean; readonly label: string; readonly disabled?: boolean
  readonly onChange: () => void
}): VNode {
  return html`<button type="button" role="switch" class="switch" aria-checked=${String(props.on)}
    aria-label=${props.label} disabled=${props.disabled} onClick=${props.onChange}>
    <span class="switch-knob"></span></button>`
}

export interface Option<T extends string> {
  readonly value: T
  readonly text: string
}

function stepFocus(event: KeyboardEvent): void {
  const step = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1
    : event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 0
  if (step === 0 || !(event.currentTarget instanceof HTMLElement)) return
  event.preventDefault()
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="radio"]')]
  const at = all.findIndex((each) => each === document.activeElement)
  const next = all[(at + step + all.length) % all.length]
  next?.focus()
  next?.click()
}

/** Two to four exclusive views; arrow keys move. */
export function Segmented<T extends string>(props: {
  readonly label: string; readonly value: T; readonly options: readonly Option<T>[]
  readonly onChange: (value: T) => void; readonly wide?: boolean
}): VNode {
  // Where none is chosen, the first can be reached by Tab.
  const stop = props.options.find((option) => option.value === props.value) ?? props.options[0]
  return html`<div class=${props.wide === true ? 'segmented wide' : 'segmented'} role="radiogroup"
    aria-label=${props.label} onKeyDown=${stepFocus}>
    ${props.options.map((option) => html`<button type="button" role="radio" key=${option.value}
      class="segment" aria-checked=${String(option.value === props.value)}
      tabIndex=${option === stop ? 0 : -1}
      onClick=${() => props.onChange(option.value)}>${option.text}</button>`)}
  </div>`
}

export interface FieldProps {
  readonly label: string
  readonly value: string
  readonly onInput: (value: string) => void
  readonly id?: string
  readonly hint?: string | undefined
  readonly fault?: string | undefined
  readonly unit?: string
  readonly type?: string
  readonly placeholder?: string
  readonly autocomplete?: string
  readonly inputMode?: string
  readonly maxLength?: number
  readonly autofocus?: boolean
  readonly disabled?: boolean
  readonly after?: ComponentChildren
  /** Stands at the right of the label; the keyboard comes to it after the field. */
  readonly corner?: ComponentChildren
  readonly inputRef?: unknown
}

/** A labelled text field with a hint or a fault below, tied to it for screen readers. */
export function Field(props: FieldProps): VNode {
  const made = useId()
  const id = props.id ?? made
  const own = useRef<HTMLInputElement>(null)
  const below = props.fault ?? props.hint
  useLayoutEffect(() => {
    // The browser heeds the attribute at the load of a page and in dialogs only.
    if (props.autofocus === true && !(document.activeElement instanceof HTMLInputElement)) {
      own.current?.focus({ preventScroll: true })
    }
  }, [])
  return html`<div class="field">
    <label for=${id}>${props.label}</label>
    <div class=${props.fault === undefined ? 'input' : 'input bad'}>
      <input id=${id} ref=${props.inputRef ?? own} type=${props.type ?? 'text'} value=${props.value}
        placeholder=${props.placeholder} autocomplete=${props.autocomplete ?? 'off'}
        inputMode=${props.inputMode} maxLength=${props.maxLength} disabled=${props.disabled}
        autoFocus=${props.autofocus} aria-invalid=${props.fault === undefined ? undefined : 'true'}
        aria-describedby=${below === undefined ? undefined : `${id}-below`}
        onInput=${(event: InputEvent) => props.onInput((event.currentTarget as HTMLInputElement).value)} />
      ${props.unit !== undefined && html`<span class="unit">${props.unit}</span>`}${props.after}
    </div>
    ${below !== undefined && html`<${Below} id=${`${id}-below`} fault=${props.fault !== undefined}
      text=${below} />`}
    ${props.corner !== undefined && html`<span class="field-corner">${props.corner}</span>`}
  </div>`
}

/** The line below a field: a fault with its icon, or a hint. */
export function Below(props: {
  readonly id?: string; readonly fault: boolean; readonly text: string
}): VNode {
  return html`<p class=${props.fault ? 'below bad' : 'below'} id=${props.id}>
    ${props.fault && html`<${Icon} name="alert" size=${15} />`}<span>${props.text}</span></p>`
}

/** A drop-down list with its label. */
export function Select(props: {
  readonly label: string; readonly value: string; readonly options: readonly Option<string>[]
  readonly onChange: (value: string) => void; readonly hidden?: boolean; readonly id?: string
  readonly fault?: boolean
}): VNode {
  return html`<label class="select-field">
    <span class=${props.hidden === true ? 'visually-hidden' : 'label'}>${props.label}</span>
    <span class=${props.fault === true ? 'select bad' : 'select'}>
      <select id=${props.id} value=${props.value}
        aria-invalid=${props.fault === true ? 'true' : undefined}
        onChange=${(event: Event) => props.onChange((event.currentTarget as HTMLSelectElement).value)}>
        ${props.options.map((option) => html`<option key=${option.value} value=${option.value}
          selected=${option.value === props.value}>${option.text}</option>`)}
      </select><${Icon} name="down" size=${16} /></span></label>`
}

/** A strip: red when calls are lost, yellow when something will surprise, neutral to inform. */
export function Strip(props: {
  readonly kind: 'bad' | 'warn' | 'plain'; readonly title?: string; readonly text?: ComponentChildren
  readonly action?: ComponentChildren; readonly alert?: boolean
}): VNode {
  return html`<div class=${`strip ${props.kind}`}
    role=${props.alert === true ? 'alert' : undefined}>
    <${Icon} name="alert" />
    <p>${props.title !== undefined && html`<strong>${props.title}</strong> `}${props.text}</p>
    ${props.action}
  </div>`
}

/** What will be here and how to make it come. */
export function Empty(props: {
  readonly title: string; readonly text: string; readonly action?: ComponentChildren
}): VNode {
  return html`<div class="card empty"><h2>${props.title}</h2><p>${props.text}</p>${props.action}</div>`
}

/** Three rows in the shape of what comes; seen only after 300 ms. */
export function Skeleton(props: { readonly rows?: number }): VNode {
  return html`<div class="card skeleton" role="status" aria-label=${t('common.loading')}>
    ${Array.from({ length: props.rows ?? 3 }, (_, row) => html`<div class="skeleton-row" key=${row}>
      <span></span><span></span><span></span></div>`)}</div>`
}
