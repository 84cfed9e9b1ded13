/**
 * One end-to-end case as data: which phones there are and how they behave (SIPp scenarios), what
 * the subscriber's rules are, who calls and how, and what the journal must say afterwards. `play`
 * runs it against the product on a personal number of its own, so that cases run side by side.
 */
import type { LegOutcome } from '../../src/call/record.ts'
import type { ScheduleBlock } from '../../src/call/rule.ts'
import type { CallSettings, MediaSettings } from '../../src/call/subscriber.ts'
import type { Db } from '../../src/store/database.ts'
import { addNumber } from '../../src/store/numbers.ts'
import { addRule, replaceRule } from '../../src/store/rules.ts'
import { changeSettings } from '../../src/store/settings.ts'
import { createSubscriber, setDefaultNumber } from '../../src/store/subscribers.ts'
import type { NewSubscriber } from '../../src/store/subscribers.ts'
import { describeRecord, findFaults } from './call-faults.ts'
import { giveTariff } from './flat-tariff.ts'
import { openLine } from './line.ts'
import type { OpenLine, Talk } from './line.ts'
import { Mismeasured } from './measured.ts'
import type { Product, StoredCall } from './product.ts'
import { startSipp } from './sipp.ts'
import type { SippOptions, SippReport, SippRun } from './sipp.ts'

/** Phones that SIPp plays in one process. */
export interface PhonePlan {
  readonly scenario: string
  readonly pauseMs?: number
  /** Calls this process takes before it ends well; as many as it has numbers unless told. */
  readonly calls?: number
  /** Numbers that lead to this one process (1): their answers leave in the same millisecond. */
  readonly numbers?: number
  readonly more?: readonly string[]
  /** `maybe`: no call may come at all; `any`: how often it is called is checked elsewhere. */
  readonly expect?: 'calls' | 'maybe' | 'any'
  /** A telephone number, reached through the trunks; then nothing is started here. */
  readonly address?: string
  /** "Press 1 to accept". */
  readonly confirm?: boolean
  /** What is said and heard there, for scenarios with `[rtp_port]`. */
  readonly talk?: Talk
  readonly keys?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, Uint8Array>>
}

export interface RulePlan {
  readonly name?: string
  readonly mode?: 'parallel' | 'serial'
  readonly waitSeconds?: number
  /** Indexes into the flat list of numbers; all of them unless told. */
  readonly phones?: readonly number[]
  /** Serial ring time of each phone. */
  readonly ringSeconds?: number
  /** Index of the rule that follows. */
  readonly next?: number
  readonly noAnswer?: 'hangUp' | 'voicemail'
  readonly blocks?: readonly ScheduleBlock[]
  readonly enabled?: boolean
  readonly priority?: number
  readonly record?: boolean
}

type CallerOptions = Pick<
  SippOptions, 'scenario' | 'pauseMs' | 'address' | 'more' | 'keys' | 'files' | 'timeoutSeconds'>

export interface CallerPlan extends CallerOptions {
  /** Calls another number than the subscriber's. */
  readonly number?: string
  /** Starts when the first caller hears it ringing, or when his call has ended. */
  readonly after?: 'ringing' | 'ended'
  /** What is said and heard there, for scenarios with `[rtp_port]`. */
  readonly talk?: Talk
}

export interface ExpectedRecord {
  readonly outcome: string
  readonly status: number
  readonly endedBy?: string
  /** Outcomes of the legs, in the order they were dialled; undefined = not checked. */
  readonly legs?: readonly LegOutcome[]
  /** Steps of the trace that must be there, in this order, as `step` or `step:detail`. */
  readonly trace?: readonly string[]
}

export interface CallCase {
  readonly name: string
  readonly phones: readonly PhonePlan[]
  readonly rules?: readonly RulePlan[]
  readonly subscriber?: Partial<NewSubscriber>
  readonly settings?: Partial<CallSettings>
  readonly media?: Partial<Omit<MediaSettings, 'greetingFile' | 'musicFile' | 'mailboxOpen'>>
  /** Index of the number that is the default one. */
  readonly defaultPhone?: number
  readonly callers: readonly CallerPlan[]
  readonly records: readonly ExpectedRecord[]
  /** Runs while the call does, e.g. edits a rule. */
  readonly during?: (scene: Scene) => Promise<void>
  /** Whether the race that the case is about took place: SIPp is no master of its milliseconds. */
  readonly raced?: (played: Played) => boolean
  /** Further checks; throws what is wrong. */
  readonly check?: (played: Played) => void | Promise<void>
}

export interface Scene {
  readonly db: Db
  readonly subscriberId: string
  readonly number: string
  readonly ruleIds: readonly string[]
  readonly addresses: readonly string[]
  /** Folder of recordings and messages. */
  readonly recordings: string
}

export interface Played {
  readonly scene: Scene
  readonly callers: readonly SippReport[]
  /** One per phone process; undefined when no call came and none had to. */
  readonly phones: readonly (SippReport | undefined)[]
  readonly records: readonly StoredCall[]
  /** Why the case failed; empty when it did not. */
  readonly faults: readonly string[]
  /** The only fault is a figure measured in real time. */
  readonly isMismeasured: boolean
}

/** So often a case is played until its race takes place. */
const mostRaces = 5
/** How long phones and the journal may lag behind the caller. */
const settleMs = 30_000

let lastNumber = 4950000000

/**
 * Plays a case and tells what happened; only a broken set-up throws. When all went as it should but
 * for a figure measured in real time, or the database of this machine had no two seconds for a call,
 * it is played once more and that counts. A race that did not take place is run again.
 */
export async function play(product: Product, plan: CallCase): Promise<Played> {
  let played = await playOnce(product, plan)
  for (let races = 1; races < mostRaces && plan.raced?.(played) === false; races += 1)
    played = await playOnce(product, plan)
  const wasBusy = played.faults.length > 0 && played.records.some(({ reason }) => reason === 'databaseDown')
  return played.isMismeasured || wasBusy ? playOnce(product, plan) : played
}

async function playOnce(product: Product, plan: CallCase): Promise<Played> {
  const phones: SippRun[] = []
  const callers: SippRun[] = []
  const lines: OpenLine[] = []
  try {
    const own = plan.phones.filter((phone) => phone.address === undefined)
    for (const phone of own) phones.push(await startPhone(phone, lines))
    const scene = await seed(product.database, plan, addressesOf(plan.phones, phones), product.recordings)
    // A hook that fails is a fault of the case, told after everybody has been heard.
    const during = Promise.resolve(plan.during?.(scene)).then(() => [], (error) => [String(error)])
    await startCallers(product, plan, scene, callers, lines)
    const hookFaults = await during
    const callerReports = await Promise.all(callers.map((run) => run.done))
    const phoneReports = await Promise.all(own.map((phone, i) => endOfPhone(phone, phones[i])))
    const records = await closedRecords(product, plan.records.length, scene)
    const spoken = (await Promise.all(lines.map((line) => line.end()))).flat()
    const faults = [...hookFaults, ...spoken, ...findFaults(plan, callerReports, phoneReports, records)]
    const played = {
      scene, callers: callerReports, phones: phoneReports, records, faults, isMismeasured: false,
    }
    const fault = await ownCheck(plan, played)
    const all = [...faults, ...fault === undefined ? [] : [fault.message]]
    return {
      ...played, isMismeasured: faults.length === 0 && fault instanceof Mismeasured,
      faults: all.length > 0 ? [...all, ...records.map(describeRecord)] : [],
    }
  } finally {
    for (const line of lines) await line.end()
    for (const run of [...callers, ...phones]) await run.stop()
  }
}

/** Runs cases side by side, at most `width` at once; answers the promise of each at once. */
export function playAll(
  product: Product, cases: readonly CallCase[], width: number,
): Promise<Played>[] {
  const waiting: (() => void)[] = []
  let free = width
  const turn = (): Promise<void> => {
    if (free > 0) {
      free--
      return Promise.resolve()
    }
    return new Promise((done) => waiting.push(done))
  }
  const leave = (): void => {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
  return cases.map(async (plan) => {
    await turn()
    try {
      return await play(product, plan)
    } finally {
      leave()
    }
  })
}

/** The call of this subscriber that lives, once it is `answered` or is in the journal. */
export async function liveCall({ db, subscriberId }: Scene, answered: boolean): Promise<string> {
  for (const until = performance.now() + settleMs; performance.now() < until;) {
    const row = await db.selectFrom('calls').select(['id', 'answered_at'])
      .where('subscriber_id', '=', subscriberId).where('ended_at', 'is', null).executeTakeFirst()
    if (row !== undefined && (!answered || row.answered_at !== null)) return row.id
    await new Promise((done) => setTimeout(done, 30))
  }
  throw new Error('no such call')
}

/** Replaces a rule while its call rings: rings `targets` from the next call on. */
export async function pointRuleTo(scene: Scene, rule: number, address: string): Promise<void> {
  const id = await addNumber(scene.db, scene.subscriberId, { address, description: '' }, Date.now())
  await replaceRule(scene.db, scene.subscriberId, scene.ruleIds[rule] ?? '', undefined, {
    ...draftOf({ name: 'edited', waitSeconds: 5 }, 0, [id]),
  })
}

async function startPhone(phone: PhonePlan, lines: OpenLine[]): Promise<SippRun> {
  const line = phone.talk && await openLine(phone.talk)
  if (line) lines.push(line)
  const run = await startSipp({
    scenario: phone.scenario,
    pauseMs: phone.pauseMs ?? 100,
    calls: phone.calls ?? phone.numbers ?? 1,
    keys: { ...phone.keys, ...line?.keys },
    ...(phone.more === undefined ? {} : { more: phone.more }),
    ...(phone.files === undefined ? {} : { files: phone.files }),
  })
  line?.join(run)
  return run
}

function addressesOf(plans: readonly PhonePlan[], runs: readonly SippRun[]): string[] {
  let next = 0
  return plans.flatMap((plan, index) => {
    if (plan.address !== undefined) return [plan.address]
    const port = runs[next++]?.port ?? 0
    const names = Array.from({ length: plan.numbers ?? 1 }, (_, i) => `phone${index}${i || ''}`)
    return names.map((name) => `sip:${name}@127.0.0.1:${port}`)
  })
}

async function startCallers(
  product: Product, plan: CallCase, scene: Scene, runs: SippRun[], lines: OpenLine[],
): Promise<void> {
  for (const { after, number, talk, ...options } of plan.callers) {
    const [first] = runs
    if (after === 'ringing' && first) await hearsRinging(first)
    if (after === 'ended') {
      await first?.done
      await closedRecords(product, 1, scene)
    }
    const line = talk && await openLine(talk)
    if (line) lines.push(line)
    const run = await startSipp({
      pauseMs: 200, ...options, remote: product.sip, number: number ?? scene.number,
      keys: { ...options.keys, ...line?.keys },
    })
    runs.push(run)
    line?.join(run)
  }
}

/** Resolves when this caller has been told that it rings; its own report tells when that never comes. */
async function hearsRinging(run: SippRun): Promise<void> {
  let isOver = false
  void run.done.then(() => { isOver = true })
  while (!isOver && !run.messages().some(({ text }) => text.startsWith('SIP/2.0 180'))) {
    await new Promise((done) => setTimeout(done, 20))
  }
}

/** Makes the subscriber with his numbers and rules. */
export async function seed(
  db: Db, plan: CallCase, addresses: readonly string[], recordings = '',
): Promise<Scene> {
  const number = `+7${++lastNumber}`
  const now = Date.now()
  const subscriberId = await createSubscriber(db, {
    name: plan.name, number, login: number, passwordHash: '', balanceKopecks: 38_000, maxCalls: 10,
    ...plan.subscriber,
    settings: { ringSeconds: 5, cycleLimitSeconds: 10, ...plan.settings },
  }, now)
  await giveTariff(db, subscriberId)
  const numberIds: string[] = []
  if (plan.media) await changeSettings(db, subscriberId, undefined, { media: plan.media })
  const confirms = plan.phones.flatMap(({ numbers = 1, confirm = null }) =>
    Array.from({ length: numbers }, () => confirm))
  for (const [index, address] of addresses.entries()) {
    const confirm = confirms[index] ?? null
    numberIds.push(await addNumber(db, subscriberId, { address, description: '', confirm }, now))
  }
  if (plan.defaultPhone !== undefined) {
    await setDefaultNumber(db, subscriberId, numberIds[plan.defaultPhone] ?? null)
  }
  const rules = plan.rules ?? [{}]
  const ruleIds: string[] = []
  for (const [index, rule] of rules.entries()) {
    ruleIds.push((await addRule(db, subscriberId, draftOf(rule, index, numberIds), now)).id)
  }
  for (const [index, rule] of rules.entries()) {
    if (rule.next === undefined) continue
    // Rules may call each other, so the links are made when all of them exist.
    await replaceRule(db, subscriberId, ruleIds[index] ?? '', undefined, {
      ...draftOf(rule, index, numberIds),
      noAnswer: { action: 'rule', ruleId: ruleIds[rule.next] ?? '', ignoreSchedule: false },
    })
  }
  return { db, subscriberId, number, ruleIds, addresses, recordings }
}

function draftOf(rule: RulePlan, index: number, numberIds: readonly string[]) {
  const chosen = rule.phones ?? numberIds.map((_, i) => i)
  return {
    name: rule.name ?? `rule ${index}`,
    enabled: rule.enabled ?? true,
    priority: rule.priority ?? 0,
    blocks: rule.blocks ?? [],
    mode: rule.mode ?? 'parallel',
    waitSeconds: rule.waitSeconds ?? 5,
    targets: chosen.map((i) => ({ targetId: numberIds[i] ?? '', ringSeconds: rule.ringSeconds })),
    noAnswer: { action: rule.noAnswer ?? 'hangUp' } as const,
    ...(rule.record === undefined ? {} : { record: rule.record }),
  }
}

/** The phone's report; undefined when it was not called and did not have to be. */
async function endOfPhone(
  plan: PhonePlan, run: SippRun | undefined,
): Promise<SippReport | undefined> {
  if (!run) return undefined
  if (plan.expect === 'any') {
    return { scenario: plan.scenario, code: 0, errors: '', messages: run.messages() }
  }
  if (plan.expect === 'maybe' && run.messages().length === 0) {
    // The INVITE might still be under way to it.
    await new Promise((done) => setTimeout(done, 300))
    if (run.messages().length === 0) return undefined
  }
  const late = new Promise<SippReport>((done) => setTimeout(() => done({
    scenario: plan.scenario, code: -1, errors: 'its call did not end', messages: run.messages(),
  }), settleMs).unref())
  return Promise.race([run.done, late])
}

async function closedRecords(
  product: Product, count: number, scene: Scene,
): Promise<StoredCall[]> {
  const until = performance.now() + settleMs
  for (;;) {
    const records = await product.records(scene.number)
    const closed = records.filter((record) => record.endedAt !== undefined)
    const complete = closed.length === records.length && records.length >= count
    if (complete || performance.now() > until) return records
    await new Promise((done) => setTimeout(done, 50))
  }
}

async function ownCheck(plan: CallCase, played: Played): Promise<Error | undefined> {
  try {
    await plan.check?.(played)
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
