/**
 * What is wrong with a case that was played: SIPp that did not go through its scenario, records that
 * are not as they should be; told so that one need not play it again to understand it.
 */
import type { CallCase, ExpectedRecord } from './call-case.ts'
import type { StoredCall } from './product.ts'
import type { SippReport } from './sipp.ts'

/** Everything by which callers, phones and records differ from the plan. */
export function findFaults(
  plan: CallCase, callers: readonly SippReport[],
  phones: readonly (SippReport | undefined)[], records: readonly StoredCall[],
): string[] {
  const faults: string[] = []
  for (const report of [...callers, ...phones]) {
    if (report && report.code !== 0) faults.push(describeReport(report))
  }
  if (records.length !== plan.records.length) {
    faults.push(`${records.length} records instead of ${plan.records.length}`)
  }
  plan.records.forEach((expected, i) => {
    const record = records[i]
    const found = record ? compareRecord(expected, record) : []
    faults.push(...found.map((fault) => `record ${i}: ${fault}`))
  })
  return faults
}

function compareRecord(expected: ExpectedRecord, record: StoredCall): string[] {
  const faults: string[] = []
  const compare = (what: string, seen: unknown, wanted: unknown): void => {
    if (wanted !== undefined && JSON.stringify(seen) !== JSON.stringify(wanted)) {
      faults.push(`${what} is ${JSON.stringify(seen)} instead of ${JSON.stringify(wanted)}`)
    }
  }
  if (record.endedAt === undefined) faults.push('it is not closed')
  compare('outcome', record.outcome, expected.outcome)
  compare('status', record.status, expected.status)
  compare('endedBy', record.endedBy, expected.endedBy)
  compare('legs', record.legs.map((leg) => leg.outcome), expected.legs)
  const steps = record.trace.flatMap((step) => namesOf(step))
  let from = 0
  for (const wanted of expected.trace ?? []) {
    const at = steps.indexOf(wanted, from)
    if (at < 0) faults.push(`no trace step ${wanted} after ${from} in ${steps.join(' ')}`)
    else from = at + 1
  }
  return faults
}

/** How a trace step may be asked for: `ruleTaken`, `ruleTaken:rule 0`, `chainEnded:cycleTime`. */
function namesOf(step: StoredCall['trace'][number]): string[] {
  const names: string[] = [step.step]
  if ('ruleName' in step) names.push(`${step.step}:${step.ruleName}`)
  if (step.step === 'ruleSkipped') names.push(`${step.step}:${step.ruleName}:${step.why.verdict}`)
  if (step.step === 'chainEnded' || step.step === 'refused') names.push(`${step.step}:${step.why}`)
  if (step.step === 'voicemail') names.push(`${step.step}:${step.why}:${step.taken}`, `${step.step}:${step.why}`)
  if (step.step === 'confirm') names.push(`${step.step}:${step.choice}`)
  if (step.step === 'recording') names.push(`${step.step}:${step.running}`)
  if (step.step === 'ordered') names.push(`${step.step}:${step.order}`)
  return names
}

/** Legs and trace of a record, shown when a case has failed. */
export function describeRecord({ outcome, status, reason, endedBy, legs, trace }: StoredCall): string {
  return JSON.stringify({ outcome, status, reason, endedBy, legs, trace })
}

/** Enough to understand a failed scenario: what SIPp says and the messages it saw, in order. */
function describeReport(report: SippReport): string {
  const lines = report.messages.slice(-30).map((message) => {
    const first = message.text.slice(0, message.text.search(/\r?\n|$/))
    return `    ${new Date(message.atMs).toISOString().slice(17, 23)} ${message.direction} ${first}`
  })
  const errors = report.errors.slice(0, 1500)
  return [`${report.scenario} ended with ${report.code}: ${errors}`, ...lines].join('\n')
}
