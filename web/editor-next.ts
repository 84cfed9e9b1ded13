/**
 * How the phones ring and what follows when nobody answers: the two questions with exclusive
 * answers; in the advanced mode waiting time and priority.
 */
import type { VNode } from 'preact'
import { Below, Field, Segmented, Select } from './controls.ts'
import { phone as isPhone } from './device.ts'
import { goToPart } from './editor-words.ts'
import type { PartProps } from './editor-targets.ts'
import { html } from './html.ts'
import { defaultWaitSeconds, wholeNumber } from './rule-form.ts'
import type { ActionName, NextForm, RuleForm } from './rule-form.ts'
import { me, overview } from './state.ts'
import { t } from './text.ts'
import type { Key } from './text.ts'

type Mode = RuleForm['mode']

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

export const nextActions: readonly (readonly [ActionName, Key])[] = [
  ['hangUp', 'editor.hangUp'], ['voicemail', 'editor.voicemail'], ['rule', 'editor.otherRule'],
]

/** The choice of a following rule, with «не учитывать расписание» where it is wanted. */
export function NextRule(props: {
  readonly id: string; readonly next: Pick<NextForm, 'nextRuleId' | 'ignoreSchedule'>
  /** The rule itself: it cannot be its own next one. */
  readonly ruleId: string | undefined; readonly fault: boolean; readonly schedule: boolean
  readonly onChange: (patch: Partial<Pick<NextForm, 'nextRuleId' | 'ignoreSchedule'>>) => void
}): VNode {
  const { next, onChange } = props
  const others = (overview.value?.rules ?? []).filter((rule) => rule.id !== props.ruleId)
  const options = [
    { value: '', text: t('editor.chooseNone') },
    ...others.map((rule) => ({ value: rule.id, text: rule.name })),
  ]
  return html`<span class="next-rule"><${Select} id=${props.id} hidden=${true}
    label=${t('editor.chooseRule')} value=${next.nextRuleId} options=${options}
    fault=${props.fault} onChange=${(nextRuleId: string) => onChange({ nextRuleId })} />
    ${props.schedule && html`<label class="check"><input type="checkbox"
      checked=${next.ignoreSchedule}
      onChange=${() => onChange({ ignoreSchedule: !next.ignoreSchedule })} /><span>${
        t('editor.ignoreSchedule')}</span></label>`}</span>`
}

/** «Если никто не ответит», and where it is asked separately for busy and unreachable phones. */
export function EditorNext(props: PartProps & { readonly ruleId: string | undefined }): VNode {
  const { form, set, faults, advanced } = props
  const alone = (overview.value?.rules ?? []).every((rule) => rule.id === props.ruleId)
  return html`<fieldset class="editor-part" id="part-next" tabIndex=${-1}>
    <legend>${t('editor.noAnswer')}</legend>
    <div class="next-line">${nextActions.map(([action, key]) => html`<label key=${action}
      class="radio"><input type="radio" name="next" checked=${form.action === action}
        disabled=${action === 'rule' && alone} onChange=${() => set({ action })} />
      <span>${t(key)}</span></label>`)}
    ${form.action === 'rule' && html`<${NextRule} id="next-rule" next=${form}
      ruleId=${props.ruleId} fault=${faults['rule'] !== undefined} schedule=${advanced}
      onChange=${set} />`}</div>
    ${faults['rule'] !== undefined && html`<${Below} fault=${true} text=${faults['rule']} />`}
    ${advanced && html`<p class="links soft">${t('editor.separately')} ${' '}
      <button type="button" class="link" onClick=${() => goToPart('part-busy')}>${
        t('editor.ifBusy')}</button>
      <button type="button" class="link" onClick=${() => goToPart('part-unreachable')}>${
        t('editor.ifUnreachable')}</button></p>`}</fieldset>`
}

/** «Ожидание» and «Приоритет», advanced mode only. */
export function EditorLimits(props: PartProps): VNode {
  const { form, set, faults } = props
  const rings = form.reaction === 'ring'
  return html`<div class="limits" id="part-wait" tabIndex=${-1}>
    ${rings && (form.mode === 'parallel' ? html`<${Field} id="wait" label=${t('editor.wait')}
      value=${form.waitSeconds}
        unit=${t('editor.seconds')} inputMode="numeric" maxLength=${3} fault=${faults['wait']}
        onInput=${(waitSeconds: string) => set({ waitSeconds })} />`
      : html`<p class="below">${t('editor.serialWait')}</p>`)}
    <${Field} id="priority" label=${t('editor.priority')} value=${form.priority}
      unit=${t('editor.of100')}
      inputMode="numeric" maxLength=${3} fault=${faults['priority']}
      hint=${t('editor.priorityHint')}
      onInput=${(priority: string) => set({ priority })} /></div>`
}
