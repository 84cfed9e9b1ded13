/**
 * "Press 1", announcements, ringback, consent, codes and greetings in virtual time: who hears what,
 * what comes of each key, and that every dialogue ends whatever happens.
 */
import t from 'tap'
import {
  announce, playConsent, playRingback, speakCode, tell,
} from '../../src/app/media/announcements.ts'
import { askToConfirm } from '../../src/app/media/ask-to-confirm.ts'
import { recordGreeting } from '../../src/app/media/record-greeting.ts'
import { spokenDialogues } from '../../src/app/spoken-dialogues.ts'
import type { ConfirmChoice } from '../../src/call/record.ts'
import { defaultMedia } from '../../src/call/subscriber.ts'
import { subscriber } from '../support/call-fixtures.ts'
import { cutEverywhere, heard, scene, watch } from '../support/dialogue-scene.ts'
import type { Scene } from '../support/dialogue-scene.ts'

const caller = { number: '+79161234567', name: '', anonymous: false }
const who = 'calling-you'
const keys = 'press-1 press-2-3'

function confirm(one: Scene, seconds = 20, over: Partial<typeof caller> = {}): Promise<ConfirmChoice> {
  // A word lasts a third of a second.
  for (let digit = 0; digit < 10; digit++) one.media.lengths.set(`n-${digit}`, 300)
  return askToConfirm(
    one.endpoint, one.ports.prompts, 'ru', { ...caller, ...over }, seconds, one.clock, one.abort.signal)
}

t.test('press 1', async (t) => {
  const cases: readonly {
    name: string
    presses: readonly (readonly [number, string])[]
    seconds?: number
    anonymous?: boolean
    heard: readonly string[]
    choice: ConfirmChoice
    afterMs: number
  }[] = [
    { name: '1 takes the call', presses: [[2000, '1']], heard: [`ask ${who} ${keys}`], choice: 'accept', afterMs: 2000 },
    { name: '2 declines', presses: [[8000, '2']], heard: [`ask ${who} ${keys}`], choice: 'decline', afterMs: 8000 },
    { name: '3 is voicemail', presses: [[1, '3']], heard: [`ask ${who} ${keys}`], choice: 'voicemail', afterMs: 1 },
    {
      name: 'another key is asked again', presses: [[2000, '5'], [3000, '1']],
      heard: [`ask ${who} ${keys}`, `ask ${keys}`], choice: 'accept', afterMs: 3000,
    },
    {
      name: 'two wrong keys are nobody', presses: [[2000, '5'], [3000, '#']],
      heard: [`ask ${who} ${keys}`, `ask ${keys}`], choice: 'nobody', afterMs: 3000,
    },
    {
      name: 'nobody presses: over a second after the time', presses: [],
      heard: [`ask ${who} ${keys}`, `ask ${keys}`, 'stop'], choice: 'nobody', afterMs: 21_000,
    },
    {
      name: 'a short time cuts the question off', presses: [], seconds: 5,
      heard: [`ask ${who} ${keys}`, 'stop'], choice: 'nobody', afterMs: 6000,
    },
    {
      name: 'a withheld number', presses: [[3500, '1']], anonymous: true,
      heard: [`ask ${who} hidden-number ${keys}`], choice: 'accept', afterMs: 3500,
    },
  ]
  for (const one of cases) {
    t.test(one.name, async (t) => {
      const here = await scene()
      const start = here.clock.nowMs()
      const choice = watch(confirm(here, one.seconds, { anonymous: one.anonymous ?? false }))
      for (const [at, key] of one.presses) {
        await here.clock.run(at - (here.clock.nowMs() - start))
        here.endpoint.press(key)
      }
      await here.clock.run(one.afterMs - (here.clock.nowMs() - start) - 1)
      if (one.presses.length === 0) t.notOk(choice.settled, 'not before its time')
      await here.clock.run(2)
      await here.clock.run(2)
      t.equal(choice.value, one.choice)
      t.strictSame(heard(here), one.heard)
      t.equal(here.clock.pending, 0)
    })
  }
})

t.test('the whole number is said', async (t) => {
  const one = await scene()
  void confirm(one)
  t.equal(one.endpoint.did[0]?.match(/n-\d/g)?.join(''), 'n-7n-9n-1n-6n-1n-2n-3n-4n-5n-6n-7')
})

t.test('press 1, cut off at any instant', async (t) => {
  await cutEverywhere(t, (one) => confirm(one), 22_000, 250, (t, one, choice, what) => {
    const isOverByItself = one.clock.nowMs() > 21_000
    if (choice !== 'failed' && !isOverByItself) t.equal(choice, what.startsWith('endpoint') ? 'nobody' : 'failed', what)
  })
})

t.test('announcements and last words', async (t) => {
  const rows: readonly (readonly [string, (one: Scene) => Promise<void>])[] = [
    ['unavailable', (one) => announce(one.endpoint, one.ports.prompts, 'ru', 'unavailable', one.abort.signal)],
    ['refused', (one) => announce(one.endpoint, one.ports.prompts, 'ru', 'refused', one.abort.signal)],
    ['hidden-refused', (one) => announce(one.endpoint, one.ports.prompts, 'ru', 'hiddenNumberRefused', one.abort.signal)],
    ['taken', (one) => tell(one.endpoint, one.ports.prompts, 'ru', 'taken', one.abort.signal)],
    ['caller-gone', (one) => tell(one.endpoint, one.ports.prompts, 'ru', 'callerGone', one.abort.signal)],
  ]
  for (const [prompt, say] of rows) {
    const one = await scene()
    const said = watch(say(one))
    await one.clock.run(900)
    t.notOk(said.settled)
    await one.clock.run(500)
    t.ok(said.settled, prompt)
    t.strictSame(heard(one), [`play ${prompt}`])
    await cutEverywhere(t, say, 1400, 100, () => {})
  }
})

t.test('consent is heard by both at once', async (t) => {
  const one = await scene()
  const share = one.media.open()
  const made = share.offer()
  await one.clock.run(10)
  await made
  const [first, second] = one.media.endpoints as [typeof one.endpoint, typeof one.endpoint]
  one.media.lengths.set('consent', 2000)
  const both = watch(playConsent([first, second], one.ports.prompts, 'ru'))
  t.strictSame([first.did, second.did], [['play consent'], ['play consent']])
  await one.clock.run(500)
  first.drop()
  await one.clock.run(1400)
  t.notOk(both.settled, 'the other hears it to its end')
  await one.clock.run(200)
  t.ok(both.settled)
})

t.test('ringback', async (t) => {
  const tone = 'tone_stream://%(1000,4000,425);loops=-1'
  const looped = (file: string): string => `play ${Array(20).fill(file).join(' ')}`
  const cases: readonly { name: string; files: string[]; set?: (one: Scene) => void; heard: string[] }[] = [
    { name: 'music over and over', files: ['own', 'music'], heard: [looped('own'), looped('own'), looped('own'), 'stop'] },
    {
      name: 'own music is lost: the operator\'s', files: ['own', 'music'],
      set: (one) => { one.media.missing.add('own') },
      heard: [looped('own'), looped('music'), looped('music'), looped('music'), 'stop'],
    },
    { name: 'no file at all: a tone', files: [], heard: [`play ${tone}`, 'stop'] },
    {
      name: 'a file without sound is not begun for ever', files: ['own'],
      set: (one) => { one.media.lengths.set('own', 10) }, heard: [looped('own'), `play ${tone}`, 'stop'],
    },
  ]
  for (const { name, files, set, heard: expected } of cases) {
    t.test(name, async (t) => {
      const one = await scene()
      set?.(one)
      const played = watch(playRingback(one.endpoint, files, one.clock, one.abort.signal))
      await one.clock.run(59_000)
      t.notOk(played.settled)
      one.abort.abort()
      await one.clock.run(1)
      t.ok(played.settled)
      t.strictSame(heard(one), expected)
      t.equal(one.clock.pending, 0)
    })
  }
  await cutEverywhere(t, (one) => playRingback(one.endpoint, ['own'], one.clock, one.abort.signal),
    50_000, 2500, () => {})
})

t.test('a code is said three times', async (t) => {
  const one = await scene()
  const said = watch(speakCode(one.endpoint, one.ports.prompts, 'ru', '4071'))
  await one.clock.run(60_000)
  t.equal(said.value, true)
  t.strictSame(heard(one), ['play code-intro', 'play code-again', 'play code-again', 'play goodbye'])
  t.equal(one.endpoint.did[0]?.match(/n-\d/g)?.join(' '), 'n-4 n-0 n-7 n-1')
  await cutEverywhere(t, (here) => speakCode(here.endpoint, here.ports.prompts, 'ru', '4071', here.abort.signal),
    20_000, 500, (t, here, wasHeard, what) => {
      if (wasHeard !== heard(here).includes('play code-again')) t.fail(`${what}: heard ${wasHeard}`)
    })
})

t.test('a greeting by telephone', async (t) => {
  const path = '/rec/greetings/g.wav'
  const ask = 'play greeting-ask tone_stream://%(400,0,1000)'
  const take = [ask, `record ${path}`, `play greeting-check ${path}`, 'ask greeting-menu']
  const record = (one: Scene): Promise<boolean> => recordGreeting(one.endpoint, {
    subscriberId: 's', greetingId: 'g', file: 'greetings/g.wav', language: 'ru',
  }, one.ports, one.abort.signal)
  const cases: readonly { name: string; talkMs: number; types: string[]; heard: string[]; did: string[]; kept: boolean }[] = [
    {
      name: 'kept', talkMs: 4000, types: ['1'], heard: [...take, 'play greeting-kept'],
      did: ['keepGreeting g greetings/g.wav 9000'], kept: true,
    },
    {
      name: 'recorded again, then kept', talkMs: 4000, types: ['2', '1'], heard: [...take, ...take, 'play greeting-kept'],
      did: ['keepGreeting g greetings/g.wav 9000'], kept: true,
    },
    {
      name: 'nobody presses', talkMs: 4000, types: [], heard: [...take, 'ask greeting-menu', 'play greeting-lost'],
      did: [], kept: false,
    },
    {
      name: 'never content', talkMs: 4000, types: ['2', '2', '2', '2', '2', '2'],
      heard: [...take, ...take, ...take, ...take, ...take, 'play greeting-lost'], did: [], kept: false,
    },
  ]
  for (const one of cases) {
    t.test(one.name, async (t) => {
      const here = await scene()
      here.endpoint.talkMs = one.talkMs
      for (const digits of one.types) here.media.replies.push({ digits, afterMs: 700 })
      const kept = watch(record(here))
      await here.clock.run(200_000)
      t.equal(kept.value, one.kept)
      t.strictSame(heard(here), one.heard)
      t.strictSame(here.library.did, one.did)
      t.equal(here.clock.pending, 0)
    })
  }
  t.test('too short is asked for again', async (t) => {
    const here = await scene()
    const kept = watch(record(here))
    await here.clock.run(1800)
    here.endpoint.press('#')
    await here.clock.run(100)
    t.strictSame(heard(here), [ask, `record ${path}`, 'play greeting-short'])
    here.endpoint.drop()
    await here.clock.run(10)
    t.equal(kept.value, false)
  })
  await cutEverywhere(t, (one) => {
    one.endpoint.talkMs = 2000
    one.media.replies.push({ digits: '2', afterMs: 700 }, { digits: '1', afterMs: 700 })
    return record(one)
  }, 30_000, 500, (t, one, kept, what) => {
    if (kept !== (one.library.did.length === 1)) t.fail(`${what}: ${one.library.did.join('; ')}`)
  })
})

t.test('the dialogues of a call have the wishes of its subscriber', async (t) => {
  const incoming = {
    id: 'call', sipCallId: 'x', caller: { number: '+79161234567', name: 'Anna', anonymous: false },
    dialled: '+74996740782', trunkId: undefined, maxForwards: 70, diverted: [], hasOffer: true,
  }
  const media = { ...defaultMedia, musicFile: 'music/own.wav', messageSeconds: 7, silenceSeconds: 0 }
  t.test('with a library', async (t) => {
    const one = await scene()
    const { message, ringback } = spokenDialogues(one.ports)(incoming, { ...subscriber([]), media })
    void ringback(one.endpoint, 'music', one.abort.signal)
    t.ok(one.endpoint.did[0]?.startsWith('play /rec/music/own.wav'))
    one.abort.abort()
    const kept = watch(message(one.endpoint, 'greetings/g.wav', new AbortController().signal))
    await one.clock.run(20_000)
    t.equal(kept.value?.kept, true)
    t.match(one.library.did, [/^beginMessage [0-9a-f]{32}$/, /^finishMessage [0-9a-f]{32} 7000$/])
    t.match(one.library.begun, [{
      subscriberId: subscriber([]).id, callId: 'call', caller: '+79161234567', callerName: 'Anna', dialled: '+74996740782',
    }])
    t.ok(heard(one).includes('play /rec/greetings/g.wav'))
  })
  t.test('without one, callers are told so', async (t) => {
    const one = await scene()
    const { message, mailbox } = spokenDialogues({ ...one.ports, library: undefined })(incoming, subscriber([]))
    const kept = watch(message(one.endpoint, undefined, one.abort.signal))
    await one.clock.run(2000)
    void mailbox(one.endpoint, one.abort.signal)
    await one.clock.run(2000)
    t.strictSame(kept.value, { kept: false })
    t.strictSame(heard(one), ['play message-impossible', 'play mailbox-trouble'])
  })
})
