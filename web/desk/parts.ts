/**
 * The parts that the pages of the desk share: head, list with its states, facts, text of several
 * lines. A list is a table, and on a phone rows of two lines.
 */
import type { ComponentChildren, VNode } from 'preact'
import { useId } from 'preact/hooks'
import { Below, Button, Empty, Skeleton, Strip } from '../controls.ts'
import { phone } from '../device.ts'
import { html } from '../html.ts'
import { home } from './state.ts'
import { t } from './words.ts'

/** Head of a page: its name, what is told beside it, and tools at the right. */
export function Head(props: {
  readonly title: string; readonly beside?: ComponentChildren; readonly lead?: string
  readonly children?: ComponentChildren
}): VNode {
  const waiting = home.value?.counts.requests ?? 0
  document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${props.title} · ${t('desk.title')}`
  return html`<div class="page-head desk-head"><div><div class="desk-name"><h1>${props.title}</h1>
    ${props.beside}</div>${props.lead !== undefined && html`<p>${props.lead}</p>`}</div>
    ${props.children !== undefined && html`<div class="page-tools">${props.children}</div>`}</div>`
}

/** The name of what a panel beside a list shows; alone on a phone it is the page's own. */
export function PanelTitle(props: {
  readonly children?: ComponentChildren; readonly title?: string }): VNode {
  return html`<${phone.value ? 'h1' : 'h2'} class="panel-title" title=${props.title}>${
    props.children}<//>`
}

/** A heading below the panel's title. */
export function SubTitle(props: { readonly children?: ComponentChildren }): VNode {
  return html`<${phone.value ? 'h2' : 'h3'} class="sub-title">${props.children}<//>`
}

/** The way back to the list, above a page of one thing. */
export function Back(props: { readonly href: string; readonly text: string }): VNode {
  return html`<p class="crumbs desk-back"><a href=${props.href}>← ${props.text}</a></p>`
}

interface Source {
  readonly value: unknown
  readonly fault: string | undefined
  readonly reload: () => Promise<void>
}

/** What a part of the page says instead of its data or above it: a failure, or that it comes. */
export function Status(props: { readonly of: Source; readonly rows?: number }): VNode | null {
  const { value, fault, reload } = props.of
  if (fault !== undefined) {
    return html`<${Strip} kind="bad" alert=${true} text=${t('error.load', { reason: fault })}
      action=${html`<${Button} small=${true}
        onClick=${() => void reload()}>${t('common.retry')}<//>`} />`
  }
  return value === undefined ? html`<${Skeleton} rows=${props.rows ?? 5} />` : null
}

export interface Column<R> {
  readonly head: string
  readonly cell: (row: R) => ComponentChildren
  /** main: names the row, first on a phone; side: at its right there; drop: not on a phone. */
  readonly as?: 'main' | 'side' | 'drop' | undefined
  readonly right?: boolean
  /** Of the cell. */
  readonly class?: string
}

interface RowsProps<R> {
  readonly label: string
  readonly columns: readonly Column<R>[]
  readonly rows: readonly R[]
  readonly keyOf: (row: R) => string
  /** The address of a row's own page; left out = it has none. */
  readonly hrefOf?: ((row: R) => string) | undefined
  readonly chosen?: string | undefined
}

function Line<R>(props: RowsProps<R> & { readonly row: R }): VNode {
  const { row, columns } = props
  const key = props.keyOf(row)
  const main = columns.find((column) => column.as === 'main') ?? columns[0]
  const side = columns.find((column) => column.as === 'side')
  const rest = columns.filter((column) => column !== main && column !== side
    && column.as !== 'drop')
  const body = html`<span class="line-main">${main?.cell(row)}</span>
    ${side !== undefined && html`<span class="line-side">${side.cell(row)}</span>`}
    <span class="line-rest">${rest.map((column) => html`<span key=${column.head}>${
      column.cell(row)}</span>`)}</span>`
  const look = key === props.chosen ? 'line chosen' : 'line'
  return html`<li class=${look}>${props.hrefOf === undefined ? html`<div
    class="line-box">${body}</div>`
    : html`<a class="line-box" href=${props.hrefOf(row)}>${body}</a>`}</li>`
}

function TableRow<R>(props: RowsProps<R> & { readonly row: R }): VNode {
  const { row, columns, hrefOf } = props
  const key = props.keyOf(row)
  const main = columns.find((column) => column.as === 'main') ?? columns[0]
  const isChosen = key === props.chosen
  return html`<tr class=${isChosen ? 'chosen' : ''} data-row=${key}>${columns.map((column) => {
    const content = column.cell(row)
    const kind = `${column.class ?? ''}${column.right === true ? ' right' : ''}`
    if (column !== main) return html`<td key=${column.head} class=${kind}>${content}</td>`
    return html`<th scope="row" key=${column.head} class=${kind}>${hrefOf === undefined ? content
      : html`<a class="row-link" href=${hrefOf(row)}
        aria-current=${isChosen ? 'true' : undefined}>${content}</a>`}</th>`
  })}</tr>`
}

/** A list of things; the link of a row covers all of it. */
export function Rows<R>(props: RowsProps<R>): VNode {
  const { columns, rows } = props
  if (phone.value) {
    return html`<ul class="card lines" aria-label=${props.label}>${rows.map((row) => html`<${Line}
      key=${props.keyOf(row)} ...${props} row=${row} />`)}</ul>`
  }
  return html`<div class="card table-box"><table class="table desk-table" aria-label=${props.label}>
    <thead><tr>${columns.map((column) => html`<th scope="col" key=${column.head}
      class=${column.right === true ? 'right' : ''}>${column.head === '' ? html`<span
        class="visually-hidden">${t('desk.actions')}</span>` : column.head}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<${TableRow} key=${props.keyOf(row)} ...${props}
      row=${row} />`)}</tbody></table></div>`
}

/** A list from its loading to its end: failure, skeleton, what to do when empty, rows, «Ещё». */
export function List<R>(props: RowsProps<R> & {
  readonly of: Source & { readonly more?: (() => void) | undefined; readonly loadingMore?: boolean }
  readonly empty: string; readonly emptyText: string; readonly emptyAction?: ComponentChildren
}): VNode {
  const { of } = props
  return html`<div class="desk-list"><${Status} of=${of} />
    ${of.value !== undefined && (props.rows.length === 0
      ? html`<${Empty} title=${props.empty} text=${props.emptyText} action=${props.emptyAction} />`
      : html`<${Rows} ...${props} />`)}
    ${of.value !== undefined && of.more !== undefined && html`<div class="pages"><${Button}
      busy=${of.loadingMore === true ? t('common.loading') : undefined}
      onClick=${of.more}>${t('desk.more')}<//></div>`}</div>`
}

/** Names and values; empty values are left out. */
export function Facts(props: {
  readonly rows: readonly (readonly [name: string, value: ComponentChildren])[]
}): VNode {
  return html`<dl class="desk-facts">${props.rows.filter(([, value]) => value !== ''
    && value !== undefined && value !== null && value !== false).map(([name, value]) => html`<div
      key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

/** Text of several lines with its label. */
export function Area(props: {
  readonly label: string; readonly value: string; readonly onInput: (value: string) => void
  readonly rows?: number; readonly placeholder?: string; readonly fault?: string | undefined
  readonly hint?: string; readonly maxLength?: number; readonly disabled?: boolean
  readonly hidden?: boolean; readonly mono?: boolean; readonly onSend?: () => void
}): VNode {
  const id = useId()
  const below = props.fault ?? props.hint
  return html`<div class="field"><label for=${id}
    class=${props.hidden === true ? 'visually-hidden' : undefined}>${props.label}</label>
    <textarea id=${id} rows=${props.rows ?? 3} placeholder=${props.placeholder}
      class=${props.mono === true ? 'mono' : undefined} maxLength=${props.maxLength ?? 2000}
      disabled=${props.disabled} value=${props.value} spellcheck=${props.mono !== true}
      aria-invalid=${props.fault === undefined ? undefined : 'true'}
      aria-describedby=${below === undefined ? undefined : `${id}-below`}
      onKeyDown=${(event: KeyboardEvent) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) props.onSend?.()
      }}
      onInput=${(event: InputEvent) =>
        props.onInput((event.currentTarget as HTMLTextAreaElement).value)}></textarea>
    ${below !== undefined && html`<${Below} id=${`${id}-below`} fault=${props.fault !== undefined}
      text=${below} />`}</div>`
}

/** A part of a page with its heading, and what belongs beside it. */
export function Part(props: {
  readonly title: string; readonly beside?: ComponentChildren; readonly children?: ComponentChildren
}): VNode {
  return html`<section class="card desk-part"><div class="desk-part-head"><h2>${props.title}</h2>
    ${props.beside}</div>${props.children}</section>`
}
