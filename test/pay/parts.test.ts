/** The small parts of payments: source networks, shops of the settings, sending, the simulator. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { nextCheckAt } from '../../src/pay/poller.ts'
import { createSend } from '../../src/pay/send.ts'
import { shopsFrom, simulatorShops } from '../../src/pay/shops.ts'
import { NoticeCourier, readDeeds } from '../../src/pay/simulator-deeds.ts'
import { startPaySimulator } from '../../src/pay/simulator.ts'
import { readSourceNets } from '../../src/pay/source-nets.ts'
import { robokassaPage } from '../../src/pay/robokassa.ts'
import { silentLog } from '../support/database.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

t.test('from where notices are taken', async (t) => {
  const { yookassaNets } = readConfig({})
  const rows: [string, boolean][] = [
    ['185.71.76.1', true], ['185.71.76.31', true], ['185.71.76.32', false], ['77.75.156.11', true],
    ['77.75.156.12', false], ['77.75.154.200', true], ['2a02:5180::1', true], ['2a02:5181::1', false],
    ['::ffff:185.71.77.3', true], ['::FFFF:8.8.8.8', false], ['127.0.0.1', false], ['', false], ['x', false],
  ]
  for (const [address, has] of rows) t.equal(yookassaNets.has(address), has, address)
  for (const wrong of ['10.0.0.0/33', '10.0.0', '::/129', '10.0.0.0/x', '10.0.0.0/'])
    t.throws(() => readSourceNets(wrong), /must be networks/, wrong)
  t.notOk(readSourceNets('').has('127.0.0.1'), 'no networks, nobody')
})

const own = {
  PN_ROBOKASSA_LOGIN: 'altegro', PN_ROBOKASSA_PASSWORD_1: 'a', PN_ROBOKASSA_PASSWORD_2: 'b',
  PN_ROBOKASSA_RECEIPT: 'usn_income,none', PN_YOOKASSA_SHOP: '7', PN_YOOKASSA_SECRET: 's', PN_YOOKASSA_VAT_CODE: '1',
  PN_QIWI_SITE: 'q', PN_QIWI_SECRET: 'qs', PN_QIWI_CLOSED: 'no',
}

t.test('shops of the settings', async (t) => {
  const nothing = shopsFrom(readConfig({}), undefined)
  t.strictSame(nothing, { robokassa: undefined, yookassa: undefined, qiwi: undefined, qiwiClosed: true })
  const simulator = { url: 'http://127.0.0.1:8090', secret: 'x', noticeUrl: 'http://127.0.0.1:8080' }
  const simulated = shopsFrom(readConfig({}), simulator)
  t.match(simulated, { robokassa: { test: true }, yookassa: { test: true }, qiwi: { test: true } })
  const ours = shopsFrom(readConfig(own), simulator)
  t.match(ours, {
    robokassa: { test: false, shop: { login: 'altegro', hash: 'sha256', passwords: ['a', 'b'], receipt: { sno: 'usn_income' }, pageUrl: /^https:\/\/auth\.robokassa\.ru\// } },
    yookassa: { test: false, shop: { shopId: '7', secret: 's', vatCode: 1, apiUrl: /^https:\/\/api\.yookassa\.ru\// } },
    qiwi: { siteId: 'q', test: false }, qiwiClosed: false,
  }, 'the simulator never stands in for a shop of ours')
})

t.test('when one asks again', async (t) => {
  const wallMs = 1_760_000_000_000
  const at = (checks: number, leftMs: number) => {
    const next = nextCheckAt({ checks, expiresAt: wallMs + leftMs }, wallMs)
    return next === null ? null : next - wallMs
  }
  const rows: [number, number, number | null][] = [
    [0, 86_400_000, 15_000], [1, 86_400_000, 30_000], [5, 86_400_000, 480_000], [6, 86_400_000, 600_000],
    [99, 86_400_000, 600_000], [3, 1000, 1000], [0, 0, 15_000], [200, -5, 600_000], [600, -5, null], [600, 1000, 1000],
  ]
  for (const [checks, left, next] of rows) t.equal(at(checks, left), next, `${checks} looks, ${left} ms left`)
})

t.test('sending: a time, no redirect, an end', async (t) => {
  const server = createServer((request, response) => {
    if (request.url === '/slow') return
    if (request.url === '/away') response.writeHead(302, { location: '/json' })
    if (request.url === '/long') response.write('x'.repeat(300_000))
    response.end(request.url === '/json' ? '{"a":1}' : 'no json')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const send = createSend(300)
  const get = (path: string) => send({
    method: 'GET', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, headers: {}, body: undefined,
  })
  t.strictSame(await get('/json'), { status: 200, body: { a: 1 } })
  t.strictSame(await get('/text'), { status: 200, body: undefined })
  for (const path of ['/slow', '/away', '/long']) await t.rejects(get(path), path)
})

t.test('what a payer may wish', async (t) => {
  const deeds = (text: string) => readDeeds(new URLSearchParams(text))
  t.strictSame(deeds('pay=1'), { pays: true, repeat: 1, delayMs: 0, forge: 'none', reorder: false, lose: false })
  t.strictSame(deeds('refuse=1&repeat=9999&delay=99999999&forge=test&reorder=on&lose=on'),
    { pays: false, repeat: 200, delayMs: 600_000, forge: 'test', reorder: true, lose: true })
  t.match(deeds('repeat=-1&delay=x&forge=all'), { repeat: 1, delayMs: 0, forge: 'none' })
})

t.test('late notices, and those not accepted come again', async (t) => {
  const heard: string[] = []
  const server = createServer((request, response) => {
    heard.push(request.url ?? '')
    response.writeHead(heard.length < 3 ? 500 : 200).end('x')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const clock = new VirtualClock()
  const courier = new NoticeCourier(clock, silentLog)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notice`
  const notice = { method: 'POST', url, headers: {}, body: 'x' } as const
  const usual = readDeeds(new URLSearchParams())
  const until = async (count: number) => { while (heard.length < count) await new Promise((done) => setImmediate(done)) }
  t.strictSame(await courier.deliver(notice, { ...usual, delayMs: 5000 }), [])
  clock.advance(4999)
  t.equal(heard.length, 0)
  clock.advance(1)
  await until(1)
  while (clock.pending === 0) await new Promise((done) => setImmediate(done))
  clock.advance(1000)
  await until(2)
  while (clock.pending === 0) await new Promise((done) => setImmediate(done))
  clock.advance(1000)
  await until(3)
  t.equal(clock.pending, 0, 'accepted: no more')
  t.match(await courier.deliver(notice, { ...usual, repeat: 5 }), Array.from({ length: 5 }, () => ({ status: 200, body: 'x' })))
  await courier.deliver(notice, { ...usual, delayMs: 5000 })
  courier.stop()
  clock.advance(10_000)
  t.equal(heard.length, 8, 'stopped: nothing more')
})

t.test('the simulator shows only what our signature asked for, and calls this machine only', async (t) => {
  const simulator = await startPaySimulator({ port: 0, secret: 's' }, systemClock, silentLog)
  t.teardown(() => simulator.stop())
  const shops = simulatorShops({ url: simulator.url, secret: 's', noticeUrl: 'http://127.0.0.1:1' })
  const order = {
    number: 7, subscriberId: 'a'.repeat(32), kopecks: 100_00, description: '<b>Счёт</b>', email: 'a@b.example', test: true,
  }
  const page = robokassaPage(shops.robokassa.shop, order)
  const html = await (await fetch(page)).text()
  t.match(html, '100.00 ₽')
  t.match(html, '&lt;b&gt;Счёт')
  t.equal((await fetch(page.replace('OutSum=100.00', 'OutSum=1.00'))).status, 400)
  t.equal((await fetch(page.replace('IsTest=1', 'IsTest=0'))).status, 400)
  const other = simulatorShops({ url: simulator.url, secret: 'other', noticeUrl: 'http://127.0.0.1:1' })
  t.equal((await fetch(robokassaPage(other.robokassa.shop, order))).status, 400)
  for (const away of ['http://10.0.0.1:80', 'https://127.0.0.1:1', 'http://127.0.0.1:1/x', 'http://127.0.0.1@evil.example:80'])
    t.equal((await fetch(robokassaPage(simulatorShops({ url: simulator.url, secret: 's', noticeUrl: away }).robokassa.shop, order))).status, 400, away)
  for (const path of ['yookassa/v3/payments/1', 'qiwi/partner/bill/v1/bills/1']) {
    const reply = await fetch(`${shops.yookassa.shop.apiUrl.replace('yookassa/v3', '')}${path}`)
    t.equal(reply.status, 401, `${path} without its secret`)
  }
})
