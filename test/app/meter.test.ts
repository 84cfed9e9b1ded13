/**
 * Calls that cost money, in virtual time: several of one account, in one application or in two that
 * share it, with payments, refunds and a database that goes away. At the end the account's entries
 * are added up by hand.
 */
import t from 'tap'
import { Meter } from '../../src/app/meter.ts'
import type { ChargeBook } from '../../src/app/ports.ts'
import type { CallRecord } from '../../src/call/record.ts'
import { defaultMedia } from '../../src/call/subscriber.ts'
import { chargeFor } from '../../src/money/rating.ts'
import { answers, call, clean, phoneA, phoneB, world } from '../support/app-world.ts'
import type { World } from '../support/app-world.ts'
import { quiet, rule, subscriber } from '../support/call-fixtures.ts'
import { PaperCharges } from '../support/paper-charges.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { SteppingClock } from '../support/stepping-clock.ts'
import type { Phone } from '../support/fake-sip-server.ts'

const who = subscriber([rule([phoneA])], {
  maxCalls: 100, media: { ...defaultMedia, confirmMobiles: false },
})

/** An application whose calls the book charges. */
function application(
  book: PaperCharges, clock: SteppingClock, phone: Phone = answers, more: { media?: boolean } = {},
): World {
  const w = world(who, { [phoneA]: phone, [phoneB]: phone }, { charges: book, clock, ...more })
  w.journal.fault = (where) => { if (where === 'close') book.ended(w.journal.closed.at(-1)) }
  return w
}

function one(kopecks: number, more: { rate?: object; phone?: Phone; media?: boolean } = {}) {
  const clock = new SteppingClock()
  const book = new PaperCharges(clock, kopecks, more.rate)
  const w = application(book, clock, more.phone, more.media === true ? { media: true } : {})
  return { clock, book, w }
}

let calls = 0
function caller(w: World) {
  calls += 1
  return call(w, {
    'call-id': `call-${calls}`,
    from: `<sip:+7916555${String(calls).padStart(4, '0')}@192.0.2.1>;tag=${calls}`,
  })
}

/** 'BYE out-1': its Reason. */
function reasons(w: World): string[] {
  return w.server.sent.filter(({ what }) => what.startsWith('BYE'))
    .map(({ what, headers }) => `${what.slice(0, 7)} ${headers['Reason'] ?? ''}`.trim())
}

/** What the records say the calls cost; nobody's included seconds are at work here. */
function costOf(book: PaperCharges, records: readonly CallRecord[]): number {
  return records.reduce((sum, { answeredAt, endedAt = 0 }) => answeredAt === undefined ? sum
    : sum + chargeFor(book.rate, endedAt - answeredAt, book.freeAnswerSeconds, 0).kopecks, 0)
}

t.test('three calls share the money and are cut together, to the kopeck', async (t) => {
  const { clock, book, w } = one(3 * 60)
  const start = clock.wallMs()
  for (let i = 0; i < 3; i++) caller(w)
  await clock.run(120_000)
  t.same(w.journal.closed.map(({ endedBy, reason }) => `${endedBy} ${reason}`),
    ['service noMoney', 'service noMoney', 'service noMoney'])
  const ends = w.journal.closed.map(({ endedAt = 0 }) => endedAt - start)
  t.ok(ends.every((at) => at === ends[0]), `all at once: ${ends}`)
  t.ok(Math.abs(ends[0]! - 61_000) < 30, `a minute after the answer: ${ends[0]}`)
  t.equal(book.balance, 180 - costOf(book, w.journal.closed))
  t.equal(book.balance, 0, 'the last kopeck')
  t.same(book.calls, [], 'nothing reserved')
  const said = reasons(w)
  t.equal(said.filter((one) => one.startsWith('BYE out')).length, 3)
  t.ok(said.every((one) => one.startsWith('BYE out')
    ? one.includes('SIP;cause=402') : one.endsWith('Q.850;cause=31;text="Normal, unspecified"')))
  clean(t, w, 3)
})

t.test('cut in time: seen within 200 ms, whoever moved the money', async (t) => {
  const { clock, book, w } = one(100)
  const start = clock.wallMs()
  caller(w)
  await clock.run(50_000)
  book.enter('payment', 60)
  await clock.run(90_000)
  t.equal(w.journal.closed.length, 0, 'a payment prolongs it')
  book.refund(10_000)
  book.refund(10)
  await clock.run(60_000)
  const { endedAt = 0, answeredAt = 0 } = w.journal.closed[0]!
  t.ok(Math.abs(endedAt - answeredAt - 150_000) < 20, `a refund shortens it: ${endedAt - answeredAt}`)
  t.ok(endedAt - start < 152_000)
  t.equal(book.balance, 0)
  clean(t, w)
})

t.test('money taken without asking: cut within 200 ms, at the moment it is known', async (t) => {
  const { clock, book, w } = one(600)
  caller(w)
  await clock.run(31_000)
  const taken = clock.wallMs()
  book.enter('correction', -600)
  await clock.run(1000)
  const { endedAt = 0 } = w.journal.closed[0]!
  t.ok(endedAt >= taken && endedAt - taken <= 210, `${endedAt - taken} ms later`)
  t.ok(book.balance >= -31, `what it had talked until then: ${book.balance}`)
  clean(t, w)
})

t.test('two applications: one account', async (t) => {
  const clock = new SteppingClock()
  const book = new PaperCharges(clock, 300)
  const [first, second] = [application(book, clock), application(book, clock)]
  caller(first)
  await clock.run(61_000)
  caller(second)
  await clock.run(200_000)
  const ends = [first, second].map((w) => w.journal.closed[0]!.endedAt)
  t.equal(ends[0], ends[1], 'both are cut at the same instant')
  t.equal(book.balance, 300 - costOf(book, [...first.journal.closed, ...second.journal.closed]))
  t.ok(book.balance >= 0 && book.balance <= 1, `${book.balance}`)
  clean(t, first)
  clean(t, second)
})

t.test('money for one call only: the phone of the second is let go, its caller hears 480', async (t) => {
  const { clock, book, w } = one(60, { rate: { firstStepSeconds: 60 } })
  book.prices.set(phoneA, 'charged')
  const callers = [caller(w), caller(w)]
  await clock.run(10_000)
  t.same(callers.map((each) => each.final), [200, 480])
  t.notOk(JSON.stringify(callers[1]!.responses).match(/money|402|pay/i), 'no word of money')
  t.match(w.journal.closed[0], {
    outcome: 'refused', reason: 'noMoney', answeredAt: undefined, metered: true,
  })
  await clock.run(120_000)
  t.equal(book.balance, 0)
  clean(t, w, 2)
})

t.test('no money at all: nothing rings', async (t) => {
  const { clock, w } = one(0)
  const each = caller(w)
  await clock.run(10_000)
  t.equal(each.final, 480)
  t.same(w.server.invites, [])
  clean(t, w)
})

t.test('what live calls have cost is not there for the next one', async (t) => {
  const { clock, book, w } = one(61, { rate: { firstStepSeconds: 60 } })
  caller(w)
  await clock.run(5000)
  book.priceOf = (_who, _address, committed) => 61 - committed >= 60 ? 'charged' : 'noMoney'
  const next = caller(w)
  await clock.run(100)
  t.equal(next.final, 480)
  t.equal(w.server.invites.length, 1, 'its phone did not even ring')
  await clock.run(120_000)
  clean(t, w, 2)
})

t.test('the phone is warned a minute before, once, and again after a payment', async (t) => {
  const { clock, book, w } = one(150, { media: true })
  book.prices.set(phoneA, 'short')
  const each = caller(w)
  await clock.run(80_000)
  const beeps = () => w.media.endpoints.map((one) =>
    one.did.filter((what) => what.startsWith('beep')).length)
  t.same(beeps(), [0, 0])
  await clock.run(20_000)
  t.same(beeps().toSorted(), [0, 1], 'one side only')
  const [phone] = w.media.endpoints.filter((one) => one.did.some((what) => what.startsWith('beep')))
  t.equal(phone?.far, 'v=0 answer', 'and that is the phone')
  book.enter('payment', 60)
  await clock.run(60_000)
  t.same(beeps().toSorted(), [0, 2], 'the money went to its end once more')
  await clock.run(120_000)
  t.equal(book.balance, 0)
  t.equal(each.final, 200)
  clean(t, w)
})

t.test('whose money is short from the beginning is left his first words', async (t) => {
  const { clock, book, w } = one(10, { media: true })
  book.prices.set(phoneA, 'short')
  caller(w)
  await clock.run(3500)
  t.notOk(w.media.endpoints.some((one) => one.did.some((what) => what.startsWith('beep'))))
  await clock.run(1500)
  t.ok(w.media.endpoints.some((one) => one.did.some((what) => what.startsWith('beep'))))
  await clock.run(60_000)
  clean(t, w)
})

t.test('hung up while the money is asked for: nothing is reserved, nothing charged', async (t) => {
  for (const latencyMs of [5, 20, 900]) {
    const { clock, book, w } = one(600)
    book.latencyMs = latencyMs
    const each = caller(w)
    await clock.run(1005)
    each.cancel()
    await clock.run(5000)
    t.same(book.calls, [], `${latencyMs} ms`)
    t.equal(book.balance, 600 - costOf(book, w.journal.closed))
    clean(t, w)
  }
})

t.test('nobody is connected before the journal has the call: a death would lose it', async (t) => {
  // The phone answers after a second.
  for (const [atMs, quietMs, final] of [[500, 990, 200], [1500, 1490, 200], [undefined, 1490, 480]] as const) {
    const { clock, w } = one(600)
    w.journal.ready = new Promise((done) => {
      if (atMs !== undefined) clock.wakeAt(atMs, done)
    })
    const each = caller(w)
    await clock.run(quietMs)
    t.notOk(each.final, `not before ${quietMs} ms`)
    await clock.run(100)
    t.equal(each.final, atMs === undefined ? 0 : final)
    await clock.run(41_000)
    t.equal(each.final, final)
    if (final === 200) each.hangUp()
    await clock.run(5000)
    clean(t, w)
  }
})

t.test('the database goes away', async (t) => {
  t.test('at the answer: 480, the phone is let go', async (t) => {
    const { clock, book, w } = one(600)
    book.latencyMs = undefined
    const each = caller(w)
    await clock.run(10_000)
    t.equal(each.final, 480)
    t.match(w.journal.closed[0], { outcome: 'missed', reason: 'databaseDown' })
    clean(t, w)
  })
  t.test('in a call: it goes on, until the moment that was known', async (t) => {
    const { clock, book, w } = one(100)
    caller(w)
    await clock.run(20_000)
    book.latencyMs = undefined
    await clock.run(120_000)
    t.match(w.journal.closed[0], { reason: 'noMoney' })
    t.equal(book.balance, 0)
    await clock.run(5000)
    clean(t, w)
  })
  t.test('and comes back with a payment', async (t) => {
    const { clock, book, w } = one(100)
    caller(w)
    await clock.run(20_000)
    book.latencyMs = undefined
    book.enter('payment', 60)
    await clock.run(40_000)
    book.latencyMs = 3
    await clock.run(60_000)
    t.equal(w.journal.closed.length, 0)
    await clock.run(120_000)
    t.equal(book.balance, 0)
    clean(t, w)
  })
})

t.test('taken for dead by another process: what nobody pays for ends', async (t) => {
  const { clock, book, w } = one(600)
  caller(w)
  await clock.run(10_000)
  book.drop(book.calls[0]!.id)
  await clock.run(500)
  t.match(w.journal.closed[0], { endedBy: 'service', reason: 'noMoney' })
  await clock.run(5000)
  t.equal(book.balance, 600, 'it was charged there, not here')
  clean(t, w)
})

t.test('a new day has money of its own: whom the old one would have cut talks on', async (t) => {
  const clock = new SteppingClock()
  const midnight = (Math.floor(clock.wallMs() / 900_000) + 1) * 900_000
  const state = (wallMs: number) => ({
    version: '1 1', cutOffMs: wallMs < midnight ? midnight + 5000 : undefined,
    committedKopecks: 0, calls: new Set(['c']), over: 'dayLimit' as const,
  })
  const book: ChargeBook = {
    priceOf: () => 'charged',
    reserve: async (_, wallMs) => state(wallMs()),
    release: async () => {},
    look: async (known, wallMs) => new Map([...known]
      .flatMap(([id, version]) => version === '1 1' ? [] : [[id, state(wallMs)] as const])),
  }
  const meter = new Meter(book, clock, quiet)
  const cuts: number[] = []
  await meter.begin('c', 's', '+79161234567', { cutOff: (at) => cuts.push(at), warn: () => {} })
  await clock.run(midnight - clock.wallMs() + 60_000)
  t.strictSame(cuts, [])
  meter.end('c')
  t.equal(clock.pending, 0)
})

t.test('money for another day is asked for again now and then', async (t) => {
  const { clock, book, w } = one(10_000_000)
  caller(w)
  await clock.run(4_000_000)
  t.ok(book.looks > 100)
  t.equal(w.reception.counts().calls, 0, 'until the longest call ends')
  await clock.run(5000)
  clean(t, w)
})

t.test('150 seeds: two applications, payments, refunds, hang-ups at the same instants', async (t) => {
  const problems: string[] = []
  const ends = new Map<string, number>()
  for (let seed = 1; seed <= 150; seed++) {
    const random = seededRandom(seed)
    const pick = (n: number): number => Math.floor(random() * n)
    const clock = new SteppingClock()
    const rate = { kopecksPerMinute: 60 * (1 + pick(5)), connectionKopecks: pick(2) * pick(20),
      firstStepSeconds: [1, 1, 10, 60][pick(4)]!, nextStepSeconds: [1, 1, 10, 60][pick(4)]! }
    const book = new PaperCharges(clock, 1 + pick(600), rate)
    book.freeAnswerSeconds = pick(3)
    book.latencyMs = [1, 3, 60][pick(3)]!
    book.prices.set(phoneA, 'charged')
    const phone = { ...answers, finalAfter: 50 + pick(3) * 500 }
    const worlds = [application(book, clock, phone), application(book, clock, phone)]
    const at = (ms: number, run: () => void): void => { clock.wakeAt(ms, run) }
    for (let n = 2 + pick(5); n > 0; n--) {
      at(pick(40) * 1000, () => {
        const each = caller(worlds[pick(2)]!)
        // Whole seconds: many a hang-up meets the cut.
        if (pick(2)) at(clock.nowMs() + 1000 + pick(60) * 1000, () => each.hangUp())
        if (pick(4) === 0) at(clock.nowMs() + pick(600), () => each.cancel())
      })
    }
    for (let n = pick(4); n > 0; n--) at(pick(90) * 1000, () => book.enter('payment', 1 + pick(200)))
    for (let n = pick(3); n > 0; n--) at(pick(90) * 1000, () => book.refund(1 + pick(300)))
    await clock.run(1_500_000)
    const closed = worlds.flatMap((w) => w.journal.closed)
    for (const { reason, outcome } of closed) {
      const end = `${outcome} ${reason}`
      ends.set(end, (ends.get(end) ?? 0) + 1)
    }
    const moved = book.entries.filter(({ what }) => !what.startsWith('call:'))
      .reduce((sum, { kopecks }) => sum + kopecks, 0)
    const found = [
      ...(book.balance === moved - costOf(book, closed) ? [] : ['the records say otherwise']),
      ...(book.balance < 0 ? [`balance ${book.balance}`] : []),
      ...(book.calls.length > 0 ? ['something is reserved'] : []),
      ...(new Set(book.entries.map(({ what }) => what).filter((what) => what.startsWith('call:')))
        .size === closed.filter((one) => costOf(book, [one]) > 0).length ? [] : ['charged twice']),
      ...(clock.pending > 0 ? [`${clock.pending} wake-ups`] : []),
      ...worlds.flatMap((w) => w.server.breaches),
    ]
    if (found.length > 0) problems.push(`seed ${seed}: ${found.join('; ')}`)
  }
  t.same(problems, [])
  for (const end of ['answered noMoney', 'refused noMoney', 'answered ', 'abandoned ']) {
    t.ok((ends.get(end) ?? 0) > 4, `${end}: ${ends.get(end)}`)
  }
})
