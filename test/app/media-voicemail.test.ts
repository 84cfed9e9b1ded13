/**
 * Voicemail and the mailbox in virtual time: what a caller and a subscriber hear, what is kept, and
 * what is left when it is cut off at any instant.
 */
import t from 'tap'
import { openMailbox } from '../../src/app/media/open-mailbox.ts'
import { takeMessage } from '../../src/app/media/take-message.ts'
import type { MessageResult } from '../../src/app/media/take-message.ts'
import type { StoredMessage } from '../../src/app/ports.ts'
import { cutEverywhere, heard, scene, watch } from '../support/dialogue-scene.ts'
import type { Scene } from '../support/dialogue-scene.ts'

const beep = 'tone_stream://%(400,0,1000)'
const file = 'messages/s/1.wav'

function message(one: Scene, over: { greetingFile?: string } = {}): Promise<MessageResult> {
  const call = {
    subscriberId: 's', callId: 'c', caller: '+79161234567', callerName: '', anonymous: false,
    dialled: '+74996740782',
  }
  return takeMessage(one.endpoint, {
    call, language: 'ru', greetingFile: undefined, maxSeconds: 60, silenceSeconds: 5, ...over,
  }, one.ports, one.abort.signal)
}

t.test('a message', async (t) => {
  const cases: readonly {
    name: string
    set?: (one: Scene) => void
    greetingFile?: string
    /** What happens when. */
    then?: readonly (readonly [number, (one: Scene) => void])[]
    heard: readonly string[]
    did: readonly string[]
    kept: boolean
  }[] = [
    {
      name: 'spoken to its end, then silence', set: (one) => { one.endpoint.talkMs = 20_000 },
      heard: ['play greeting', `play ${beep}`, `record /rec/${file}`, 'play message-kept'],
      did: ['beginMessage 1', 'finishMessage 1 25000'], kept: true,
    },
    {
      name: 'ended by #', then: [[4300, (one) => one.endpoint.press('#')]],
      heard: ['play greeting', `play ${beep}`, `record /rec/${file}`, 'play message-kept'],
      did: ['beginMessage 1', 'finishMessage 1 3000'], kept: true,
    },
    {
      name: 'other keys mean nothing', then: [[2000, (one) => one.endpoint.press('5')], [4300, (one) => one.endpoint.drop()]],
      heard: ['play greeting', `play ${beep}`, `record /rec/${file}`, 'gone'],
      did: ['beginMessage 1', 'finishMessage 1 3000'], kept: true,
    },
    {
      name: 'as long as may be',
      heard: ['play greeting', `play ${beep}`, `record /rec/${file}`, 'play message-kept'],
      did: ['beginMessage 1', 'finishMessage 1 60000'], kept: true,
    },
    {
      name: 'own greeting', greetingFile: 'greetings/g.wav', then: [[4300, (one) => one.endpoint.press('#')]],
      heard: ['play /rec/greetings/g.wav', `play ${beep}`, `record /rec/${file}`, 'play message-kept'],
      did: ['beginMessage 1', 'finishMessage 1 3000'], kept: true,
    },
    {
      name: 'own greeting is lost', greetingFile: 'greetings/g.wav', set: (one) => { one.media.missing.add('g.wav') },
      then: [[4300, (one) => one.endpoint.press('#')]],
      heard: ['play /rec/greetings/g.wav', 'play greeting', `play ${beep}`, `record /rec/${file}`, 'play message-kept'],
      did: ['beginMessage 1', 'finishMessage 1 3000'], kept: true,
    },
    {
      name: 'hung up during the greeting', then: [[999, (one) => one.endpoint.drop()]],
      heard: ['play greeting', 'gone'], did: [], kept: false,
    },
    {
      name: 'hung up during the tone', then: [[1100, (one) => one.endpoint.drop()]],
      heard: ['play greeting', `play ${beep}`, 'gone'], did: ['beginMessage 1', 'discardMessage 1'], kept: false,
    },
    {
      name: 'hung up within the first second', then: [[2299, (one) => one.endpoint.drop()]],
      heard: ['play greeting', `play ${beep}`, `record /rec/${file}`, 'gone'],
      did: ['beginMessage 1', 'discardMessage 1'], kept: false,
    },
    {
      name: 'hung up after the first second', then: [[2300, (one) => one.endpoint.drop()]],
      heard: ['play greeting', `play ${beep}`, `record /rec/${file}`, 'gone'],
      did: ['beginMessage 1', 'finishMessage 1 1000'], kept: true,
    },
    {
      name: 'the library cannot begin', set: (one) => { one.library.failing.add('beginMessage') },
      heard: ['play greeting', `play ${beep}`, 'play message-impossible'], did: ['beginMessage 1'], kept: false,
    },
    {
      name: 'the library does not answer', set: (one) => { one.library.hanging.add('beginMessage') },
      heard: ['play greeting', `play ${beep}`, 'play message-impossible'], did: ['beginMessage 1'], kept: false,
    },
    {
      name: 'the library is slow, the message waits for it', set: (one) => { one.library.delayMs = 800 },
      then: [[4800, (one) => one.endpoint.press('#')]],
      heard: ['play greeting', `play ${beep}`, `record /rec/${file}`, 'play message-kept'],
      did: ['beginMessage 1', 'finishMessage 1 3000'], kept: true,
    },
    {
      name: 'the library cannot finish: it mends that from the file', set: (one) => { one.library.failing.add('finishMessage') },
      then: [[4300, (one) => one.endpoint.press('#')]],
      heard: ['play greeting', `play ${beep}`, `record /rec/${file}`, 'play message-kept'],
      did: ['beginMessage 1', 'finishMessage 1 3000'], kept: true,
    },
  ]
  for (const one of cases) {
    t.test(one.name, async (t) => {
      const here = await scene()
      one.set?.(here)
      const over = one.greetingFile === undefined ? {} : { greetingFile: one.greetingFile }
      const start = here.clock.nowMs()
      const result = watch(message(here, over))
      for (const [at, act] of one.then ?? []) {
        await here.clock.run(at - (here.clock.nowMs() - start))
        act(here)
      }
      await here.clock.run(90_000)
      t.strictSame(heard(here), one.heard)
      t.strictSame(here.library.did, one.did)
      t.equal(result.value?.kept, one.kept)
      t.equal(here.clock.pending, 0)
    })
  }
})

t.test('what a message is to the library', async (t) => {
  const one = await scene()
  void message(one)
  await one.clock.run(1000)
  t.strictSame(one.library.begun, [{
    id: '1', subscriberId: 's', callId: 'c', caller: '+79161234567', callerName: '', anonymous: false,
    dialled: '+74996740782', file, startedAt: one.clock.wallMs(),
  }])
})

t.test('cut off at any instant, a message is kept or discarded, never left', async (t) => {
  await cutEverywhere(t, (one) => {
    one.endpoint.talkMs = 1500
    return message(one)
  }, 10_000, 50, (t, one, { kept, durationMs }, what) => {
    const finished = one.library.did.some((line) => line.startsWith('finish'))
    const isWhole = one.library.open.length === 0 && kept === finished && kept === (durationMs >= 1000)
    if (!isWhole) t.fail(`${what}: ${one.library.did.join('; ')}`)
  })
})

const stored = (id: string, heardAt?: number): StoredMessage => ({
  id, caller: '+79160000001', anonymous: false, file: `${id}.wav`, startedAt: Date.UTC(2026, 0, 5, 6),
  durationMs: 5000, heardAt,
})

function mailbox(one: Scene): Promise<void> {
  for (const name of ['1.wav', '2.wav', '3.wav']) one.media.lengths.set(name, 5000)
  return openMailbox(one.endpoint, {
    subscriberId: 's', language: 'ru', zone: 'Europe/Moscow', address: '+79161234567',
  }, one.ports, one.abort.signal)
}

/** What is typed when it is asked for: '' = nothing. */
function types(one: Scene, ...answers: readonly string[]): void {
  for (const digits of answers) one.media.replies.push({ digits, afterMs: 500 })
}

const pin = 'ask mailbox-pin'
const pinAgain = 'ask mailbox-pin-again'
const header = 'message-from today-at hours-many minutes-many'
const asks = (id: string): string => `ask ${header} /rec/${id}.wav`
const menu = 'ask mailbox-menu'

t.test('the mailbox', async (t) => {
  const cases: readonly {
    name: string
    messages: readonly StoredMessage[]
    types: readonly string[]
    set?: (one: Scene) => void
    heard: readonly string[]
    did: readonly string[]
  }[] = [
    {
      name: 'two messages: hear, delete; hear, once more, end', messages: [stored('1'), stored('2')],
      types: ['1234#', '', '3', '', '1', '', '0'],
      heard: [pin, 'play you-have new-messages-few', asks('1'), menu, 'play deleted', asks('2'), menu, asks('2'), menu, 'play goodbye'],
      did: ['checkPin 1234', 'messages s', 'messageHeard 1 +79161234567', 'removeMessage 1',
        'messageHeard 2 +79161234567', 'messageHeard 2 +79161234567'],
    },
    {
      name: 'keys while a message is heard', messages: [stored('1', 5), stored('2', 5)], types: ['1234#', '2', '#'],
      heard: [pin, 'play no-new-messages', asks('1'), asks('2'), 'play goodbye'],
      did: ['checkPin 1234', 'messages s', 'messageHeard 1 +79161234567', 'messageHeard 2 +79161234567'],
    },
    {
      name: 'to the last message', messages: [stored('1')], types: ['1234#', '2'],
      heard: [pin, 'play you-have new-message', asks('1'), 'play no-more-messages goodbye'],
      did: ['checkPin 1234', 'messages s', 'messageHeard 1 +79161234567'],
    },
    {
      name: 'nobody presses in the menu', messages: [stored('1')], types: ['1234#'],
      heard: [pin, 'play you-have new-message', asks('1'), menu, menu, 'play goodbye'],
      did: ['checkPin 1234', 'messages s', 'messageHeard 1 +79161234567'],
    },
    {
      name: 'a key that means nothing', messages: [stored('1')], types: ['1234#', '9', '9', '2'],
      heard: [pin, 'play you-have new-message', asks('1'), menu, menu, 'play no-more-messages goodbye'],
      did: ['checkPin 1234', 'messages s', 'messageHeard 1 +79161234567'],
    },
    {
      name: 'no messages', messages: [], types: ['1234#'], heard: [pin, 'play no-messages goodbye'],
      did: ['checkPin 1234', 'messages s'],
    },
    {
      name: 'wrong PIN, then right', messages: [], types: ['1111#', '1234#'],
      heard: [pin, pinAgain, 'play no-messages goodbye'], did: ['checkPin 1111', 'checkPin 1234', 'messages s'],
    },
    {
      name: 'three wrong PINs', messages: [stored('1')], types: ['1#', '2#', '3#', '1234#'],
      heard: [pin, pinAgain, pinAgain, 'play mailbox-pin-wrong'], did: ['checkPin 1', 'checkPin 2', 'checkPin 3'],
    },
    {
      name: 'locked', messages: [stored('1')], types: ['1234#'], set: (one) => { one.library.patience = 0 },
      heard: [pin, 'play mailbox-locked'], did: ['checkPin 1234'],
    },
    {
      name: 'no PIN is set', messages: [stored('1')], types: ['1234#'], set: (one) => { one.library.pin = undefined },
      heard: [pin, 'play mailbox-closed'], did: ['checkPin 1234'],
    },
    { name: 'nobody types', messages: [stored('1')], types: [], heard: [pin], did: [] },
    {
      name: 'the database is away', messages: [], types: ['1234#'], set: (one) => { one.library.failing.add('messages') },
      heard: [pin, 'play mailbox-trouble'], did: ['checkPin 1234', 'messages s'],
    },
    {
      name: 'the PIN cannot be checked: no access', messages: [stored('1')], types: ['1234#'],
      set: (one) => { one.library.failing.add('checkPin') }, heard: [pin, 'play mailbox-trouble'], did: ['checkPin 1234'],
    },
  ]
  for (const one of cases) {
    t.test(one.name, async (t) => {
      const here = await scene()
      here.library.stored = [...one.messages]
      types(here, ...one.types)
      one.set?.(here)
      const over = watch(mailbox(here))
      await here.clock.run(180_000)
      t.ok(over.settled)
      t.strictSame(heard(here), one.heard)
      t.strictSame(here.library.did, one.did)
      t.equal(here.clock.pending, 0)
    })
  }
})

t.test('who hangs up at once has not heard the message, who hears it out has', async (t) => {
  for (const [afterMs, isHeard] of [[4000, false], [25_000, true]] as const) {
    const one = await scene()
    one.library.stored = [stored('1')]
    types(one, '1234#')
    void mailbox(one)
    await one.clock.run(5000)
    t.equal(heard(one).at(-1), asks('1'))
    await one.clock.run(afterMs - 1000)
    one.endpoint.drop()
    await one.clock.run(100)
    t.equal(one.library.did.some((line) => line.startsWith('messageHeard')), isHeard, `${afterMs} ms`)
  }
})

t.test('cut off at any instant, the mailbox is over', async (t) => {
  await cutEverywhere(t, (one) => {
    one.library.stored = [stored('1'), stored('2')]
    types(one, '1111#', '1234#', '', '3', '', '0')
    return mailbox(one)
  }, 60_000, 500, () => {})
})
