/**
 * `make call`: a first call to the running product. Two SIPp phones stand behind the demo trunk, a
 * SIPp caller dials the personal number, both ring, one answers, the other is cancelled. Then the
 * ladder of the call and its row in the journal are printed. With VOICEMAIL=1 or RECORD=1 it is
 * another call, see make-call-media.ts.
 */
import { pathToFileURL } from 'node:url'
import type { SettingsReply } from '../../src/api/schema-media.ts'
import type { NumberReply, OverviewReply } from '../../src/api/schema.ts'
import { isMobile } from '../../src/call/number.ts'
import { readConfig } from '../../src/config.ts'
import { drawLadder, headerOf, ladderOfCall } from '../support/ladder.ts'
import { isPortBound, startSipp } from '../support/sipp.ts'
import type { SippOptions, SippReport } from '../support/sipp.ts'
import { callAndRecord, callVoicemail } from './make-call-media.ts'
import { CannotCall, findRow, Panel, readRunFile } from './running-product.ts'
import type { Call, RunFile } from './running-product.ts'

/** A phone behind the demo trunk. */
export interface DemoPhone {
  readonly address: string
  /** Whoever answers there must press 1. */
  readonly asked: boolean
}

/** The telephone numbers that a call rings now; throws CannotCall when there is nothing to show. */
export function ringingNow(
  overview: OverviewReply, numbers: readonly NumberReply[], settings: Pick<SettingsReply, 'calls' | 'media'>,
): DemoPhone[] {
  const phone = (address: string, wish: boolean | null): DemoPhone => {
    const confirm = wish ?? numbers.find((number) => number.address === address)?.confirm
    const asked = confirm ?? (settings.calls.confirmMobiles && isMobile(address))
    return { address, asked: asked && settings.media }
  }
  const { acts } = overview
  if (acts.kind === 'rule') {
    const targets = overview.rules.find((one) => one.id === acts.ruleId)?.targets ?? []
    return [...new Map(targets.map((target) =>
      [target.address, phone(target.address, target.confirm)])).values()]
  }
  if (acts.kind === 'default') {
    return numbers.filter((number) => number.id === acts.targetId)
      .map((number) => phone(number.address, null))
  }
  throw new CannotCall(`At this moment calls to the number go nowhere (${acts.kind}). `
    + 'Switch a rule on in the panel.')
}

export interface PlacedCall {
  readonly phones: Pick<SippOptions, 'scenario' | 'files' | 'keys'>
  readonly caller: Pick<SippOptions, 'scenario' | 'files' | 'pauseMs'>
}

/** Places a call, prints its ladder and its row in the journal; answers the row and what SIPp saw. */
export async function placeCall(
  run: RunFile, panel: Panel, plan: PlacedCall,
): Promise<{ row: Call | undefined; caller: SippReport }> {
  if (isPortBound(run.demoTrunkPort)) {
    throw new CannotCall(`Port ${run.demoTrunkPort}, where the demo trunk leads, is taken. `
      + 'Does another "make call" run?')
  }
  const phones = await startSipp({
    ...plan.phones, port: run.demoTrunkPort, calls: 0, pauseMs: 1500, timeoutSeconds: 60,
  })
  const caller = await startSipp({
    ...plan.caller, remote: `${run.sip.host}:${run.sip.port}`, number: run.demo.number, timeoutSeconds: 60,
  })
  try {
    const seen = await caller.done
    // Not every rule rings all its phones, so they are told when it is over.
    const answered = seen.code === 0 ? await phones.finish() : await phones.stop()
    const row = await show(panel, seen, answered)
    return { row, caller: seen }
  } finally {
    await caller.stop()
    await phones.stop()
  }
}

async function show(panel: Panel, caller: SippReport, phones: SippReport): Promise<Call | undefined> {
  const { columns, rows } = ladderOfCall(caller.messages, phones.messages)
  console.log(drawLadder(columns, rows))
  const row = await findRow(panel, headerOf(caller.messages[0]?.text ?? '', 'Call-ID'))
  console.log(`\nJournal\n${row ? describeRow(row) : 'no row for this call'}`)
  for (const report of [caller, phones]) {
    if (report.code === 0) continue
    console.log(`\n${report.scenario} did not go as it should:\n${report.errors.trim()}`)
    process.exitCode = 1
  }
  if (!row) process.exitCode = 1
  return row
}

/** Keys of the demo phones' scenarios: the one that answers, at best one that need not press 1. */
export function answeringKeys(ringing: readonly DemoPhone[]): { answering: string; presses: string } {
  const one = ringing.find((phone) => !phone.asked) ?? ringing[0]
  const answering = /(\d{3})(?:@.*)?$/.exec(one?.address ?? '')?.[1] ?? '000'
  return { answering, presses: one?.asked === true ? 'yes' : 'no' }
}

/** The journal's row as text: the call, its legs, and why it went where it went. */
export function describeRow(call: Call): string {
  const lines = [
    `${call.caller || 'anonymous'} called ${call.dialled}: ${call.outcome ?? 'lives'} (${call.status}),`
      + ` talked ${seconds(call.answeredAt, call.endedAt)}, ended by ${call.endedBy ?? '–'}`,
  ]
  for (const leg of call.legs) {
    const rang = typeof leg.ringMs === 'number' ? `rang after ${leg.ringMs} ms` : 'did not ring'
    const tried = leg.attempts.map((attempt) => `${attempt.trunk} ${attempt.status}`).join(', ')
    const phone = `${leg.address.padEnd(16)} ${leg.description.padEnd(16)}`
    lines.push(`  ${phone} ${leg.outcome.padEnd(18)} ${rang}; trunks: ${tried || '–'}`)
  }
  return [...lines, ...call.trace.map((step) => `  why: ${describeStep(step)}`)].join('\n')
}

function describeStep(step: Call['trace'][number]): string {
  switch (step.step) {
    case 'ruleSkipped': return `rule «${step.ruleName}» not taken: ${step.why.verdict}`
    case 'ruleTaken': return `rule «${step.ruleName}» taken by ${step.via}, priority ${step.priority}`
    case 'voicemail': return `voicemail ${step.taken ? 'took' : 'could not take'} the call: ${step.why}`
    case 'recording': return step.running ? 'the conversation is recorded' : 'recording is not possible'
    case 'confirm': return `press 1: ${step.choice}`
    default: return step.step
  }
}

/** What was never reached arrives as null or not at all. */
function seconds(from: number | undefined, to: number | undefined): string {
  if (typeof from !== 'number' || typeof to !== 'number') return '–'
  return `${((to - from) / 1000).toFixed(1)} s`
}

/** Nothing that rings is a reason to give up for an ordinary call, not for voicemail. */
async function phonesOf(panel: Panel, must: boolean): Promise<DemoPhone[]> {
  const [overview, numbers, settings] = [
    await panel.get<OverviewReply>('/api/overview'), await panel.get<NumberReply[]>('/api/numbers'),
    await panel.get<SettingsReply>('/api/settings'),
  ]
  try {
    return ringingNow(overview, numbers, settings)
  } catch (fault) {
    if (must || !(fault instanceof CannotCall)) throw fault
    return []
  }
}

async function main(): Promise<void> {
  const { dataDir } = readConfig(process.env)
  const run = readRunFile(dataDir)
  const panel = new Panel(run.panelUrl)
  await panel.login(run.demo)
  const wanted = (name: string): boolean => !['', '0', 'no', undefined].includes(process.env[name])
  const ringing = await phonesOf(panel, !wanted('VOICEMAIL'))
  console.log(`Calling ${run.demo.number} at ${run.sip.host}:${run.sip.port}`)
  if (ringing.length > 0) {
    console.log(`These phones should ring: ${ringing.map(({ address }) => address).join(', ')}\n`)
  }
  const keys = answeringKeys(ringing)
  const place = (plan: PlacedCall): ReturnType<typeof placeCall> => placeCall(run, panel, plan)
  if (wanted('VOICEMAIL')) return await callVoicemail(run, panel, place)
  if (wanted('RECORD')) return await callAndRecord(run, panel, place, keys)
  const { row } = await place({
    phones: { scenario: 'uas-demo-phones', keys },
    caller: { scenario: 'uac-call-expect-answer', pauseMs: 2000 },
  })
  if (row) console.log(`\nThe same call in the panel: ${run.panelUrl}`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main().catch((error: unknown) => {
    console.error(error instanceof CannotCall ? error.message : error)
    process.exitCode = 1
  })
}
