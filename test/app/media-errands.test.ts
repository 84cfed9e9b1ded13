/**
 * The errand desk in virtual time: which errands it takes, how each ends, what it leaves behind.
 */
import t from 'tap'
import { ErrandDesk } from '../../src/app/media/errand-desk.ts'
import type { ErrandCalls } from '../../src/app/media/errand-desk.ts'
import { Prompts } from '../../src/app/media/prompts.ts'
import type { VirtualPhone } from '../../src/app/virtual-call.ts'
import type { Errand, ErrandBoard, LegProgress } from '../../src/app/ports.ts'
import { defaultMedia } from '../../src/call/subscriber.ts'
import { subscriber } from '../support/call-fixtures.ts'
import { heard, scene } from '../support/dialogue-scene.ts'
import type { Scene } from '../support/dialogue-scene.ts'
import type { FakeEndpoint } from '../support/fake-media.ts'

const wall = Date.UTC(2026, 0, 5, 9)
const base = { subscriberId: 's', number: '+74996740782', expiresAt: wall + 600_000 }
const phone = '+79161234567'
const greeting: Errand = { ...base, id: 'g', kind: 'greeting', address: phone, greetingId: 'g1', file: 'greetings/g1.wav' }
const code: Errand = { ...base, id: 'c', kind: 'code', address: phone, code: '4071' }
const trunkTest: Errand = { ...base, subscriberId: '', id: 'k', kind: 'trunkTest', address: phone, trunkId: 't1' }
const test: Errand = { ...base, id: 't', kind: 'test', caller: '+79260000000' }

class Board implements ErrandBoard {
  readonly open: Errand[]
  readonly finished: string[] = []
  takes = 0
  isAway = false

  constructor(...open: Errand[]) {
    this.open = open
  }

  async take(): Promise<Errand | undefined> {
    this.takes++
    if (this.isAway) throw new Error('database is away')
    return this.open.shift()
  }

  async finish(id: string, outcome: string, leg?: LegProgress): Promise<void> {
    const { status, ringMs, answerMs } = leg ?? {}
    this.finished.push(`${id} ${outcome}${leg ? ` ${status} rang ${ringMs} answered ${answerMs}` : ''}`)
  }
}

/** A phone that answers after some time, and is seen through what it does. */
class Phones implements ErrandCalls {
  /** undefined: it never answers. */
  answersAfterMs: number | undefined = 3000
  hangsUpAfterMs = Infinity
  hasRoom = true
  readonly did: string[] = []
  readonly #scene: Scene

  constructor(one: Scene) {
    this.#scene = one
  }

  ringPhone(call: Parameters<ErrandCalls['ringPhone']>[0], signal: AbortSignal) {
    const { clock } = this.#scene
    this.did.push(`ring ${call.address} from ${call.number}${call.trunkId === undefined ? '' : ` by ${call.trunkId}`}`)
    clock.wakeAt(clock.nowMs() + 500, () => call.told?.(180))
    return new Promise<Awaited<ReturnType<ErrandCalls['ringPhone']>>>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined))
      const afterMs = this.answersAfterMs ?? call.ringSeconds * 1000
      clock.wakeAt(clock.nowMs() + afterMs, () => {
        if (this.answersAfterMs === undefined || signal.aborted) return resolve(undefined)
        call.told?.(200)
        let hungUp = (): void => {}
        if (this.hangsUpAfterMs !== Infinity) clock.wakeAt(clock.nowMs() + this.hangsUpAfterMs, () => hungUp())
        resolve({ hangUp: () => { this.did.push('hang up') }, onHungUp: (run) => { hungUp = run } })
      })
    })
  }

  place(call: { number: string; caller: string; phone: VirtualPhone }) {
    if (!this.hasRoom) return undefined
    const { clock } = this.#scene
    this.did.push(`place ${call.caller} to ${call.number}`)
    const end = (why: string) => (): void => {
      if (this.did.includes('over')) return
      this.did.push(why, 'over')
      call.phone.ended()
    }
    if (this.answersAfterMs !== undefined) {
      clock.wakeAt(clock.nowMs() + this.answersAfterMs, () => call.phone.answered('far end'))
      if (this.hangsUpAfterMs !== Infinity) clock.wakeAt(clock.nowMs() + this.hangsUpAfterMs, end('callee hangs up'))
    } else clock.wakeAt(clock.nowMs() + 30_000, end('nobody answers'))
    return { hangUp: end('caller hangs up') }
  }
}

async function desk(...errands: Errand[]) {
  const one = await scene()
  const board = new Board(...errands)
  const calls = new Phones(one)
  let language: 'ru' | 'en' = 'ru'
  const errandDesk = new ErrandDesk({
    ...one.ports, board, calls, pool: one.media, prompts: new Prompts((file) => file.replace('.wav', '')),
    directory: { findSubscriber: async () => {
      const who = subscriber([])
      return { ...who, media: { ...defaultMedia, language } }
    } },
  })
  one.endpoint.destroy()
  return { one, board, calls, errandDesk, speak: (to: 'ru' | 'en') => { language = to } }
}

/** What the errand's own endpoint did. */
const spoken = (one: Scene): string[] =>
  heard({ ...one, endpoint: one.media.endpoints[1] as FakeEndpoint }).map((line) => line.replaceAll('ru/', ''))

t.test('each kind to its end', async (t) => {
  const cases: readonly {
    name: string
    errand: Errand
    set?: (s: Awaited<ReturnType<typeof desk>>) => void
    phone: readonly string[]
    spoken: readonly string[]
    finished: string
  }[] = [
    {
      name: 'a code is spoken', errand: code, phone: [`ring ${phone} from +74996740782`, 'hang up'],
      spoken: ['play code-intro', 'play code-again', 'play code-again', 'play goodbye', 'destroy'], finished: 'c done',
    },
    {
      name: 'the phone does not answer', errand: code, set: ({ calls }) => { calls.answersAfterMs = undefined },
      phone: [`ring ${phone} from +74996740782`], spoken: ['destroy'], finished: 'c noAnswer',
    },
    {
      name: 'he hangs up before the code was said', errand: code, set: ({ calls }) => { calls.hangsUpAfterMs = 500 },
      phone: [`ring ${phone} from +74996740782`, 'hang up'], spoken: ['play code-intro', 'stop', 'destroy'], finished: 'c failed',
    },
    {
      name: 'a greeting is recorded', errand: greeting,
      set: ({ one }) => {
        one.media.replies.push({ digits: '1', afterMs: 500 })
        one.media.onEndpoint = (endpoint) => { endpoint.talkMs = 3000 }
      },
      phone: [`ring ${phone} from +74996740782`, 'hang up'],
      spoken: ['play greeting-ask tone_stream://%(400,0,1000)', 'record /rec/greetings/g1.wav',
        'play greeting-check /rec/greetings/g1.wav', 'ask greeting-menu', 'play greeting-kept', 'destroy'],
      finished: 'g done',
    },
    {
      name: 'a test call is answered', errand: test, phone: ['place +79260000000 to +74996740782', 'caller hangs up', 'over'],
      spoken: ['connect', 'play test-call', 'destroy'], finished: 't done',
    },
    {
      name: 'nobody answers a test call', errand: test, set: ({ calls }) => { calls.answersAfterMs = undefined },
      phone: ['place +79260000000 to +74996740782', 'nobody answers', 'over'], spoken: ['destroy'], finished: 't noAnswer',
    },
    {
      name: 'the answered person hangs up', errand: test, set: ({ calls }) => { calls.hangsUpAfterMs = 3500 },
      phone: ['place +79260000000 to +74996740782', 'callee hangs up', 'over'],
      spoken: ['connect', 'play test-call', 'stop', 'destroy'], finished: 't done',
    },
    {
      name: 'a test of a trunk is answered', errand: trunkTest, phone: [`ring ${phone} from +74996740782 by t1`, 'hang up'],
      spoken: ['play test-call', 'destroy'], finished: 'k done 200 rang 500 answered 3000',
    },
    {
      name: 'nobody answers a test of a trunk', errand: trunkTest, set: ({ calls }) => { calls.answersAfterMs = undefined },
      phone: [`ring ${phone} from +74996740782 by t1`], spoken: ['destroy'], finished: 'k noAnswer 180 rang 500 answered undefined',
    },
    {
      name: 'no room for a test call', errand: test, set: ({ calls }) => { calls.hasRoom = false },
      phone: [], spoken: ['destroy'], finished: 't failed',
    },
    {
      name: 'it expired', errand: { ...code, expiresAt: wall }, phone: [], spoken: [], finished: 'c noAnswer',
    },
    {
      name: 'no media server', errand: code, set: ({ one }) => one.media.kill(), phone: [], spoken: [], finished: 'c noMedia',
    },
    {
      name: 'no endpoint', errand: code, set: ({ one }) => { one.media.failures = 1 }, phone: [], spoken: [], finished: 'c noMedia',
    },
  ]
  for (const one of cases) {
    t.test(one.name, async (t) => {
      const here = await desk(one.errand)
      one.set?.(here)
      here.errandDesk.start()
      await here.one.clock.run(120_000)
      here.errandDesk.stop()
      t.strictSame(here.calls.did, one.phone)
      t.strictSame(here.one.media.endpoints.length > 1 ? spoken(here.one) : [], one.spoken)
      t.strictSame(here.board.finished, [one.finished])
      t.equal(here.errandDesk.size, 0)
      t.equal(here.one.media.live.length, 0, 'no endpoint is left')
      t.equal(here.one.clock.pending, 0, 'no wake-up is left')
    })
  }
})

t.test('the media server dies in the middle', async (t) => {
  for (const [errand, expected] of [[code, 'c failed'], [test, 't done']] as const) {
    const { one, board, errandDesk } = await desk(errand)
    errandDesk.start()
    await one.clock.run(5000)
    one.media.kill()
    await one.clock.run(1000)
    t.strictSame(board.finished, [expected])
    errandDesk.stop()
  }
})

t.test('five at once, the sixth when there is room', async (t) => {
  const many = Array.from({ length: 7 }, (_, index): Errand => ({ ...code, id: `c${index}` }))
  const { one, board, errandDesk } = await desk(...many)
  errandDesk.start()
  await one.clock.run(1500)
  t.equal(errandDesk.size, 5)
  t.equal(board.open.length, 2)
  await one.clock.run(120_000)
  t.equal(board.finished.length, 7)
  errandDesk.stop()
})

t.test('a database that is away is asked again later, and not all the time', async (t) => {
  const { one, board, errandDesk } = await desk(code)
  board.isAway = true
  errandDesk.start()
  await one.clock.run(30_000)
  t.ok(board.takes > 3 && board.takes < 8, `${board.takes} times`)
  board.isAway = false
  await one.clock.run(60_000)
  t.strictSame(board.finished, ['c done'])
  errandDesk.stop()
})

t.test('stopping ends what is under way and takes nothing more', async (t) => {
  const { one, board, calls, errandDesk } = await desk(code, test)
  errandDesk.start()
  await one.clock.run(4500)
  errandDesk.stop()
  await one.clock.run(100)
  t.equal(errandDesk.size, 0)
  t.ok(calls.did.includes('hang up') && calls.did.includes('caller hangs up'))
  const { takes } = board
  await one.clock.run(10_000)
  t.equal(board.takes, takes)
  t.equal(one.media.live.length, 0)
})

t.test('in the language of the subscriber', async (t) => {
  for (const language of ['ru', 'en'] as const) {
    const { one, board, errandDesk, speak } = await desk(code, test)
    speak(language)
    errandDesk.start()
    await one.clock.run(60_000)
    t.strictSame(board.finished, ['t done', 'c done'])
    const said = one.media.endpoints.flatMap(({ did }) => did).join(' ').match(/\w\w\/\S+/g) ?? []
    t.ok(said.length > 15 && said.every((file) => file.startsWith(`${language}/`)), language)
    errandDesk.stop()
  }
})
