/** SMS by folder and by HTTP gateways of several shapes, and Telegram. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { mayHaveArrived } from '../../src/notify/channel.ts'
import { createHttpSms, createSmsChannel, createSmsFolder } from '../../src/notify/sms.ts'
import { createTelegramChannel } from '../../src/notify/telegram.ts'
import { endless, house, letter, noticeMs, notices, passingClock } from '../support/notices.ts'

interface Got { readonly method: string; readonly url: string; readonly body: string; readonly auth: string; readonly type: string }

async function gateway(t: Test, status = 200, answer = '{}') {
  const got: Got[] = []
  const server = createServer((request, reply) => {
    let body = ''
    request.on('data', (piece) => { body += String(piece) })
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      got.push({ method, url, body, auth: headers.authorization ?? '', type: headers['content-type'] ?? '' })
      reply.writeHead(status, { 'content-type': 'application/json' }).end(answer)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

t.test('the folder of development', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pn-sms-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const channel = createSmsChannel(createSmsFolder(join(folder, 'sms'), passingClock()), house)
  t.match(await channel.send(letter({ channel: 'sms', address: '+79161234501' }), endless), { result: 'sent' })
  const [name = ''] = readdirSync(join(folder, 'sms'))
  t.equal(name.replace(/^\d+/, 'ms'), 'ms-1-79161234501.txt')
  t.ok(Math.abs(Number.parseInt(name, 10) - noticeMs) < 60_000)
  t.equal(readFileSync(join(folder, 'sms', name), 'utf8'), '+79161234501\nПропущенный звонок: +7 903 111-22-33, 15:00\n')
  t.equal(statSync(join(folder, 'sms', name)).mode & 0o077, 0, 'nobody else reads it')
  writeFileSync(join(folder, 'taken'), '')
  t.match(await createSmsFolder(join(folder, 'taken'), passingClock()).send('+7', 'x', endless), { result: 'down' })
})

t.test('a gateway by GET', async (t) => {
  const { got, url } = await gateway(t, 200, '{"id": 77}')
  const sms = createHttpSms({ url: `${url}/send?phones={digits}&mes={text}&sender={from}`, body: '', token: '', from: 'OneTel' })
  t.strictSame(await sms.send('+79161234501', 'Звонок & {to}', endless), { result: 'sent', externalId: '77' })
  t.match(got[0], { method: 'GET', auth: '' })
  t.strictSame(Object.fromEntries(new URL(got[0]!.url, url).searchParams), { phones: '79161234501', mes: 'Звонок & {to}', sender: 'OneTel' })
})

t.test('a gateway by JSON with a token', async (t) => {
  const { got, url } = await gateway(t, 200, '{"message_id": "e-1"}')
  const sms = createHttpSms({ url, body: '{"number":"{from}","destination":"{digits}","text":"{text}"}', token: 'key', from: '7800' })
  t.match(await sms.send('+79161234501', 'Он сказал: "да"\\\n{digits}', endless), { externalId: 'e-1' })
  t.match(got[0], { method: 'POST', auth: 'Bearer key', type: 'application/json' })
  t.strictSame(JSON.parse(got[0]!.body), { number: '7800', destination: '79161234501', text: 'Он сказал: "да"\\\n{digits}' })
})

t.test('a gateway by form', async (t) => {
  const { got, url } = await gateway(t)
  const sms = createHttpSms({ url, body: 'to={to}&text={text}', token: '', from: 'x' })
  t.match(await sms.send('+79161234501', 'a=b&c', endless), { result: 'sent' })
  t.match(got[0], { type: 'application/x-www-form-urlencoded' })
  t.strictSame(Object.fromEntries(new URLSearchParams(got[0]!.body)), { to: '+79161234501', text: 'a=b&c' })
})

const answers: [status: number, body: string, result: string][] = [
  [200, '', 'sent'], [202, 'OK', 'sent'], [200, '{"error":"no money","error_code":3}', 'later'], [200, '{"error":null,"id":1}', 'sent'],
  [400, '{"error":"bad number"}', 'never'], [401, '', 'down'], [402, '', 'down'], [403, '', 'down'], [429, '', 'later'], [500, '', 'later'],
]
for (const [status, body, result] of answers) {
  t.test(`a gateway answers ${status} ${body} → ${result}`, async (t) => {
    const { url } = await gateway(t, status, body)
    t.match(await createHttpSms({ url, body: '', token: '', from: 'x' }).send('+79161234501', 'x', endless), { result })
  })
}

t.test('a gateway that is away tells no secret of its address', async (t) => {
  const sms = createHttpSms({ url: 'http://127.0.0.1:1/?psw=hidden', body: '', token: 'hidden', from: 'x' })
  const sent = await sms.send('+79161234501', 'x', endless)
  t.match(sent, { result: 'down' })
  t.notMatch(JSON.stringify(sent), 'hidden')
})

t.test('a connection lost after the letter went out is a try that counts', async (t) => {
  const server = createServer((request) => { request.on('end', () => request.socket.destroy()).resume() })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.teardown(() => { server.close() })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  t.match(await createHttpSms({ url, body: 'to={to}', token: '', from: 'x' }).send('+79161234501', 'x', endless),
    { result: 'later' })
  t.match(await createTelegramChannel({ token: '1:abc', apiUrl: url, house }).send(letter({ address: '1' }), endless),
    { result: 'later' })
})

const handedOver: readonly [name: string, fault: object, may: boolean][] = [
  ['no answer in time', new DOMException('late', 'TimeoutError'), true],
  ['lost', Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } }), true],
  ['refused', Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }), false],
  ['never connected', { code: 'ETIMEDOUT', syscall: 'connect' }, false],
  ['lost before it was safe', { code: 'ECONNRESET', message: 'disconnected before secure TLS connection was established' }, false],
  ['a certificate of somebody else', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, false],
]
for (const [name, fault, may] of handedOver) {
  t.test(`may it have arrived: ${name}`, async (t) => { t.equal(mayHaveArrived(fault), may) })
}

t.test('Telegram: what is sent', async (t) => {
  const { got, url } = await gateway(t, 200, '{"ok":true,"result":{"message_id":5}}')
  const channel = createTelegramChannel({ token: '1:abc', apiUrl: url, house })
  t.strictSame(await channel.send(letter({ channel: 'telegram', address: '4711', notice: notices.voicemail }), endless),
    { result: 'sent', externalId: '5' })
  t.equal(got[0]!.url, '/bot1:abc/sendMessage')
  t.match(JSON.parse(got[0]!.body), {
    chat_id: '4711', text: 'Голосовое сообщение 0:32: +7 903 111-22-33, 15:00\nhttps://panel.example/voicemail?open=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  })
})

const replies: [status: number, body: string, expected: object][] = [
  [429, '{"ok":false,"parameters":{"retry_after":7}}', { result: 'later', afterMs: 7000 }],
  [403, '{"ok":false,"description":"bot was blocked by the user"}', { result: 'never', why: /blocked/ }],
  [400, '{"ok":false,"description":"chat not found"}', { result: 'never' }],
  [401, '{"ok":false}', { result: 'down' }], [502, '<html>', { result: 'later' }],
]
for (const [status, body, expected] of replies) {
  t.test(`Telegram answers ${status} ${body}`, async (t) => {
    const { url } = await gateway(t, status, body)
    t.match(await createTelegramChannel({ token: '1:abc', apiUrl: url, house }).send(letter({ address: '1' }), endless), expected)
  })
}

t.test('Telegram away: the token is not told', async (t) => {
  const sent = await createTelegramChannel({ token: '1:abc', apiUrl: 'http://127.0.0.1:1', house }).send(letter(), endless)
  t.match(sent, { result: 'down' })
  t.notMatch(JSON.stringify(sent), '1:abc')
})
