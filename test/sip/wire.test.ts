/**
 * Many calls between two stacks over a bad network (`support/wire.ts`). Whatever happens, in the end
 * nothing is left in either stack, no user saw a request twice, and both tell the same story.
 * WIRE_SEEDS and WIRE_FIRST choose how many and which.
 */
import t from 'tap'
import type { Habits } from '../support/phone.ts'
import { Phone } from '../support/phone.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { Wire } from '../support/wire.ts'

const seeds = Number(process.env['WIRE_SEEDS'] ?? 1000)
const first = Number(process.env['WIRE_FIRST'] ?? 1)

/** Draws what a phone does. About a third of the calls are cancelled, a quarter rejected. */
function drawHabits(random: () => number, isCaller: boolean): Habits {
  const maybe = (probability: number, most: number): number | undefined =>
    random() < probability ? Math.floor(random() * most) : undefined
  const rejectAfterMs = maybe(0.25, 3000)
  return {
    ringAfterMs: maybe(0.7, 1500),
    rejectAfterMs,
    answerAfterMs: rejectAfterMs === undefined && random() < 0.95
      ? Math.floor(random() * 3000) : undefined,
    cancelAfterMs: isCaller ? maybe(0.35, 3500) : undefined,
    acknowledgeAfterMs: Math.floor(random() * 1500),
    reinviteAfterMs: maybe(0.4, 5000),
    infoAfterMs: maybe(0.3, 5000),
    // The caller always hangs up in the end, so that no call lasts for ever.
    hangUpAfterMs: isCaller ? 2000 + Math.floor(random() * 6000) : maybe(0.5, 8000),
    isReliable: random() < 0.3,
    sessionExpires: undefined,
  }
}

/** Calls of up to ten minutes, in which one side or nobody keeps the session alive. */
function drawLongHabits(random: () => number, isCaller: boolean): Habits {
  const refreshers = ['90;refresher=uac', '90;refresher=uas', '120', undefined]
  return {
    ...drawHabits(random, isCaller),
    rejectAfterMs: undefined,
    answerAfterMs: Math.floor(random() * 3000),
    cancelAfterMs: undefined,
    reinviteAfterMs: random() < 0.5 ? Math.floor(random() * 300_000) : undefined,
    hangUpAfterMs: isCaller ? 200_000 + Math.floor(random() * 400_000) : undefined,
    sessionExpires: refreshers[Math.floor(random() * refreshers.length)],
  }
}

/** Calls that nobody means to end, in which one user vanishes; the other may hang up. */
function drawVanishing(random: () => number, isCaller: boolean, vanishes: boolean): Habits {
  return {
    ...drawHabits(random, isCaller),
    hangUpAfterMs: random() < 0.3 ? Math.floor(random() * 7200_000) : undefined,
    vanishAfterMs: vanishes ? Math.floor(random() * 8000) : undefined,
  }
}

interface Outcome {
  readonly wire: Wire
  readonly caller: Phone
  readonly callee: Phone
}

function play(seed: number, draw: typeof drawHabits): Outcome {
  const random = seededRandom(seed * 7919)
  const wire = new Wire({
    seed, loss: random() * 0.3, duplication: random() * 0.2,
    leastDelayMs: 1, mostDelayMs: 1 + Math.floor(random() * 400),
  })
  const caller = new Phone(wire, '192.0.2.10', draw(random, true))
  const callee = new Phone(wire, '192.0.2.20', draw(random, false))
  caller.call('192.0.2.20')
  wire.run(3600_000)
  return { wire, caller, callee }
}

function playVanishing(seed: number): Outcome {
  const random = seededRandom(seed * 7907)
  const wire = new Wire({
    seed, loss: random() * 0.3, duplication: random() * 0.2, leastDelayMs: 1, mostDelayMs: 200,
  })
  const callerVanishes = random() < 0.5
  const caller = new Phone(wire, '192.0.2.10', drawVanishing(random, true, callerVanishes))
  const callee = new Phone(wire, '192.0.2.20', drawVanishing(random, false, !callerVanishes))
  caller.call('192.0.2.20')
  wire.run(3 * 3600_000)
  return { wire, caller, callee }
}

function isEmpty(phone: Phone): boolean {
  return Object.values(phone.stack.counts).every((count) => count === 0)
}

/** Both sides talked, or neither did; and who talked knows that it is over. */
function agrees({ caller, callee }: Outcome): boolean {
  if (caller.hasTalked !== callee.hasTalked) return false
  return !caller.hasTalked || (caller.hasEnded && callee.hasEnded)
}

function faultsOf(outcome: Outcome): string[] {
  const { caller, callee } = outcome
  const wrong: string[] = []
  if (!isEmpty(caller)) wrong.push('caller keeps ' + JSON.stringify(caller.stack.counts))
  if (!isEmpty(callee)) wrong.push('callee keeps ' + JSON.stringify(callee.stack.counts))
  if (!agrees(outcome)) wrong.push(`the stories differ: ${caller.ending}/${callee.ending}`)
  for (const phone of [caller, callee]) {
    if (new Set(phone.seen).size !== phone.seen.length) {
      wrong.push('seen twice: ' + phone.seen.join())
    }
  }
  return wrong
}

t.test(`${seeds} calls over a lossy, repeating, reordering wire`, (t) => {
  const endings = new Map<string, number>()
  let lost = 0
  const faults: string[] = []
  for (let seed = first; seed < first + seeds; seed++) {
    const outcome = play(seed, drawHabits)
    const { wire, caller, callee } = outcome
    lost += wire.lost
    const story = `${caller.ending}/${callee.ending}`
    endings.set(story, (endings.get(story) ?? 0) + 1)
    const wrong = faultsOf(outcome)
    if (wrong.length > 0) faults.push([`seed ${seed}: ${wrong.join('; ')}`, ...wire.trace].join('\n'))
  }
  t.equal(faults.length, 0, faults[0] ?? 'every call ends and both sides agree')
  t.ok(lost > seeds / 2, `${lost} datagrams were lost`)
  for (const wanted of ['talked/talked', 'rejected/rejected', 'cancelled/cancelled']) {
    t.ok((endings.get(wanted) ?? 0) > seeds / 50, `${endings.get(wanted)} ${wanted}`)
  }
  t.comment([...endings].map(([story, count]) => `${story} ${count}`).join(', '))
  t.end()
})

t.test('long calls with session timers', (t) => {
  const faults: string[] = []
  let refreshes = 0
  for (let seed = first; seed < first + seeds / 4; seed++) {
    const outcome = play(seed, drawLongHabits)
    const wrong = faultsOf(outcome)
    const { wire, caller } = outcome
    const invites = wire.trace.filter((line) => line.includes(' INVITE ') && !line.includes('callee@'))
    refreshes += invites.length
    if (wrong.length > 0) faults.push([`seed ${seed}: ${wrong.join('; ')}`, ...wire.trace].join('\n'))
    if (!caller.hasTalked) faults.push(`seed ${seed}: never answered`)
  }
  t.equal(faults.length, 0, faults[0] ?? 'every call ends and both sides agree')
  t.ok(refreshes > seeds / 4, `${refreshes} INVITEs inside the calls`)
  t.end()
})

t.test('users that vanish: the call goes on for an hour at most, and both sides forget it', (t) => {
  const faults: string[] = []
  let outlived = 0
  for (let seed = first; seed < first + seeds / 4; seed++) {
    const { wire, caller, callee } = playVanishing(seed)
    const wrong: string[] = []
    for (const phone of [caller, callee]) {
      if (!isEmpty(phone)) wrong.push(`${phone.address} keeps ${JSON.stringify(phone.stack.counts)}`)
      const knowsOfTheEnd = !phone.hasTalked || phone.hasEnded || phone.hasVanished
      if (!knowsOfTheEnd) wrong.push(`${phone.address} still talks`)
    }
    const lastBye = wire.trace.findLast((line) => line.includes(' BYE '))
    if (Number(lastBye?.split(' ')[0] ?? 0) > 3000_000) outlived++
    if (wrong.length > 0) faults.push([`seed ${seed}: ${wrong.join('; ')}`, ...wire.trace].join('\n'))
  }
  t.equal(faults.length, 0, faults[0] ?? 'every call ends, and who is still there knows it')
  t.ok(outlived > seeds / 50, `${outlived} calls lasted until the engine ended them`)
  t.end()
})
