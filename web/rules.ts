/**
 * «Переадресации»: the rules as rows in winning order, each with its sentence, switch and actions.
 * Order by buttons, keys or dragging the handle.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { RuleReply } from '../src/api/schema.ts'
import { homeWarnings } from './answer.ts'
import { moveRule, switchRule } from './changes.ts'
import { Button, Empty, LinkButton, Skeleton, Strip, Switch } from './controls.ts'
import { askDelete } from './delete-rule.ts'
import { capital } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { ruleText, spokenRule } from './sentence.ts'
import { StateTag } from './rule-popover.ts'
import { loadFault, me, overview, refresh } from './state.ts'
import { known, t } from './text.ts'

interface Drag {
  readonly from: number
  readonly over: number
}

interface RowProps {
  readonly rule: RuleReply
  readonly index: number
  readonly last: number
  readonly drag: Drag | undefined
  readonly onDrag: (drag: Drag | undefined) => void
}

/** The row under the pointer, by its place in the list; undefined outside of it. */
function rowUnder(event: PointerEvent): number | undefined {
  const row = document.elementFromPoint(event.clientX, event.clientY)?.closest('[data-row]')
  return row instanceof HTMLElement ? Number(row.dataset['row']) : undefined
}

function Handle(props: RowProps): VNode {
  const { rule, index, drag, onDrag } = props
  const start = (event: PointerEvent): void => {
    (event.currentTarget as Element).setPointerCapture(event.pointerId)
    onDrag({ from: index, over: index })
  }
  const move = (event: PointerEvent): void => {
    const over = drag === undefined ? undefined : rowUnder(event)
    if (drag !== undefined && over !== undefined && over !== drag.over) onDrag({ ...drag, over })
  }
  const drop = (): void => {
    if (drag !== undefined && drag.over !== drag.from) void moveRule(rule, drag.over)
    onDrag(undefined)
  }
  const key = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
    if (step === 0) return
    event.preventDefault()
    void moveRule(rule, index + step)
  }
  return html`<button type="button" class="handle"
    aria-label=${t('common.drag', { name: rule.name })}
    onPointerDown=${start} onPointerMove=${move} onPointerUp=${drop}
    onPointerCancel=${() => onDrag(undefined)}
    onKeyDown=${key}><${Icon} name="grip" /></button>`
}

function ruleWarnings(rule: RuleReply): string[] {
  return rule.warnings.flatMap((warning) => {
    const key = `warning.${warning.code}`
    return known(key) && homeWarnings.has(warning.code) ? [capital(t(key, warning.details))] : []
  })
}

function Row(props: RowProps): VNode {
  const { rule, index, last, drag } = props
  const spoken = spokenRule(rule, me.value?.ringSeconds ?? 25)
  const over = drag?.over === index && drag.from !== index
    ? (drag.from > index ? ' drop-above' : ' drop-below') : ''
  const warned = ruleWarnings(rule)
  return html`<li class=${`rule-row${rule.enabled ? '' : ' off'}${drag?.from === index ? ' dragged' : ''}${over}`}
    data-row=${index}>
    <${Handle} ...${props} /><span class="rule-number">${index + 1}</span>
    <div class="rule-words"><p class="rule-name"><a href=${`/rules/${rule.id}`}>${rule.name}</a>
      <${StateTag} rule=${rule} quiet=${true} />${rule.priority > 0
        && html`<span class="soft">${t('rule.priority', { n: rule.priority })}</span>`}</p>
      <p class="soft">${ruleText(spoken)}</p>
      ${warned.length > 0 && html`<p class="row-warning"><${Icon} name="alert"
        size=${15} />${warned[0]}</p>`}</div>
    <div class="rule-actions">
      <${Button} kind="quiet" small=${true} icon="up" label=${t('common.up')}
        disabled=${index === 0}
        onClick=${() => void moveRule(rule, index - 1)} />
      <${Button} kind="quiet" small=${true} icon="down" label=${t('common.down')}
        disabled=${index === last}
        onClick=${() => void moveRule(rule, index + 1)} />
      <${LinkButton} kind="quiet" small=${true} icon="pencil" href=${`/rules/${rule.id}`}
        label=${`${t('common.edit')}: ${rule.name}`} />
      <${Button} kind="quiet" small=${true} icon="trash"
        label=${`${t('common.delete')}: ${rule.name}`}
        onClick=${() => askDelete(rule)} /></div>
    <${Switch} on=${rule.enabled} label=${t('rule.switch', { name: rule.name })}
      onChange=${() => void switchRule(rule)} /></li>`
}

/** The page. */
export function Rules(): VNode {
  const [drag, setDrag] = useState<Drag | undefined>(undefined)
  const data = overview.value
  document.title = `${t('rules.title')} · ${t('app.name')}`
  const add = html`<${LinkButton} kind="primary" icon="plus" href="/rules/new?mode=advanced">${
    t('overview.add')}<//>`
  if (data === undefined) {
    return loadFault.value === undefined ? html`<${Skeleton} />`
      : html`<${Strip} kind="bad" text=${t('error.load', { reason: loadFault.value })} alert=${true}
        action=${html`<${Button} small=${true}
        onClick=${() => void refresh()}>${t('common.retry')}<//>`} />`
  }
  const rules = data.rules
  return html`<div class="page"><div class="page-head"><div><h1>${t('rules.title')}</h1>
    ${rules.length > 0 && html`<p>${t('rules.lead')}</p>`}</div>${rules.length > 0 && add}</div>
    ${rules.length === 0 ? html`<${Empty} title=${t('rules.empty')} action=${add}
      text=${t(me.value?.defaultTargetId === null ? 'rules.emptyNowhere' : 'rules.emptyText')} />`
      : html`<ol class="card rule-list" aria-label=${t('rules.list')}>${rules.map((rule, index) =>
        html`<${Row} key=${rule.id} rule=${rule} index=${index} last=${rules.length - 1}
          drag=${drag}
          onDrag=${setDrag} />`)}</ol>
        <p class="page-foot">${t('rules.count', { n: rules.length })}</p>`}</div>`
}
