/**
 * «Если никто не ответит» and how the phones ring: the two questions with exclusive answers, and in
 * the advanced mode waiting time and priority.
 */
import type { VNode } from 'preact'
import { Below, Field, Segmented, Select } from './controls.ts'
import { phone as isPhone } from './device.ts'
import type { PartProps } from './editor-targets.ts'
import { html } from './html.ts'
import { defaultWaitSeconds, wholeNumber } from './rule-form.ts'
import type { RuleForm } from './rule-form.ts'
import { me, overview } from './state.ts'
import { t } from './text.ts'
import type { Key } from './text.ts'

type Mode = RuleForm['mode']
type Action = RuleForm['action']

function ModeCard(props: PartProps & {
  readonly mode: Mode; readonly title: string; readonly text: string
}): VNode {
  const { form, set, mode } = props
  const lines = mode === 'parallel' ? 'M4 8h34M4 16h34' : 'M4 8h16M24 16h16'
  return html`<label class="mode-card"><input type="radio" name="mode" checked=${form.mode === mode}
    onChange=${() => set({ mode })} /><span class="mode-words"><span
    class="strong">${props.title}</span>
    <span class="soft">${props.text}</span></span>
    <svg class="mode-picture" width="44" height="24" viewBox="0 0 44 24" aria-hidden="true"><path
      d=${lines} /></svg></label>`
}

/** «Как звонят телефоны». */
export function EditorMode(props: PartProps): VNode {
  const { form, set } = props
  const wait = wholeNumber(form.waitSeconds, 5, 120) ?? defaultWaitSeconds
  const ring = me.value?.ringSeconds ?? 25
  if (isPhone.value) {
    return html`<section class="editor-part" id="part-mode"
      tabIndex=${-1}><h2>${t('editor.mode')}</h2>
      <${Segmented} wide=${true} label=${t('editor.mode')} value=${form.mode}
        onChange=${(mode: Mode) => set({ mode })} options=${[
          { value: 'parallel', text: t('editor.parallel') }, { value: 'serial', text: t('editor.serial') },
        ]} /></section>`
  }
  return html`<fieldset class="editor-part" id="part-mode"
    tabIndex=${-1}><legend>${t('editor.mode')}</legend>
    <div class="mode-cards"><${ModeCard} ...${props} mode="parallel" title=${t('editor.parallel')}
      text=${t('editor.parallelText', { n: wait })} />
    <${ModeCard} ...${props} mode="serial" title=${t('editor.serial')}
      text=${t('editor.serialText', { n: ring })} /></div></fieldset>`
}

const actions: readonly (readonly [Action, Key])[] = [
  ['hangUp', 'editor.hangUp'], ['voicemail', 'editor.voicemail'], ['rule', 'editor.otherRule'],
]

/** «Если никто не ответит». `ruleId` is the rule itself: it cannot be its own next one. */
export function EditorNext(props: PartProps & { readonly ruleId: string | undefined }): VNode {
  const { form, set, faults } = props
  const others = (overview.value?.rules ?? []).filter((rule) => rule.id !== props.ruleId)
  const options = [
    { value: '', text: t('editor.chooseNone') },
    ...others.map((rule) => ({ value: rule.id, text: rule.name })),
  ]
  return html`<fieldset class="editor-part" id="part-next" tabIndex=${-1}>
    <legend>${t('editor.noAnswer')}</legend>
    <div class="next-line">${actions.map(([action, key]) => html`<label key=${action} class="radio">
      <input type="radio" name="next" checked=${form.action === action}
        disabled=${action === 'rule' && others.length === 0} onChange=${() => set({ action })} />
      <span>${t(key)}</span></label>`)}
    ${form.action === 'rule' && html`<${Select} id="next-rule" hidden=${true}
      label=${t('editor.chooseRule')}
      value=${form.nextRuleId} options=${options} fault=${faults['rule'] !== undefined}
      onChange=${(nextRuleId: string) => set({ nextRuleId })} />`}
    ${form.action === 'rule' && props.advanced && html`<label class="check"><input type="checkbox"
      checked=${form.ignoreSchedule}
      onChange=${() => set({ ignoreSchedule: !form.ignoreSchedule })} /><span>${
        t('editor.ignoreSchedule')}</span></label>`}</div>
    ${faults['rule'] !== undefined && html`<${Below} fault=${true}
      text=${faults['rule']} />`}</fieldset>`
}

/** «Ожидание» and «Приоритет», advanced mode only. */
export function EditorLimits(props: PartProps): VNode {
  const { form, set, faults } = props
  return html`<div class="limits" id="part-wait" tabIndex=${-1}>
    ${form.mode === 'parallel' ? html`<${Field} id="wait" label=${t('editor.wait')}
      value=${form.waitSeconds}
        unit=${t('editor.seconds')} inputMode="numeric" maxLength=${3} fault=${faults['wait']}
        onInput=${(waitSeconds: string) => set({ waitSeconds })} />`
      : html`<p class="below">${t('editor.serialWait')}</p>`}
    <${Field} id="priority" label=${t('editor.priority')} value=${form.priority}
      unit=${t('editor.of100')}
      inputMode="numeric" maxLength=${3} fault=${faults['priority']}
      hint=${t('editor.priorityHint')}
      onInput=${(priority: string) => set({ priority })} /></div>`
}
