/**
 * The list of the timeline's keys, shown by «?».
 */
import type { VNode } from 'preact'
import { Button } from './controls.ts'
import { Dialog } from './dialog.ts'
import { html } from './html.ts'
import { t } from './text.ts'
import type { Key } from './text.ts'
import './text-home-ru.ts'

const keys: readonly (readonly [string, Key])[] = [
  ['← →', 'keys.arrows'], ['↑ ↓', 'keys.rows'], ['Home End', 'keys.ends'], ['Enter', 'keys.open'],
  ['Space', 'keys.switch'], ['E', 'keys.edit'], ['Delete', 'keys.delete'], ['Alt+↑ ↓', 'keys.order'],
  ['Ctrl+← →', 'keys.hours'], ['Ctrl+Shift+← →', 'keys.hoursFrom'],
  ['T', 'keys.now'], ['+ − 1 2 3 4', 'keys.zoom'], ['Shift+← →', 'keys.scroll'], ['N', 'keys.new'],
  ['L', 'keys.table'],
]

export function KeysDialog(props: { readonly onClose: () => void }): VNode {
  return html`<${Dialog} label=${t('timeline.keys')} onClose=${props.onClose}>
    <h2>${t('timeline.keys')}</h2>
    <dl class="keys">${keys.map(([key, text]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt>
      <dd>${t(text)}</dd></div>`)}</dl>
    <${Button} onClick=${props.onClose}>${t('common.close')}<//><//>`
}
