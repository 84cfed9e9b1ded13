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
import { DragHandle, dragClass, holdFocus } from './drag-order.ts'
import type { Drag } from './drag-order.ts'
import { capital } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { conditionsOf, conditionText } from './rule-conditions.ts'
import { ruleText, spokenRule } from './sentence.ts'
import { StateTag } from './rule-popover.ts'
import { loadFault, me, overview, refresh } from './state.ts'
import { t } from './text.ts'
import { warningWords } from './warning-words.ts'
import './text-home-ru.ts'
import './text-rules-ru.ts'

interface RowProps {
  readonly rule: RuleReply
  readonly index: number
  readonly last: number
  readonly drag: Drag | undefined
  readonly onDrag: (drag: Drag | undefined) => void
}

/** The warnings of a rule; numbers that only wait for their proof are told as such. */
function warningsOf(rule: RuleReply): RuleReply['warnings'] {
  return rule.warnings.filter(({ code }) => code !== 'noTargets' || rule.targets.length === 0)
}

/** What a row says below its sentence: one thing, if it matters. */
function rowWarning(rule: RuleReply): string | undefined {
  const found = warningsOf(rule).find(({ code }) =>
    homeWarnings.has(code) || code === 'unverifiedNumber')
  const text = found === undefined ? undefined : warningWords(found)
  return text === undefined ? undefined : capital(text)
}

/** The remarks on the whole set: how many, and each with the way to its rule. */
function Lint(props: { readonly rules: readonly RuleReply[] }): VNode | null {
  const account = (overview.value?.warnings ?? []).flatMap(({ code, details }) =>
    code === 'blockedTooWide' ? [t('warning.blockedTooWide', details)] : [])
  const found = props.rules.filter((rule) => rule.enabled)
    .flatMap((rule) => warningsOf(rule).flatMap((warning) => {
      const text = warningWords(warning)
      return text === undefined ? [] : [{ rule, text }]
    }))
  const count = found.length + account.length
  if (count === 0) return props.rules.length < 2 ? null : html`<p class="lint-none soft"><${Icon}
    name="check" size=${15} />${t('rules.lintNone')}</p>`
  return html`<details class="card lint"><summary><${Icon} name="alert" /><span class="strong">${
    t('rules.lint', { n: count })}</span></summary>
    <ul>${account.map((text) => html`<li key=${text}>${capital(text)} ${' '}<a
      href="/callers">${t('nav.callers')}</a></li>`)}
    ${found.map(({ rule, text }) => html`<li key=${rule.id + text}><a href=${`/rules/${rule.id}`}>${
      rule.name}</a><span>${capital(text)}</span></li>`)}</ul></details>`
}

function Row(props: RowProps): VNode {
  const { rule, index, last, drag } = props
  const spoken = spokenRule(rule, me.value?.ringSeconds ?? 25)
  const warned = rowWarning(rule)
  const more = conditionText(conditionsOf(rule), rule.reaction === 'ring')
  const move = (to: number): void => {
    const giveBack = holdFocus()
    void moveRule(rule, to).then(giveBack)
  }
  return html`<li class=${`rule-row${rule.enabled ? '' : ' off'}${dragClass(drag, index)}`}
    data-row=${index}>
    <${DragHandle} name=${rule.name} index=${index} drag=${drag} onDrag=${props.onDrag}
      onMove=${move} /><span class="rule-number">${index + 1}</span>
    <div class="rule-words"><p class="rule-name"><a href=${`/rules/${rule.id}`}>${rule.name}</a>
      <${StateTag} rule=${rule} quiet=${true} />${rule.priority > 0
        && html`<span class="soft">${t('rule.priority', { n: rule.priority })}</span>`}</p>
      <p class="soft">${ruleText(spoken)}${more !== '' && html` ${' '}${more}`}</p>
      ${warned !== undefined && html`<p class="row-warning"><${Icon} name="alert"
        size=${15} />${warned}</p>`}</div>
    <div class="rule-actions">
      <${Button} kind="quiet" small=${true} icon="up" label=${t('common.up')}
        disabled=${index === 0}
        onClick=${() => move(index - 1)} />
      <${Button} kind="quiet" small=${true} icon="down" label=${t('common.down')}
        disabled=${index === last}
        onClick=${() => move(index + 1)} />
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
      : html`<div><${Lint} rules=${rules} /><ol class="card rule-list"
        aria-label=${t('rules.list')}>${rules.map((rule, index) => html`<${Row} key=${rule.id} rule=${rule} index=${index} last=${rules.length - 1}
          drag=${drag}
          onDrag=${setDrag} />`)}</ol>
        <p class="page-foot">${t('rules.count', { n: rules.length })}</p></div>`}</div>`
}
