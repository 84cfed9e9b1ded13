/**
 * One kill drill: the town lives (kill-people.ts), calls are forwarded and paid, monthly fees are
 * taken, letters leave, and meanwhile application, database and mail server are killed at instants
 * of chance, each in the middle of everything there is. When all is quiet again it answers what was
 * hit and what is wrong (kill-checks.ts).
 */
import { inTransaction } from '../../src/store/database.ts'
import type { Db } from '../../src/store/database.ts'
import { setLimit } from '../../src/store/limits-change.ts'
import { addNumber } from '../../src/store/numbers.ts'
import { referralCode } from '../../src/store/referral.ts'
import { addRule } from '../../src/store/rules.ts'
import { changeSettings } from '../../src/store/settings.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import { addTariff, assignTariff } from '../../src/store/tariffs.ts'
import { giveTariff } from '../support/flat-tariff.ts'
import { headerOf } from '../support/ladder.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { startSipp } from '../support/sipp.ts'
import { faultsOf } from './kill-checks.ts'
import { Town, doings } from './kill-people.ts'
import type { Doing } from './kill-people.ts'
import { openBattlefield, pause, until, victims } from './kill-world.ts'
import type { Battlefield, Victim } from './kill-world.ts'

export interface Drilled {
  readonly faults: readonly string[]
  /** 'app call': what was never under way when that was killed. */
  readonly missed: readonly string[]
  /** How often what was done. */
  readonly done: ReadonlyMap<Doing, number>
  readonly kills: Readonly<Record<Victim, number>>
}

/** A rouble a second, each second begun is paid. */
const kopecksPerMinute = 6000
const feeKopecks = 700
const feesAtOnce = 100
/** Letters under way at a time (mail.ts), each of which a death may repeat. */
const mailWidth = 4
/**
 * Whom a round kills, one at once after the other, and what must be under way. Fees are taken five
 * seconds after the start of an application, then for a second or two.
 */
const round: readonly (readonly [readonly Victim[], Doing])[] = [
  [['app'], 'call'], [['app'], 'fee'], [['mail', 'database'], 'fee'],
  [['mail', 'database'], 'call'],
]
/** So long one waits for an instant of all that the victim was not yet hit in. */
const luckMs = 6000
/** Further deaths until each has been hit in the middle of each. */
const mostFurther = 4

/** `rounds` of four deaths each, by the chance of `seed`. */
export async function drill(rounds: number, seed: number): Promise<Drilled> {
  const field = await openBattlefield()
  try {
    return await new Drill(field, seed).run(rounds)
  } catch (fault) {
    const output = field.output().slice(-4000)
    throw new Error(`seed ${seed}: ${String(fault)}\n${output}`, { cause: fault })
  } finally {
    await field.stop()
  }
}

class Drill {
  readonly #field: Battlefield
  readonly #random: () => number
  readonly #fees = new Map<string, boolean>()
  /** How many were taken before the application that takes them now has begun. */
  #feesBefore = 0
  readonly #hit = new Set<string>()
  #feeTariff = ''

  constructor(field: Battlefield, seed: number) {
    this.#field = field
    this.#random = seededRandom(seed)
  }

  async run(rounds: number): Promise<Drilled> {
    const { db, note, sip } = this.#field
    const talker = await addTalker(db)
    const inviterId = await addSubscriber(db, '+74997770002', 100)
    await giveTariff(db, inviterId)
    this.#feeTariff = await addFeeTariff(db)
    const town = new Town(this.#field, this.#random, await referralCode(db, inviterId, Date.now()))
    const common = { timeoutSeconds: 3600, trace: true }
    const phones = await startSipp({
      ...common, scenario: 'uas-ring-answer', port: note.demoTrunkPort, pauseMs: 50, calls: 0,
    })
    await town.live(3)
    const callers = await startSipp({
      ...common, scenario: 'uac-call-expect-answer', remote: sip, number: talker.number,
      pauseMs: 2500, calls: 0, rate: 2,
    })
    for (let n = 0; n < rounds; n++) {
      for (const [some, aim] of round) await this.#strike(town, some, aim)
    }
    for (const victim of victims) {
      for (let n = 0; n < mostFurther && this.#missed(victim).length > 0; n++)
        await this.#strike(town, [victim], this.#missed(victim)[0]!)
    }
    await this.#field.back()
    await town.leave()
    const { messages } = await callers.finish()
    const answered = messages.filter(({ direction, text }) =>
      direction === 'received' && text.startsWith('SIP/2.0 200')
        && headerOf(text, 'CSeq') === '1 INVITE')
      .map(({ text }) => headerOf(text, 'Call-ID'))
    await this.#quiet()
    await callers.stop()
    await phones.stop()
    const { kills } = this.#field
    const faults = await faultsOf({
      db, promised: town.promised, letters: this.#field.letters(), inviterId, talkerId: talker.id,
      mostRepeated: (kills.app + kills.database + kills.mail) * mailWidth,
      rate: {
        prefix: '', name: '', kopecksPerMinute, connectionKopecks: 0, firstStepSeconds: 1,
        nextStepSeconds: 1,
      },
      answered: [...new Set(answered)], fees: this.#fees, feeKopecks,
    })
    const missed = victims.flatMap((victim) =>
      this.#missed(victim).map((doing) => `${victim} ${doing}`))
    return { faults, missed, done: town.done, kills }
  }

  #missed(victim: Victim): Doing[] {
    return doings.filter((doing) => !this.#hit.has(`${victim} ${doing}`))
  }

  /** Kills in the middle of `aim` and of what else is under way. */
  async #strike(town: Town, some: readonly Victim[], aim: Doing): Promise<void> {
    // Fees may be taken before the panel is there again.
    if (aim !== 'fee') await this.#field.back()
    const luckUntil = performance.now() + (aim === 'fee' ? 0 : luckMs)
    for (const victim of some) {
      let now: ReadonlySet<Doing> = new Set()
      await until(`${aim}, to kill ${victim} in it`, async () => {
        now = await this.#underWay(town)
        const isLucky = this.#missed(victim).every((doing) => doing === 'fee' || now.has(doing))
        return now.has(aim) && (isLucky || performance.now() > luckUntil)
        }, 90_000, 2)
      await pause(this.#random() * 10)
      for (const doing of now) this.#hit.add(`${victim} ${doing}`)
      await this.#field.kill(victim)
    }
    // A mail server that is away for a moment is no news; the others take their time anyway.
    if (some.includes('mail')) await pause(200)
    if (some.includes('app')) await this.#addFees()
  }

  async #underWay(town: Town): Promise<ReadonlySet<Doing>> {
    const { db } = this.#field
    const now = new Set<Doing>(doings.filter((doing) => (town.underWay.get(doing) ?? 0) > 0))
    const count = (rows: { readonly count: string }) => Number(rows.count)
    const talking = await db.selectFrom('live_charges')
      .select((eb) => eb.fn.countAll<string>().as('count')).executeTakeFirstOrThrow()
    if (count(talking) > 0) now.add('call')
    const leaving = await db.selectFrom('outbox').where('lease_until', '>', String(Date.now()))
      .select((eb) => eb.fn.countAll<string>().as('count')).executeTakeFirstOrThrow()
    if (count(leaving) > 0) now.add('letter')
    const taken = await this.#feesTaken()
    if (taken > this.#feesBefore && taken < this.#fees.size) now.add('fee')
    return now
  }

  async #feesTaken(): Promise<number> {
    const { count } = await this.#field.db.selectFrom('monthly_fees')
      .where('tariff_id', '=', this.#feeTariff)
      .select((eb) => eb.fn.countAll<string>().as('count')).executeTakeFirstOrThrow()
    return Number(count)
  }

  /** Accounts whose first month is due now; every third has too little. */
  async #addFees(): Promise<void> {
    const { db } = this.#field
    const first = this.#fees.size
    const made = new Map<string, boolean>()
    await inTransaction(db, async (trx) => {
      made.clear()
      for (let n = first; n < first + feesAtOnce; n++) {
        const hasMoney = n % 3 > 0
        const id = await addSubscriber(
          trx, `+7498${String(n).padStart(7, '0')}`, hasMoney ? 1000 : 500)
        await assignTariff(trx, id, this.#feeTariff, Date.now())
        made.set(id, hasMoney)
      }
    })
    for (const [id, hasMoney] of made) this.#fees.set(id, hasMoney)
    this.#feesBefore = await this.#feesTaken()
  }

  /** What waits for its time gets it; then nothing is under way any more. */
  async #quiet(): Promise<void> {
    const { db } = this.#field
    await until('quiet', async () => {
      await db.updateTable('outbox').set({ next_at: 0 }).where('state', 'in', ['new', 'waiting'])
        .where('next_at', '>', String(Date.now())).execute()
      const open = await db.selectFrom('calls').select('id').where('ended_at', 'is', null).execute()
      const live = await db.selectFrom('live_charges').select('call_id').execute()
      const due = await db.selectFrom('outbox').select('id')
        .where('state', 'in', ['new', 'waiting']).execute()
      return open.length + live.length + due.length === 0
        && await this.#feesTaken() === this.#fees.size
    }, 90_000, 200)
  }
}

async function addTalker(db: Db): Promise<{ readonly id: string; readonly number: string }> {
  const number = '+74997770001'
  const id = await addSubscriber(db, number, 10_000_000)
  await giveTariff(db, id, kopecksPerMinute)
  await changeSettings(db, id, undefined, { options: { email: 'talker@kill.example.org' } })
  const targetId = await addNumber(db, id, { address: '+74951234001', description: '' }, Date.now())
  await addRule(db, id, {
    name: 'Всегда', enabled: true, priority: 0, blocks: [], mode: 'parallel', waitSeconds: 20,
    targets: [{ targetId, ringSeconds: undefined }], noAnswer: { action: 'hangUp' },
  }, Date.now())
  const open = [
    ['concurrentCalls', 100], ['callerCallsPerHour', 0], ['spendPerDayKopecks', 0],
  ] as const
  await inTransaction(db, async (trx) => {
    for (const [name, value] of open) {
      const change = { subscriberId: id, name, value, reason: 'drill', by: { actor: 'system' } }
      await setLimit(trx, change, Date.now())
    }
  })
  return { id, number }
}

function addSubscriber(db: Db, number: string, balanceKopecks: number): Promise<string> {
  return createSubscriber(
    db, { name: '', number, login: number, passwordHash: '', balanceKopecks }, Date.now())
}

function addFeeTariff(db: Db): Promise<string> {
  return addTariff(db, {
    name: 'С платой', monthlyKopecks: feeKopecks, includedSeconds: 0, includedPrefixes: [],
    freeAnswerSeconds: 0, rates: [], validFromMs: undefined, validToMs: undefined,
  }, Date.now())
}
