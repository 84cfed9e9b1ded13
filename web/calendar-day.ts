/**
 * One day of the calendar in a popover: what it is, and what the subscriber makes of it. His choice
 * stands until he gives the day back to the public calendar; both can be undone.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { DayReply } from '../src/api/schema-rules.ts'
import { problemText } from './api.ts'
import { rulesApi } from './api-rules.ts'
import { Button, Field } from './controls.ts'
import { Popover } from './dialog.ts'
import { dayKinds } from './editor-kinds.ts'
import { capital, formatDate } from './format.ts'
import { html } from './html.ts'
import { maySave, noteFault } from './state.ts'
import { showToast } from './toast.ts'
import { t } from './text.ts'
import type { YearDay } from './year-days.ts'

interface DayProps {
  readonly day: YearDay
  readonly anchor: Element
  readonly onClose: () => void
  /** Loads the calendar again. */
  readonly onDone: () => Promise<void>
}

/** Puts the day back as it was before a change. */
function restore(day: YearDay): Promise<unknown> {
  return day.own ? rulesApi.setDay(day.date, day.kind, day.name) : rulesApi.resetDay(day.date)
}

async function change(props: DayProps, work: () => Promise<unknown>, text: string): Promise<void> {
  props.onClose()
  try {
    await work()
  } catch (fault) {
    noteFault(fault)
    showToast({ text: problemText(fault), bad: true })
    return
  }
  await props.onDone()
  showToast({ text, undo: () => void restore(props.day).then(props.onDone, noteFault) })
}

/** The popover. */
export function CalendarDay(props: DayProps): VNode {
  const { day } = props
  const [kind, setKind] = useState<DayReply['kind']>(day.kind)
  const [name, setName] = useState(day.own ? day.name : '')
  const date = formatDate(day.date, 'full')
  const save = (event: Event): void => {
    event.preventDefault()
    void change(props, () => rulesApi.setDay(day.date, kind, name.trim()),
      t('calendar.saved', { date: formatDate(day.date, 'day'), kind: t(`day.kind.${kind}`) }))
  }
  const reset = (): void => void change(props, () => rulesApi.resetDay(day.date),
    t('calendar.wasReset', { date: formatDate(day.date, 'day') }))
  return html`<${Popover} anchor=${props.anchor} label=${date} onClose=${props.onClose}>
    <form class="day-form" onSubmit=${save}><h2>${capital(date)}</h2>
      <p class="soft">${day.own || day.name === ''
        ? t('calendar.official', { kind: t(`day.kind.${day.official}`) })
        : t('calendar.officialNamed', { kind: t(`day.kind.${day.official}`), name: day.name })}</p>
      <fieldset class="choices"><legend class="visually-hidden">${t('calendar.kind')}</legend>
        ${dayKinds.map((each) => html`<label key=${each} class="choice"><input type="radio" name="kind"
          checked=${kind === each} onChange=${() => setKind(each)} /><span>${
            capital(t(`day.kind.${each}`))}</span></label>`)}</fieldset>
      <${Field} label=${t('calendar.name')} value=${name} maxLength=${64}
        placeholder=${t('calendar.nameExample')} onInput=${setName} />
      <div class="form-actions"><${Button} kind="primary" small=${true} type="submit"
        disabled=${!maySave.value}>${t('common.save')}<//>
        ${day.own && html`<${Button} kind="quiet" small=${true} disabled=${!maySave.value}
          onClick=${reset}>${t('calendar.reset')}<//>`}</div></form><//>`
}
