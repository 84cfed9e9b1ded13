/**
 * The fields of «Кто зазвонит, если…»: date and time, who calls, what the phones do.
 */
import type { VNode } from 'preact'
import type { NumberReply } from '../src/api/schema.ts'
import type { SimulateReply } from '../src/api/schema-rules.ts'
import { Below, Button, Select } from './controls.ts'
import { formatPhone, phoneName } from './format.ts'
import { html } from './html.ts'
import { habits } from './simulator-question.ts'
import type { Does, Habit, Mode, Question } from './simulator-question.ts'
import { me, now, numbers, zone } from './state.ts'
import { t } from './text.ts'
import { TimeInput } from './time-input.ts'
import { localTime } from './zone.ts'
import './text-simulator-ru.ts'

/** Somebody who called lately, for the suggestions of the field. */
export interface RecentCaller {
  readonly number: string
  readonly name: string
}

interface FormProps {
  readonly question: Question
  readonly reply: SimulateReply | undefined
  readonly recent: readonly RecentCaller[]
  readonly onChange: (question: Question) => void
}

function typed(event: InputEvent): string {
  return (event.currentTarget as HTMLInputElement).value
}

function When(props: FormProps): VNode {
  const { question, onChange } = props
  const setDate = (event: InputEvent): void => {
    const date = typed(event)
    if (date !== '') onChange({ ...question, date })
  }
  const setNow = (): void => {
    const local = localTime(now.value, zone.value)
    onChange({ ...question, date: local.date, minute: local.minute })
  }
  return html`<fieldset class="sim-when"><legend class="label">${t('sim.dateField')}</legend>
    <div class="input"><input type="date" required aria-label=${t('sim.dateField')} value=${question.date}
      onInput=${setDate} /></div>
    <${TimeInput} label=${t('sim.timeField')} minute=${question.minute}
      onChange=${(minute: number) => onChange({ ...question, minute })} />
    <${Button} icon="target" onClick=${setNow}>${t('sim.now')}<//></fieldset>`
}

function Caller(props: FormProps): VNode {
  const { question, reply, onChange } = props
  const lists = reply?.known?.lists ?? []
  return html`<div class="field sim-caller"><div class="field-head"><label
    for="sim-caller">${t('sim.callerField')}</label><label class="check small"><input type="checkbox"
    checked=${question.hidden}
    onChange=${(event: Event) => onChange({
      ...question, hidden: (event.currentTarget as HTMLInputElement).checked,
    })} />
    ${t('sim.hidden')}</label></div>
    <div class="input"><input id="sim-caller" type="tel" list="sim-callers" autocomplete="off"
      placeholder=${t('sim.callerHint')} disabled=${question.hidden} maxLength=${64}
      value=${question.hidden ? '' : question.caller}
      onInput=${(event: InputEvent) => onChange({ ...question, caller: typed(event) })} />
      ${reply?.known !== null && reply?.known?.name !== undefined && !question.hidden
        && html`<span class="unit">${reply.known.name}</span>`}</div>
    <datalist id="sim-callers">${props.recent.map((each) => html`<option key=${each.number}
      value=${formatPhone(each.number)}>${each.name}</option>`)}</datalist>
    ${lists.length > 0 && html`<${Below} fault=${false}
      text=${t('sim.known', { lists: lists.join(', ') })} />`}</div>`
}

/** Numbers that some rule rings, and the default one. */
export function usedNumbers(all: readonly NumberReply[]): readonly NumberReply[] {
  const used = all.filter((each) => each.usedBy.length > 0 || each.isDefault)
  return used.length === 0 ? all : used
}

function Each(props: FormProps): VNode {
  const { question, onChange } = props
  const set = (address: string, habit: Habit): void =>
    onChange({ ...question, phones: { ...question.phones, [address]: habit } })
  return html`<ul class="sim-each">${usedNumbers(numbers.value ?? []).map((phone) => {
    const habit = question.phones[phone.address] ?? { does: 'silent' as const }
    const name = phoneName(phone)
    return html`<li key=${phone.id}><span class="sim-phone">${name}</span>
      <${Select} hidden=${true} label=${t('sim.does', { name })} value=${habit.does}
        options=${habits.map((does) => ({ value: does, text: t(`sim.does.${does}`) }))}
        onChange=${(does: Does) => set(phone.address, { does })} />
      <div class="input"><input type="text" inputMode="numeric" maxLength=${3} size=${3}
        aria-label=${t('sim.seconds', { name })} placeholder=${t('sim.usual')}
        disabled=${habit.does === 'silent'} value=${habit.afterSeconds ?? ''}
        onInput=${(event: InputEvent) => {
          const text = typed(event).trim()
          const seconds = Number(text)
          set(phone.address, text !== '' && Number.isInteger(seconds) && seconds >= 0 && seconds <= 300
            ? { does: habit.does, afterSeconds: seconds } : { does: habit.does })
        }} /></div></li>`
  })}</ul>`
}

/** The form; every change is told at once. */
export function SimulatorForm(props: FormProps): VNode {
  const { question, onChange } = props
  const used = usedNumbers(numbers.value ?? [])
  const modes: { value: Mode; text: string }[] = [
    ...(['silent', 'busy', 'unreachable'] as const).map((value) =>
      ({ value, text: t(`sim.mode.${value}`) })),
    ...used.map((each) => ({
      value: `answers:${each.address}` as const, text: t('sim.mode.answers', { name: phoneName(each) }),
    })),
    { value: 'each', text: t('sim.mode.each') },
  ]
  const own = me.value?.numbers ?? []
  return html`<div class="sim-form"><${When} ...${props} /><${Caller} ...${props} />
    ${own.length > 1 && html`<${Select} label=${t('sim.dialledField')} value=${question.dialled || own[0]}
      options=${own.map((each) => ({ value: each, text: formatPhone(each) }))}
      onChange=${(dialled: string) => onChange({ ...question, dialled })} />`}
    <${Select} label=${t('sim.phonesField')} value=${question.mode} options=${modes}
      onChange=${(mode: Mode) => onChange({ ...question, mode })} />
    ${question.mode === 'each' && html`<${Each} ...${props} />`}</div>`
}
