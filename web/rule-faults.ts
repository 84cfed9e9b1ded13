/**
 * What must be corrected in the rule editor before saving, in words and by field. Pure; what is
 * only surprising and does not block is a warning of the server.
 */
import { parseTime, periodsOf } from './hours-form.ts'
import type { HoursForm, PeriodField } from './hours-form.ts'
import { masksOf, wholeNumber } from './rule-form.ts'
import type { RuleForm } from './rule-form.ts'
import { t } from './text.ts'
import './text-rules-ru.ts'

/**
 * Faults by field: name, targets, hours, wait, priority, rule, busy, unreachable, callers,
 * `ring:N` and `delay:N` for the Nth number.
 */
export type Faults = Readonly<Record<string, string>>

function periodFault(period: PeriodField): string | undefined {
  if (period.weekdays.length === 0) return t('editor.errDays')
  const bad = period.ranges.some((range) =>
    parseTime(range.from) === undefined || parseTime(range.to) === undefined)
  if (bad || period.ranges.length === 0) return t('editor.errTime')
  const dates = period.dates.some((span) => (span.from === '' && span.to === '')
    || (span.from !== '' && span.to !== '' && span.from > span.to))
  return dates ? t('editor.errDates') : undefined
}

/** The first fault of the shown view, in words; undefined when there is none. */
export function hoursFault(form: HoursForm): string | undefined {
  const periods = periodsOf(form)
  if (periods.length === 0) return t('editor.errDays')
  for (const period of periods) {
    const fault = periodFault(period)
    if (fault !== undefined) return fault
  }
  return undefined
}

function targetFaults(form: RuleForm, faults: Record<string, string>): void {
  form.targets.forEach(({ ringSeconds, delaySeconds }, at) => {
    if (form.mode === 'serial') {
      if (ringSeconds !== '' && wholeNumber(ringSeconds, 5, 60) === undefined) {
        faults[`ring:${at}`] = t('editor.errRing')
      }
    } else if (delaySeconds !== '' && wholeNumber(delaySeconds, 0, 119) === undefined) {
      faults[`delay:${at}`] = t('editor.errDelay')
    }
  })
}

function callersFault(form: RuleForm): string | undefined {
  const { who, lists, masks, anonymous, unknown } = form.callers
  if (who === 'all') return undefined
  const none = lists.length + masksOf(masks).length === 0 && !anonymous && !unknown
  return none ? t('editor.errCallers') : undefined
}

/** What must be corrected before saving; empty when nothing. */
export function faultsOf(form: RuleForm): Faults {
  const faults: Record<string, string> = {}
  const name = form.name.trim()
  if (name === '') faults['name'] = t('editor.errName')
  else if ([...name].length > 64) faults['name'] = t('editor.errLong')
  const hours = hoursFault(form.hours)
  if (hours !== undefined) faults['hours'] = hours
  if (wholeNumber(form.priority, 0, 100) === undefined) faults['priority'] = t('editor.errPriority')
  const callers = callersFault(form)
  if (callers !== undefined) faults['callers'] = callers
  // A rule that rings nobody has neither phones nor anything after them.
  if (form.reaction !== 'ring') return faults
  if (form.targets.length === 0) faults['targets'] = t('editor.errTargets')
  if (form.mode === 'parallel' && wholeNumber(form.waitSeconds, 5, 120) === undefined) {
    faults['wait'] = t('editor.errWait')
  }
  for (const [field, next] of [['rule', form], ['busy', form.busy],
    ['unreachable', form.unreachable]] as const) {
    if (next.action === 'rule' && next.nextRuleId === '') faults[field] = t('editor.errRule')
  }
  targetFaults(form, faults)
  return faults
}
