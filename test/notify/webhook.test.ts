/** The webhook: what arrives, how it is signed, and where it must not lead. */
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { createWebhookChannel, signature } from '../../src/notify/webhook.ts'
import type { WebhookOptions } from '../../src/notify/webhook.ts'
import { endless, house, letter, noticeMs, notices, passingClock } from '../support/notices.ts'

interface Got {
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

async function receiver(t: Test, answer: (reply: ServerResponse) => void = (reply) => reply.end()) {
  const got: Got[] = []
  const server = createServer((request, reply) => {
    let body = ''
    request.on('data', (piece) => { body += String(piece) })
    request.on('end', () => {
      got.push({ headers: request.headers, body })
      answer(reply)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?x=1` }
}

const hook = (more: Partial<WebhookOptions> = {}) =>
  createWebhookChannel({ clock: passingClock(), house, allowPrivate: true, ...more })

t.test('a notice arrives as JSON, signed', async (t) => {
  const { got, url } = await receiver(t)
  t.strictSame(await hook().send(letter({ channel: 'webhook', address: url }), endless), { result: 'sent' })
  const { headers, body } = got[0]!
  t.match(JSON.parse(body), {
    id: letter().key, at: noticeMs, kind: 'missedCall', why: 'noAnswer', subject: /Пропущенный звонок/,
    url: `https://panel.example/calls?open=${notices.missedCall.call.callId}`, call: { caller: '+79031112233' },
  })
  t.equal(headers['x-pn-delivery'], letter().key)
  const [, seconds = '', mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-pn-signature'])) ?? []
  t.equal(Number(seconds), noticeMs / 1000)
  t.equal(mac, createHmac('sha256', 's3cret').update(`${seconds}.${body}`).digest('hex'))
})

t.test('the signature in the manual for programmers', async (t) => {
  t.equal(signature('secret', 1_700_000_000, '{"kind":"test"}'),
    't=1700000000,v1=7eba336b995337d92663d2f31b99d1a0ec66b3c69f67eb972e4d5152c7855e66')
})

const statuses: [status: number, result: string][] = [
  [200, 'sent'], [204, 'sent'], [301, 'later'], [302, 'later'], [307, 'later'], [400, 'later'], [404, 'later'],
  [410, 'never'], [429, 'later'], [500, 'later'], [503, 'later'],
]
for (const [status, result] of statuses) {
  t.test(`HTTP ${status} → ${result}`, async (t) => {
    const second = await receiver(t)
    const { url } = await receiver(t, (reply) => reply.writeHead(status, { location: second.url }).end())
    t.match(await hook().send(letter({ address: url }), endless), { result })
    t.equal(second.got.length, 0, 'a redirect is not followed')
  })
}

const forbidden = [
  'http://example.com/', 'https://example.com:8443/', 'https://user:pw@example.com/', 'ftp://example.com/', 'nonsense', '',
  'https://127.0.0.1/', 'https://[::1]/', 'https://169.254.169.254/latest/meta-data/', 'https://10.1.2.3/', 'https://[fd00::1]/',
  'https://2130706433/', 'https://0x7f000001/', 'https://127.1/', 'https://0/', 'https://[::ffff:127.0.0.1]/',
]
for (const address of forbidden) {
  t.test(`never sent to ${address || 'nothing'}`, async (t) => {
    const channel = hook({ allowPrivate: false, resolve: (_, done) => t.fail('no name is asked for') ?? done(null, []) })
    t.match(await channel.send(letter({ address }), endless), { result: 'never' })
  })
}

const resolutions: [name: string, addresses: readonly string[]][] = [
  ['this machine', ['127.0.0.1']], ['metadata', ['169.254.169.254']], ['IPv6 loopback', ['::1']],
  ['one public, one private', ['93.184.216.34', '10.0.0.1']], ['mapped', ['::ffff:10.0.0.1']],
]
for (const [name, addresses] of resolutions) {
  t.test(`a name that resolves to ${name} leads nowhere`, async (t) => {
    const channel = hook({
      allowPrivate: false,
      resolve: (_, done) => done(null, addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))),
    })
    t.match(await channel.send(letter({ address: 'https://hook.example/' }), endless),
      { result: 'never', why: 'not a public address' })
  })
}

t.test('the name is asked for once, and the connection goes to that answer', async (t) => {
  const { got, url } = await receiver(t)
  let asked = 0
  const channel = hook({
    resolve: (_, done) => done(null, [{ address: asked++ === 0 ? '127.0.0.1' : '10.0.0.1', family: 4 }]),
  })
  t.match(await channel.send(letter({ address: url.replace('127.0.0.1', 'rebind.example') }), endless), { result: 'sent' })
  t.equal(asked, 1)
  t.match(got[0]!.headers.host, /^rebind\.example:/)
})

t.test('who says nothing, too much, or hangs up', async (t) => {
  const dead = await receiver(t, (reply) => reply.destroy())
  t.match(await hook().send(letter({ address: dead.url }), endless), { result: 'later' })
  const long = await receiver(t, (reply) => { reply.write(Buffer.alloc(1024 * 1024)) })
  t.match(await hook().send(letter({ address: long.url }), endless), { result: 'sent' }, 'its status was said, the rest is cut off')
  const silent = await receiver(t, () => {})
  const stop = new AbortController()
  const sent = hook().send(letter({ address: silent.url }), stop.signal)
  setTimeout(() => stop.abort(), 50)
  t.match(await sent, { result: 'later' })
})

t.test('another secret, another signature; each kind has its facts', async (t) => {
  const { got, url } = await receiver(t)
  const base = letter({ address: url, notice: notices.payment })
  await hook().send(base, endless)
  await hook().send({ ...base, reader: { ...base.reader, delivery: { ...base.reader.delivery, webhookSecret: 'other' } } }, endless)
  t.match(JSON.parse(got[0]!.body), { kind: 'payment', amountKopecks: 50_000 })
  t.equal(got[0]!.body, got[1]!.body)
  t.not(got[0]!.headers['x-pn-signature'], got[1]!.headers['x-pn-signature'])
})
