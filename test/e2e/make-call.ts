/**
 * `make call`: a first call to the running product. Two SIPp phones stand behind the demo trunk, a
 * SIPp caller dials the personal number, both ring, one answers, the other is cancelled. Then the
 * ladder of the call and its row in the journal are printed.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { CallsReply, NumberReply, OverviewReply } from '../../src/api/schema.ts'
import { readConfig } from '../../src/config.ts'
import type { RunNote } from '../../src/launcher/product.ts'
import { drawLadder, headerOf, ladderOfCall } from '../support/ladder.ts'
import { isPortBound, startSipp } from '../support/sipp.ts'
import type { SippReport } from '../support/sipp.ts'

type Call = CallsReply['calls'][number]

/** What we need of the note that `make run` writes when it is up. */
export type RunFile = Pick<RunNote, 'panelUrl' | 'sip' | 'demoTrunkPort'> & {
  readonly demo: NonNullable<RunNote['demo']>
}

/** Why the call could not be placed, in words for the person at the terminal. */
export class CannotCall extends Error {}

/** Reads and checks `run.json`; throws CannotCall. */
export function readRunFile(dataDir: string): RunFile {
  const file = join(dataDir, 'run.json')
  let run: Partial<RunNote>
  try {
    run = JSON.parse(readFileSync(file, 'utf8')) as Partial<RunNote>
  } catch {
    throw new CannotCall(`The product does not run here (no ${file}).\n`
      + 'Start it with "make run" in another terminal, then try again.')
  }
  const { panelUrl, sip, demo, demoTrunkPort } = run
  if (panelUrl === undefined || sip === undefined || demoTrunkPort === undefined) {
    throw new CannotCall(
      `${file} is of another version. Stop the product, start it again with "make run".`)
  }
  if (!demo) {
    throw new CannotCall('There is no demo subscriber (PN_DEMO=no?), so there is no number to call.')
  }
  return { panelUrl, sip, demo, demoTrunkPort }
}

/** The panel's API as the demo subscriber sees it. */
class Panel {
  readonly #url: string
  #cookie = ''

  constructor(url: string) {
    this.#url = url
  }

  async login(credentials: { readonly login: string; readonly password: string }): Promise<void> {
    const reply = await this.#fetch('/api/login', {
      method: 'POST',
      body: JSON.stringify({ login: credentials.login, password: credentials.password }),
      headers: { 'content-type': 'application/json', origin: this.#url },
    })
    this.#cookie = reply.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ')
  }

  async get<T>(path: string): Promise<T> {
    return await (await this.#fetch(path, { headers: { cookie: this.#cookie } })).json() as T
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    let reply: Response
    try {
      reply = await fetch(`${this.#url}${path}`, { ...init, signal: AbortSignal.timeout(5000) })
    } catch {
      throw new CannotCall(
        `The panel at ${this.#url} does not answer.\nIs "make run" still running?`)
    }
    if (!reply.ok) {
      throw new CannotCall(`The panel refuses ${path}: ${reply.status} ${await reply.text()}`)
    }
    return reply
  }
}

/** The telephone numbers that a call rings now; throws CannotCall when there is nothing to show. */
export function ringingNow(overview: OverviewReply, numbers: readonly NumberReply[]): string[] {
  const { acts } = overview
  if (acts.kind === 'rule') {
    const rule = overview.rules.find((one) => one.id === acts.ruleId)
    return [...new Set(rule?.targets.map((target) => target.address) ?? [])]
  }
  if (acts.kind === 'default') {
    return numbers.filter((number) => number.id === acts.targetId).map((number) => number.address)
  }
  throw new CannotCall(`At this moment calls to the number go nowhere (${acts.kind}). `
    + 'Switch a rule on in the panel.')
}

/** Rings the phones and reports what caller and phones saw. */
async function placeCall(run: RunFile, addresses: readonly string[]): Promise<SippReport[]> {
  if (isPortBound(run.demoTrunkPort)) {
    throw new CannotCall(`Port ${run.demoTrunkPort}, where the demo trunk leads, is taken. `
      + 'Does another "make call" run?')
  }
  const answering = /(\d{3})(?:@.*)?$/.exec(addresses[0] ?? '')?.[1] ?? '000'
  const phones = await startSipp({
    scenario: 'uas-demo-phones', port: run.demoTrunkPort, calls: 0, pauseMs: 1500,
    keys: { answering }, timeoutSeconds: 30,
  })
  const caller = await startSipp({
    scenario: 'uac-call-expect-answer', remote: `${run.sip.host}:${run.sip.port}`,
    number: run.demo.number, pauseMs: 2000, timeoutSeconds: 30,
  })
  try {
    const seen = await caller.done
    if (seen.code !== 0) return [seen, await phones.stop()]
    // Not every rule rings all its phones, so they are told when it is over.
    return [seen, await phones.finish()]
  } finally {
    await caller.stop()
    await phones.stop()
  }
}

/** The journal's row of the call with this Call-ID, closed; undefined after three seconds. */
async function findRow(panel: Panel, sipCallId: string): Promise<Call | undefined> {
  for (let tries = 0; tries < 30; tries++) {
    const { calls } = await panel.get<CallsReply>('/api/calls?limit=10')
    const row = calls.find((call) => call.sipCallId === sipCallId)
    if (row?.endedAt) return row
    await new Promise((done) => setTimeout(done, 100))
  }
  return undefined
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
  if (step.step === 'ruleSkipped') return `rule «${step.ruleName}» not taken: ${step.why.verdict}`
  if (step.step !== 'ruleTaken') return step.step
  return `rule «${step.ruleName}» taken by ${step.via}, priority ${step.priority}`
}

/** What was never reached arrives as null or not at all. */
function seconds(from: number | undefined, to: number | undefined): string {
  if (typeof from !== 'number' || typeof to !== 'number') return '–'
  return `${((to - from) / 1000).toFixed(1)} s`
}

async function main(): Promise<void> {
  const { dataDir } = readConfig(process.env)
  const run = readRunFile(dataDir)
  const panel = new Panel(run.panelUrl)
  await panel.login(run.demo)
  const numbers = await panel.get<NumberReply[]>('/api/numbers')
  const addresses = ringingNow(await panel.get<OverviewReply>('/api/overview'), numbers)
  console.log(`Calling ${run.demo.number} at ${run.sip.host}:${run.sip.port}`)
  console.log(`These phones should ring: ${addresses.join(', ')}\n`)
  const [caller, phones] = await placeCall(run, addresses)
  const { columns, rows } = ladderOfCall(caller?.messages ?? [], phones?.messages ?? [])
  console.log(drawLadder(columns, rows))
  const row = await findRow(panel, headerOf(caller?.messages[0]?.text ?? '', 'Call-ID'))
  console.log(`\nJournal\n${row ? describeRow(row) : 'no row for this call'}`)
  for (const report of [caller, phones]) {
    if (!report || report.code === 0) continue
    console.log(`\n${report.scenario} did not go as it should:\n${report.errors.trim()}`)
    process.exitCode = 1
  }
  if (!row) process.exitCode = 1
  else console.log(`\nThe same call in the panel: ${run.panelUrl}`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main().catch((error: unknown) => {
    console.error(error instanceof CannotCall ? error.message : error)
    process.exitCode = 1
  })
}
