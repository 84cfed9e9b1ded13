/**
 * A thousand calls and more in virtual time: random rules with cycles, random phones, random
 * callers. Whatever happens, the call ends in bounded time and leaves nothing behind.
 */
import t from 'tap'
import type { CallCommand } from '../../src/call/events.ts'
import { personalNumber } from './fixtures.ts'
import { randomFrom, randomStory } from './random-story.ts'
import type { Outcome } from './simulation.ts'
import { play } from './simulation.ts'
import type { Story } from './story.ts'

const seeds = Number(process.env.SEEDS ?? 4000)
const answeredBy = (name: CallCommand['do'], outcome: Outcome) =>
  outcome.log.find(({ command }) => command.do === name)

/** What must come up at least once in all the stories together. */
const said = [
  'tell taken', 'tell callerGone', 'announce unavailable', 'announce refused',
  'announce hiddenNumberRefused', 'open mailbox', 'anchored recorded with consent',
  'ring caller operator', 'ring caller music', 'early media of', 'greeting.wav',
  ...['asked', 'cannotAsk', 'accept', 'decline', 'voicemail', 'nobody', 'failed']
    .map((choice) => `"choice":"${choice}"`),
  ...['nextMissing', 'cycleTime', 'transitions', 'totalTime'].map((why) => `"why":"${why}"`),
  'charge', 'warn phone', '"code":"noRate"', '"why":"noMoney"', '"running":true', '"running":false', 'delayBeyondWait', '"action":"refuse"', 'outranked',
]

const heardBefore = /announce|ring caller [om]/

/** A question ends in a key, a hang-up or with the leg; nobody is connected without an answer. */
function questionFaults({ record }: Outcome): string[] {
  const faults: string[] = []
  for (const leg of record.legs) {
    const told = record.trace.flatMap((step) =>
      step.step === 'confirm' && step.legId === leg.id ? [step.choice] : [])
    if (told.length > 2) faults.push(`leg ${leg.id}: ${told.join(', ')}`)
    const [first, second] = told
    if (first === undefined) continue
    if (first !== 'asked' && first !== 'cannotAsk') faults.push(`leg ${leg.id}: ${first} unasked`)
    const accepted = first === 'cannotAsk' || second === 'accept'
    // Who accepts a call that cannot be paid for does not get it.
    const unpaid = record.reason === 'noMoney' || record.reason === 'databaseDown'
    if ((record.answeredLegId === leg.id) !== accepted && !unpaid) {
      faults.push(`leg ${leg.id}: ${told.join(', ')}, call with ${record.answeredLegId}`)
    }
    if (leg.answerMs === undefined) faults.push(`leg ${leg.id} asked, not answered`)
  }
  return faults
}

/** What must hold for every call, beyond what the simulation checks at each step. */
function faultsOf(outcome: Outcome, story: Story): string[] {
  const faults = [...outcome.faults]
  const decided = answeredBy('answerCaller', outcome) ?? answeredBy('takeVoicemail', outcome) ??
    answeredBy('announce', outcome) ?? answeredBy('closeRecord', outcome)
  if (decided === undefined || decided.at > 180_000) faults.push('nobody decided within 180 s')
  const transitions = outcome.record.trace
    .filter((step) => step.step === 'ruleTaken' && step.via !== 'schedule').length
  if (transitions > 10) faults.push(`${transitions} transitions`)
  const started = new Map<string, number>()
  for (const step of outcome.record.trace) {
    if (step.step !== 'ruleTaken') continue
    const before = started.get(step.ruleId)
    if (before !== undefined && step.atMs - before < 2000) {
      faults.push(`rule ${step.ruleId} again after ${step.atMs - before} ms`)
    }
    started.set(step.ruleId, step.atMs)
  }
  if (outcome.record.legs.some((leg) => leg.address === personalNumber)) faults.push('rang itself')
  const earlyMedia = outcome.log.filter(({ command }) => command.do === 'passEarlyMedia').length
  if (earlyMedia > 0 && !story.incoming.hasOffer) faults.push('early media without an offer')
  const elsewhere = outcome.log.some(({ command }) => command.do === 'dropLeg' && command.elsewhere)
  if (elsewhere && answeredBy('answerCaller', outcome) === undefined &&
    answeredBy('charge', outcome) === undefined) faults.push('elsewhere: nobody')
  const { options } = story
  if (options?.mediaAvailable !== true || options.callerHearsEarlyMedia !== true ||
    !story.incoming.hasOffer) {
    if (outcome.lines.some((line) => heardBefore.test(line))) faults.push('heard what he cannot')
  }
  if (options?.mediaAvailable !== true && outcome.lines.some((line) => line.includes('anchored'))) {
    faults.push('anchored without media')
  }
  faults.push(...questionFaults(outcome))
  const { answeredAt, outcome: result } = outcome.record
  if (result === 'answered' && answeredAt === undefined) faults.push('answered without a time')
  const charge = answeredBy('charge', outcome)
  if ((charge !== undefined) !== (outcome.record.metered === true)) faults.push('metered or not')
  return faults
}

t.test(`${seeds} seeds`, async (t) => {
  const ends = new Map<string, number>()
  const heard = new Map(said.map((words) => [words, 0]))
  for (let seed = 1; seed <= seeds; seed += 1) {
    const story = randomStory(randomFrom(seed))
    const outcome = play(story)
    const faults = faultsOf(outcome, story)
    if (faults.length > 0) t.fail(`seed ${seed}`,
      { faults, lines: outcome.lines, trace: outcome.record.trace })
    const end = `${outcome.record.outcome} ${outcome.record.status}`
    ends.set(end, (ends.get(end) ?? 0) + 1)
    const told = [...outcome.lines, ...outcome.record.trace.map((step) => JSON.stringify(step))]
    for (const [words, times] of heard) {
      if (told.some((line) => line.includes(words))) heard.set(words, times + 1)
    }
  }
  // The stories are worth something only if every kind of end comes up.
  for (const end of [
    'answered 200', 'missed 480', 'missed 486', 'abandoned 487', 'voicemail 200', 'refused 480',
    'interrupted 503', 'interrupted 500', 'mailbox 200', 'missed 200', 'refused 603', 'missed 603',
    'missed 487', 'refused 487',
  ]) t.ok((ends.get(end) ?? 0) > 0, `${end}: ${ends.get(end) ?? 0}`)
  for (const [said, times] of heard) t.ok(times > 0, `${said}: ${times}`)
})
