/**
 * «Кто зазвонит, если …»: a row per question with the story it gets, told in lines a person can
 * read: which phone rang from when until when and how it ended, what the caller heard, the outcome.
 */
import t from 'tap'
import type { Rule } from '../../src/call/rule.ts'
import type { Question, Story } from '../../src/call/simulate.ts'
import { simulateCall } from '../../src/call/simulate.ts'
import { defaultMedia } from '../../src/call/subscriber.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import { block, callerNumber, next, personalNumber, rule, subscriber, wall } from './fixtures.ts'
import { cpuMsOf } from '../support/cpu-time.ts'

const noon = wall('2025-11-17 12:00')
const home = '+74950000001'
const work = '+74950000002'
const mobile = '+79160000003'

type Ask = Partial<Omit<Question, 'caller'>> & { readonly caller?: string }

function ask(owner: Subscriber, asked: Ask = {}): Story {
  const { caller = callerNumber, ...rest } = asked
  return simulateCall(owner, {
    atMs: noon, phones: {}, mediaAvailable: true, ...rest,
    caller: { number: caller, name: '', anonymous: caller === '' },
  })
}

/** `+7… 0–20 noAnswer`, `+7… 0–5–15 answered` with the answer between, `5–8 accept` when asked. */
function phones(story: Story): string[] {
  return story.legs.map((leg) => {
    const times = [leg.startMs, ...leg.answerMs === undefined ? [] : [leg.answerMs], leg.endMs]
    const asked = leg.asked === undefined ? ''
      : ` asked ${seconds(leg.asked.fromMs)}–${seconds(leg.asked.toMs)} ${leg.asked.choice}`
    return `${leg.address} ${times.map(seconds).join('–')} ${leg.outcome}${asked}`
  })
}

function heard(story: Story): string[] {
  return story.hears.map(({ what, fromMs, toMs, status, prompt }) =>
    [`${seconds(fromMs)}–${seconds(toMs)}`, what, status ?? prompt].filter((word) =>
      word !== undefined).join(' '))
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '…' : String(ms / 1000)
}

const both = rule('both', [home, work], { waitSeconds: 20 })
const one = (address: string, rest: Partial<Rule> = {}) => rule('one', [address], rest)
const serial = rule('serial', [home, work], { mode: 'serial' })
const mail = { settings: { voicemail: true, voicemailAfterSeconds: 60 } }
const toMail = { noAnswer: { action: 'voicemail' } } as const

interface Row {
  readonly name: string
  readonly owner: Subscriber
  readonly asked?: Ask
  readonly phones: readonly string[]
  readonly heard: readonly string[]
  readonly outcome: string
}

const rows: readonly Row[] = [
  {
    name: 'nobody answers, all at once', owner: subscriber([both]),
    phones: [`${home} 0–20 noAnswer`, `${work} 0–20 noAnswer`],
    heard: ['0–20 ringback', '20–24 announcement unavailable', '24–24 refusal 480'],
    outcome: 'missed 480',
  },
  {
    name: 'no price for one phone, no money for the other', owner: subscriber([both]),
    asked: { priceOf: (address) => address === home ? 'noRate' : 'noMoney' },
    phones: [], heard: ['0–4 announcement unavailable', '4–4 refusal 480'], outcome: 'refused 480',
  },
  {
    name: 'what can be paid for is not charged', owner: subscriber([both]),
    asked: { priceOf: (address) => address === home ? 'charged' : 'noRate', phones: { [home]: { does: 'answers' } } },
    phones: [`${home} 0–5–15 answered`], heard: ['0–5 ringback', '5–15 talk'],
    outcome: 'answered 200',
  },
  {
    name: 'one by one, then voicemail', owner: subscriber([{ ...serial, ...toMail }], mail),
    phones: [`${home} 0–25 noAnswer`, `${work} 25–50 noAnswer`],
    heard: ['0–50 ringback', '50–65 voicemail'], outcome: 'voicemail 200',
  },
  {
    name: 'voicemail comes first (R-11)',
    owner: subscriber([both], { settings: { voicemail: true, voicemailAfterSeconds: 10 } }),
    phones: [`${home} 0–10 noAnswer`, `${work} 0–10 noAnswer`],
    heard: ['0–10 ringback', '10–25 voicemail'], outcome: 'voicemail 200',
  },
  {
    name: 'somebody answers', owner: subscriber([both]),
    asked: { phones: { [work]: { does: 'answers', afterSeconds: 7 } } },
    phones: [`${home} 0–7 answeredElsewhere`, `${work} 0–7–17 answered`],
    heard: ['0–7 ringback', '7–17 talk'], outcome: 'answered 200',
  },
  {
    name: 'busy at once, the next one is rung', owner: subscriber([serial]),
    asked: { phones: { [home]: { does: 'busy' }, [work]: { does: 'answers' } } },
    phones: [`${home} 0–1 busy`, `${work} 1–6–16 answered`],
    heard: ['0–1 silence', '1–6 ringback', '6–16 talk'], outcome: 'answered 200',
  },
  {
    name: 'all busy', owner: subscriber([both]),
    asked: { callerHearsEarlyMedia: false,
      phones: { [home]: { does: 'busy' }, [work]: { does: 'busy', afterSeconds: 3 } } },
    phones: [`${home} 0–1 busy`, `${work} 0–3 busy`],
    heard: ['0–3 silence', '3–3 refusal 486'], outcome: 'missed 486',
  },
  {
    name: 'declined, unreachable, no such number',
    owner: subscriber([rule('three', [home, work, mobile])]),
    asked: { callerHearsEarlyMedia: false, phones: { [home]: { does: 'declines' },
      [work]: { does: 'unreachable' }, [mobile]: { does: 'unknownNumber' } } },
    phones: [`${home} 0–5 declined`, `${work} 0–2 failed`, `${mobile} 0–1 unknownNumber`],
    heard: ['0–5 ringback', '5–5 refusal 480'], outcome: 'missed 480',
  },
  {
    name: 'a mobile is asked, and a person presses 1', owner: subscriber([one(mobile)]),
    asked: { phones: { [mobile]: { does: 'answers' } } },
    phones: [`${mobile} 0–5–18 answered asked 5–8 accept`],
    heard: ['0–8 ringback', '8–18 talk'], outcome: 'answered 200',
  },
  {
    name: 'its own mailbox answers and presses nothing', owner: subscriber([one(mobile, toMail)],
      mail),
    asked: { phones: { [mobile]: { does: 'answersSilently', afterSeconds: 4 } } },
    phones: [`${mobile} 0–4–14 notConfirmed asked 4–14 nobody`],
    heard: ['0–14 ringback', '14–29 voicemail'], outcome: 'voicemail 200',
  },
  {
    name: 'he presses 2', owner: subscriber([one(mobile)]),
    asked: { callerHearsEarlyMedia: false, phones: { [mobile]: { does: 'answersAndDeclines' } } },
    phones: [`${mobile} 0–5–8 declined asked 5–8 decline`],
    heard: ['0–8 ringback', '8–8 refusal 480'], outcome: 'missed 480',
  },
  {
    name: 'he presses 3', owner: subscriber([one(mobile)], mail),
    asked: { phones: { [mobile]: { does: 'answersAndSendsToVoicemail' } } },
    phones: [`${mobile} 0–5–8 toVoicemail asked 5–8 voicemail`],
    heard: ['0–8 ringback', '8–23 voicemail'], outcome: 'voicemail 200',
  },
  {
    name: 'without media nobody is asked', owner: subscriber([one(mobile)]),
    asked: { mediaAvailable: false, phones: { [mobile]: { does: 'answersSilently' } } },
    phones: [`${mobile} 0–5–15 answered`],
    heard: ['0–5 ringback', '5–15 talk'], outcome: 'answered 200',
  },
  {
    name: 'without media voicemail cannot take the call',
    owner: subscriber([one(home, toMail)], mail), asked: { mediaAvailable: false },
    phones: [`${home} 0–30 noAnswer`], heard: ['0–30 ringback', '30–30 refusal 480'],
    outcome: 'missed 480',
  },
  {
    name: 'a chain of two', owner: subscriber([
      one(home, { id: 'a', waitSeconds: 10, noAnswer: next('b') }),
      one(work, { id: 'b', waitSeconds: 15, blocks: [block('пн')] })]),
    asked: { callerHearsEarlyMedia: false },
    phones: [`${home} 0–10 noAnswer`, `${work} 10–25 noAnswer`],
    heard: ['0–25 ringback', '25–25 refusal 480'], outcome: 'missed 480',
  },
  {
    name: 'a circle ends with its time (R-9)', owner: subscriber([
      one(home, { id: 'a', waitSeconds: 10, noAnswer: next('a') })],
      { settings: { cycleLimitSeconds: 25 } }),
    asked: { callerHearsEarlyMedia: false },
    phones: [`${home} 0–10 noAnswer`, `${home} 10–20 noAnswer`, `${home} 20–25 noAnswer`],
    heard: ['0–25 ringback', '25–25 refusal 480'], outcome: 'missed 480',
  },
  {
    name: 'the default number', owner: subscriber([],
      { defaultTarget: { id: 'd', address: home, description: '' } }),
    asked: { callerHearsEarlyMedia: false },
    phones: [`${home} 0–25 noAnswer`], heard: ['0–25 ringback', '25–25 refusal 480'],
    outcome: 'missed 480',
  },
  {
    name: 'nothing at all (R-14)', owner: subscriber([]), phones: [],
    heard: ['0–4 announcement unavailable', '4–4 refusal 480'], outcome: 'missed 480',
  },
  {
    name: 'music while phones ring', owner: subscriber([one(home)],
      { media: { ...defaultMedia, ringback: 'music', musicFile: 'm.wav' } }),
    asked: { phones: { [home]: { does: 'answers' } } },
    phones: [`${home} 0–5–15 answered`], heard: ['0–5 music', '5–15 talk'],
    outcome: 'answered 200',
  },
  {
    name: 'the override', owner: subscriber([both], { override: { action: 'ring',
      untilMs: undefined, target: { id: 'o', address: work, description: '' } } }),
    asked: { phones: { [work]: { does: 'answers' } } },
    phones: [`${work} 0–5–15 answered`], heard: ['0–5 ringback', '5–15 talk'],
    outcome: 'answered 200',
  },
  {
    name: 'his own mailbox', owner: subscriber([both], { ownNumbers: [mobile],
      media: { ...defaultMedia, mailboxOpen: true } }),
    asked: { caller: mobile }, phones: [], heard: ['0–15 mailbox'], outcome: 'mailbox 200',
  },
]

for (const row of rows) {
  t.test(row.name, async (t) => {
    const story = ask(row.owner, row.asked)
    t.strictSame(phones(story), row.phones)
    t.strictSame(heard(story), row.heard)
    t.equal(`${story.outcome} ${story.status}`, row.outcome)
    t.notOk(story.cut)
    t.equal(story.hears.at(-1)?.toMs, story.endMs, 'told to its end')
    t.ok(story.hears.every((one, i) => one.fromMs === (story.hears[i - 1]?.toMs ?? 0)), 'gapless')
    const back: unknown = JSON.parse(JSON.stringify(story))
    t.strictSame(back, JSON.parse(JSON.stringify({ ...story })), 'it is JSON')
  })
}

t.test('the decision and why each rule lost', async (t) => {
  const family = { lists: [], masks: ['+7926*'], anonymous: false, unknown: false, except: false }
  const owner = subscriber([
    rule('off', [home], { enabled: false }),
    rule('family', [home], { callers: family }),
    rule('weekend', [home], { blocks: [block('сб–вс')] }),
    rule('taken', [home]),
    rule('low', [home]),
  ])
  const story = ask(owner)
  t.strictSame(story.decision,
    { kind: 'rule', why: null, ruleId: 'taken', targetId: null, address: null })
  t.strictSame(story.verdicts.map(({ ruleName, verdict }) => `${ruleName} ${verdict.verdict}`),
    ['off disabled', 'family caller', 'weekend weekday', 'taken acts', 'low outranked'])
  t.equal(ask(owner, { caller: '8 926 111-22-33' }).decision.ruleId, 'family')
  const later = ask(owner, { atMs: noon + 5 * 86_400_000 })
  t.equal(later.decision.ruleId, 'weekend')
  t.equal(later.atMs, noon + 5 * 86_400_000)
})

t.test('rules are judged also when another thing decided', async (t) => {
  const owner = subscriber([both], { override: { action: 'refuse', untilMs: undefined } })
  const story = ask(owner)
  t.match(story.decision, { kind: 'refused', why: 'doNotDisturb', ruleId: null })
  t.strictSame(story.verdicts.map((one) => one.verdict.verdict), ['acts'])
  t.equal(story.outcome, 'missed')
  const target = { id: 'o', address: work, description: '' }
  const ring = ask({ ...owner, override: { action: 'ring', target, untilMs: undefined } })
  t.match(ring.decision, { kind: 'override', ruleId: null, targetId: 'o', address: work })
  const broke = ask(subscriber([both], { balanceKopecks: 0 }))
  t.match(broke.decision, { kind: 'refused', why: 'noMoney' })
  t.equal(broke.status, 480, 'the caller learns nothing of money (R-21)')
})

t.test('a hidden number, and one of several numbers dialled', async (t) => {
  const owner = subscriber([
    rule('hidden', [], { reaction: 'refuse', callers: { lists: [], masks: [], anonymous: true,
      unknown: false, except: false } }),
    rule('second', [work], { dialled: ['+78121234567'] }),
    rule('first', [home], { dialled: [personalNumber] }),
  ])
  t.match(ask(owner, { caller: '' }).decision,
    { kind: 'refused', why: 'ruleRefuses', ruleId: 'hidden' })
  t.equal(ask(owner).decision.ruleId, 'first')
  t.equal(ask(owner, { dialled: '+78121234567' }).decision.ruleId, 'second')
})

t.test('the hardest circle is told within a moment', async (t) => {
  const rules = Array.from({ length: 50 }, (_, i) => rule(`r${i}`, [home, work, mobile], {
    waitSeconds: 5, mode: i % 2 === 0 ? 'parallel' : 'serial', noAnswer: next(`r${(i + 1) % 50}`),
  }))
  const owner = subscriber(rules, { settings: { cycleLimitSeconds: 300 } })
  const busy = { does: 'busy', afterSeconds: 0 } as const
  for (const habits of [{}, { [home]: busy, [work]: busy, [mobile]: busy }]) {
    const tookMs = cpuMsOf(() => {
      const story = ask(owner, { phones: habits })
      t.notOk(story.cut)
      t.ok(story.endMs <= 185_000, `ended after ${story.endMs} ms`)
    })
    t.ok(tookMs < 100, `${tookMs.toFixed(1)} ms`)
  }
})

t.test('an answer comes while one scrubs: far below 100 ms with fifty rules', async (t) => {
  // Everybody leads to the next one, so that the chain is as long as the limits allow.
  const rules = Array.from({ length: 50 }, (_, at) => rule(`r${at}`, [home, work, mobile], {
    waitSeconds: 5, blocks: [block(`пн–пт ${String(at % 24).padStart(2, '0')}:00–${String((at + 9) % 24).padStart(2, '0')}:30`)],
    noAnswer: next(`r${(at + 1) % 50}`, true),
  }))
  const owner = subscriber(rules)
  const questions = 200
  const meanMs = cpuMsOf(() => {
    for (let at = 0; at < questions; at += 1) ask(owner, { atMs: noon + at * 431_000 })
  }) / questions
  t.comment(`a question of fifty rules: ${meanMs.toFixed(2)} ms in the mean`)
  t.ok(meanMs < 50, `${meanMs} ms`)
})
