/**
 * Random calls that need media, with the dialogues as they are spoken: phones, keys, failures of the
 * media server and the caller's patience are drawn from a seed. Whatever happens: one record, nobody
 * left behind, no endpoint, no wake-up, no recording left open.
 */
import t from 'tap'
import { defaultMedia } from '../../src/call/subscriber.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import { phoneA, phoneB, phoneC, world } from '../support/app-world.ts'
import type { World } from '../support/app-world.ts'
import { invite, rule, subscriber, trunk } from '../support/call-fixtures.ts'
import { FakeCaller } from '../support/fake-sip-server.ts'
import type { Phone } from '../support/fake-sip-server.ts'
import { seededRandom } from '../support/seeded-random.ts'

type Pick = (n: number) => number

function randomPhone(pick: Pick): Phone {
  const hangsUp = pick(3) === 0 ? { hangsUpAfter: pick(6000) } : {}
  const late = pick(3) === 0 ? { answersCancelAfter: pick(5) } : {}
  const status = [200, 200, 200, 200, 486, 603, 503][pick(7)]!
  if (pick(5) === 0) return { ringsAfter: pick(5000), ...late }
  return { ringsAfter: pick(100), finalAfter: 100 + pick(3) + pick(2) * pick(9000), status, ...hangsUp, ...late, ...(pick(6) === 0 ? { sdp: '' } : {}) }
}

function randomSubscriber(pick: Pick): Subscriber {
  const one = subscriber([rule([phoneA, phoneB, phoneC].slice(0, 1 + pick(3)), {
    mode: pick(3) ? 'parallel' : 'serial', waitSeconds: 5 + pick(15),
    noAnswer: pick(2) ? { action: 'hangUp' } : { action: 'voicemail' },
  })])
  return {
    ...one,
    settings: { ...one.settings, voicemail: pick(2) === 0, voicemailAfterSeconds: pick(20), recordCalls: pick(2) === 0 },
    media: {
      ...defaultMedia, confirmMobiles: pick(2) === 0, recordConsent: pick(2) === 0, recordPolicy: pick(2) ? 'ifPossible' : 'required',
      ringback: (['network', 'operator', 'music'] as const)[pick(3)]!, musicFile: 'music.wav', mailboxOpen: pick(6) === 0, messageSeconds: 3 + pick(20),
    },
    ...(pick(6) === 0 ? { ownNumbers: ['+79161234567'] } : {}),
  }
}

/** What goes wrong or is pressed while the call lives. */
function trouble(w: World, pick: Pick, caller: FakeCaller): void {
  w.media.latencyMs = [1, 10, 800, 4900][pick(4)]!
  w.media.onEndpoint = (endpoint) => {
    endpoint.cannotRecord = pick(5) === 0
    if (pick(2)) endpoint.talkMs = pick(10_000)
    if (pick(4) === 0) w.clock.wakeAt(w.clock.nowMs() + pick(12_000), () => endpoint.drop())
    for (let presses = pick(3); presses > 0; presses--) {
      const key = '1231#0'[pick(6)]!
      w.clock.wakeAt(w.clock.nowMs() + pick(9000), () => endpoint.press(key))
    }
  }
  const at = (ms: number, run: () => void): void => { w.clock.wakeAt(ms, run) }
  if (pick(4) === 0) at(pick(6000), () => { w.media.failures = 1 + pick(3) })
  if (pick(4) === 0) {
    const killed = pick(20_000)
    at(killed, () => w.media.kill())
    if (pick(2)) at(killed + pick(3000), () => w.media.revive())
  }
  if (pick(8) === 0) w.library.failing = pick(2) ? 'beginRecording' : 'finishRecording'
  const answer = pick(4)
  w.server.inDialog = (_what, body) => answer === 0 ? { status: 488 } : { status: 200, body: answer === 1 ? '' : `v=0 ${body === '' ? 'offer' : 'answer'} again` }
  const requests = [['INVITE', 'v=0 hold\r\na=sendonly\r\n'], ['INVITE', ''], ['UPDATE', 'v=0 new'], ['INFO', 'Signal=1'], ['OPTIONS', '']] as const
  for (let changes = pick(3); changes > 0; changes--) {
    const [method, body] = requests[pick(5)]!
    const dialog = pick(2) ? 'out-1' : caller.dialogId
    at(pick(15_000), () => {
      if (!w.server.dialogs.has(dialog)) return
      void w.server.receive(dialog, method, { 'content-type': method === 'INFO' ? 'application/dtmf-relay' : 'application/sdp' }, body)
      if (method === 'INVITE') at(w.clock.nowMs() + pick(40), () => void w.server.receive(dialog, 'ACK', {}, body === '' ? 'v=0 late' : ''))
    })
  }
}

/** What must not be. */
function faults(w: World, caller: FakeCaller): string[] {
  const left = w.reception.counts()
  return [
    ...w.server.breaches,
    ...(caller.final === 0 ? ['caller without final'] : []),
    ...(Object.values(left).some((count) => count > 0) ? [JSON.stringify(left)] : []),
    ...(w.clock.pending > 0 ? [`${w.clock.pending} wake-ups`] : []),
    ...(w.server.open > 0 ? [`${w.server.open} INVITEs`] : []),
    ...[...w.server.dialogs].map((id) => `dialog ${id}`),
    ...(w.server.listening > 0 ? ['listeners'] : []),
    ...(w.journal.opened.length !== 1 || w.journal.closed.length !== 1 ? [`records ${w.journal.opened.length}/${w.journal.closed.length}`] : []),
    ...(w.journal.closed[0]?.reason === 'fault' ? ['a fault'] : []),
    ...w.server.invites.filter((i) => i.final === 200 && i.acked === undefined).map(() => 'no ACK'),
    ...w.media.live.map((one) => `endpoint ${one.did.join(', ')}`),
    ...w.library.open.map((id) => `recording ${id} open`),
  ]
}

t.test('random calls that need media: 1200 seeds', async (t) => {
  const problems: string[] = []
  const outcomes = new Map<string, number>()
  for (let seed = 1; seed <= 1200; seed++) {
    const random = seededRandom(seed)
    const pick: Pick = (n) => Math.floor(random() * n)
    const phones = new Map<string, Phone>()
    const w = world(randomSubscriber(pick), {}, { media: true, spoken: true, databaseMs: pick(4), trunks: [trunk({ earlyMedia: pick(2) === 0 })] })
    w.server.phone = (uri) => phones.get(uri) ?? phones.set(uri, randomPhone(pick)).get(uri)
    const caller = new FakeCaller(w.server, { ...invite(), body: pick(8) === 0 ? '' : 'v=0 offer' })
    if (caller.request.body === '') caller.ackBody = 'v=0 late'
    if (pick(12) === 0) caller.ackAfter = undefined
    if (pick(2) === 0) caller.hangsUpAfter = pick(12_000)
    trouble(w, pick, caller)
    w.reception.invite(caller, undefined)
    w.clock.wakeAt([pick(30), 98 + pick(20), pick(20_000), 999_999, 999_999, 999_999][pick(6)]!, () => caller.cancel())
    w.clock.wakeAt(300_000, () => caller.hangUp())
    await w.clock.run(1_100_000)
    const found = faults(w, caller)
    if (found.length > 0) problems.push(`seed ${seed}: ${found.join('; ')}`)
    const outcome = w.journal.closed[0]?.outcome ?? 'none'
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  t.same(problems, [])
  for (const outcome of ['answered', 'missed', 'abandoned', 'voicemail', 'mailbox', 'interrupted']) {
    t.ok((outcomes.get(outcome) ?? 0) > 4, `${outcome}: ${outcomes.get(outcome)}`)
  }
})
