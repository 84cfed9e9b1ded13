/**
 * Calls with media through the whole product, the embedded media server included: voicemail, press 1,
 * recording and announcements as callers and phones meet them (issue 3 §3.2, §3.3). Played by SIPp and
 * baresip side by side; time is real, so the longest message is begun first. ONLY=text in the
 * environment picks cases by a part of their name.
 */
import t from 'tap'
import { isBaresipInstalled, startBaresip } from '../support/baresip.ts'
import { play, playAll } from '../support/call-case.ts'
import type { CallCase } from '../support/call-case.ts'
import { testDatabase } from '../support/database.ts'
import { measured } from '../support/measured.ts'
import { loopbackTrunk, nothing, startProduct } from '../support/product.ts'
import { confirmCases } from './confirm-cases.ts'
import { orderCases } from './order-cases.ts'
import { recordingCases } from './recording-cases.ts'
import { longCases, voicemailCases } from './voicemail-cases.ts'
import { beepMs, greetingMs, messagesOf } from './voices.ts'

t.setTimeout(290_000)

/** Cases at once besides the long ones: more would take the two cores from the media server. */
const width = 5

const only = process.env['ONLY']
const isWanted = ({ name }: { readonly name: string }): boolean => only === undefined || name.includes(only)
const [long, short] = [longCases.filter(isWanted), [...voicemailCases, ...confirmCases, ...recordingCases, ...orderCases].filter(isWanted)]

const product = await startProduct({
  database: await testDatabase(t), trunks: [loopbackTrunk(9, { earlyMedia: true })], media: true,
})
t.teardown(() => product.stop())

const cases = [...short, ...long]
const played = [...playAll(product, short, width), ...playAll(product, long, long.length)]
for (const [i, one] of cases.entries()) {
  t.test(one.name, async (t) => {
    const result = await played[i]
    t.same(result?.faults, [], 'caller, phones, record and sound are as they should be')
  })
}

/** Debian's baresip, which answers by itself and sends a tone all the time. */
const withBaresip = (name: string) => isBaresipInstalled()
  ? { skip: !isWanted({ name }) && 'not asked for' } : { skip: 'baresip is not installed (Debian: baresip-core)' }
const machine = 'baresip answers like a machine and presses nothing: the message reaches voicemail, not the machine'
const presses = 'baresip presses 1 and gets the call'
const asked = { rules: [{ waitSeconds: 20, noAnswer: 'voicemail' }], settings: { voicemail: true, voicemailAfterSeconds: 60 } } as const

t.test(machine, withBaresip(machine), async (t) => {
  const baresip = await startBaresip('machine')
  t.teardown(() => baresip.stop())
  const one: CallCase = {
    ...asked, name: 'a machine answers', media: { confirmSeconds: 5 },
    phones: [{ scenario: '', address: baresip.uri, confirm: true }],
    callers: [{
      scenario: 'uac-call-with-rtp-expect-answer', pauseMs: Math.round(greetingMs + beepMs + 3000),
      talk: async ({ voice, port }) => { voice.talk(port, 700) },
    }],
    records: [{ outcome: 'voicemail', status: 200, legs: ['notConfirmed'], trace: ['confirm:nobody', 'voicemail:noAnswerAction:true'] }],
    check: async ({ scene }) => {
      const [message] = await messagesOf(scene)
      measured(Math.abs((message?.durationMs ?? 0) - 3000) < 500, `the message lasts ${message?.durationMs} ms`)
    },
  }
  t.same((await play(product, one)).faults, [])
  t.ok(await baresip.waitFor('CALL_CLOSED', 20_000), 'it was hung up')
})

t.test(presses, withBaresip(presses), async (t) => {
  const baresip = await startBaresip('anna')
  t.teardown(() => baresip.stop())
  const one: CallCase = {
    ...asked, name: 'baresip presses', phones: [{ scenario: '', address: baresip.uri, confirm: true }],
    callers: [{ scenario: 'uac-call-expect-answer', pauseMs: 500 }],
    during: async () => {
      await baresip.waitFor('CALL_ESTABLISHED', 30_000)
      await new Promise((done) => setTimeout(done, 1000))
      baresip.press('1')
    },
    records: [{ outcome: 'answered', status: 200, legs: ['answered'], trace: ['confirm:asked', 'confirm:accept'] }],
  }
  t.same((await play(product, one)).faults, [])
})

t.test('afterwards nothing is left', async (t) => {
  await Promise.allSettled(played)
  const left = await product.quiet(40_000)
  t.same(left, nothing, 'no dialog, transaction, leg, timer, endpoint, channel or open call')
  t.same(product.errors(), [], 'no error was logged')
})
