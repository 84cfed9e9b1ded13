/**
 * Notices through the whole product: calls that reach nobody become one letter and one SMS each, in
 * the mailbox that `make run` shows; also when the application is killed before it could send them.
 */
import t from 'tap'
import { addNumber } from '../../src/store/numbers.ts'
import { hashPassword } from '../../src/store/password.ts'
import { addRule } from '../../src/store/rules.ts'
import { changeSettings } from '../../src/store/settings.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import { testDatabase } from '../support/database.ts'
import { giveTariff } from '../support/flat-tariff.ts'
import { freeUdpPort, startSipp } from '../support/sipp.ts'
import { loopbackTrunk, startProduct } from '../support/product.ts'

t.setTimeout(290_000)

const number = '+74996740799'
const database = await testDatabase(t)
const db = database.kysely
const phonePort = await freeUdpPort()
const id = await createSubscriber(db, {
  name: 'Анна', number, login: 'anna', passwordHash: await hashPassword('anna'), balanceKopecks: 100_00,
}, Date.now())
await giveTariff(db, id)
const targetId = await addNumber(db, id, { address: '+79161234501', description: 'Мобильный', confirm: false }, Date.now())
await addRule(db, id, {
  name: 'Всегда', enabled: true, priority: 0, blocks: [], mode: 'parallel', waitSeconds: 5,
  targets: [{ targetId, ringSeconds: undefined }], noAnswer: { action: 'hangUp' },
}, Date.now())
await changeSettings(db, id, undefined, {
  options: { email: 'anna@example.com', notifications: { missedCall: { email: true, sms: true } } },
})
const product = await startProduct({ database, trunks: [loopbackTrunk(phonePort)], env: { PN_DEMO: 'yes' } })
t.teardown(() => product.stop())

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** Pages of the mailbox's letters, oldest first, when there are `count` of them. */
async function letters(count: number): Promise<readonly string[]> {
  let links: string[] = []
  for (const until = performance.now() + 60_000; performance.now() < until; await pause(200)) {
    const list = await (await fetch(`${product.panelUrl}/mailbox`)).text()
    links = [...list.matchAll(/href="(\/mailbox\/[^"]+)"/g)].map((match) => match[1]!)
    if (links.length >= count) break
  }
  const pages = await Promise.all(links.map(async (link) => (await fetch(product.panelUrl + link)).text()))
  return pages.toReversed().map((page) => page.replaceAll('\u00a0', ' '))
}

async function call(scenario: string, phone: string): Promise<void> {
  const ringing = await startSipp({ scenario: phone, port: phonePort })
  const caller = await startSipp({ scenario, remote: product.sip, number, pauseMs: 300 })
  const report = await caller.done
  t.equal(report.code, 0, `${scenario} ${report.code === 0 ? '' : report.errors}`)
  await ringing.stop()
}

t.test('a caller who hangs up, and one whom nobody answers: a letter and an SMS each', async (t) => {
  await call('uac-cancel-while-ringing-expect-487', 'uas-ring-until-cancel')
  await call('uac-unanswered-expect-480', 'uas-ring-until-missed')
  const pages = await letters(4)
  await pause(2500)
  t.equal((await letters(4)).length, 4, 'and no more')
  const mails = pages.filter((page) => page.includes('anna@example.com'))
  const texts = pages.filter((page) => page.includes('+79161234501'))
  t.strictSame([mails.length, texts.length], [2, 2])
  t.equal(mails.filter((page) => page.includes('Звонивший положил трубку')).length, 1)
  t.equal(mails.filter((page) => page.includes('Никто не ответил')).length, 1)
  for (const page of pages) t.match(page, /Пропущенный звонок: \+\d/)
  t.match(mails[0], `${product.panelUrl}/calls?open=`, 'with a link to the journal of this panel')
})

t.test('kill -9 right after the call: the notice comes after the restart, once', async (t) => {
  const ringing = await startSipp({ scenario: 'uas-ring-until-cancel', port: phonePort })
  const caller = await startSipp({
    scenario: 'uac-cancel-while-ringing-expect-487', remote: product.sip, number, pauseMs: 300,
  })
  await caller.done
  await ringing.stop()
  const told = async () => (await db.selectFrom('outbox').select('id').where('channel', '=', '').execute()).length
  for (const until = performance.now() + 30_000; performance.now() < until && await told() < 3;) await pause(2)
  await product.end('app', 'SIGKILL')
  await product.start('app')
  t.equal((await letters(6)).length, 6)
  await pause(2500)
  t.equal((await letters(6)).length, 6, 'once')
  const states = async () => (await db.selectFrom('outbox').select(['state', 'channel']).execute())
    .map(({ state, channel }) => `${state} ${channel}`.trim())
  for (const end = performance.now() + 30_000; performance.now() < end; await pause(200))
    if ((await states()).every((one) => /^(routed|sent)/.test(one))) break
  t.strictSame(new Set(await states()), new Set(['routed', 'sent email', 'sent sms']))
})
