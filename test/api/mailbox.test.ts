/** The local mailbox: letters as they were caught, shown safely, and only to this machine. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { systemClock } from '../../src/clock.ts'
import { createCaughtMail } from '../../src/notify/caught-mail.ts'
import { createMailChannel } from '../../src/notify/mail.ts'
import { startMailSink } from '../../src/notify/mail-sink.ts'
import { createSmsFolder } from '../../src/notify/sms.ts'
import { silentLog } from '../support/database.ts'
import { endless, letter, notices } from '../support/notices.ts'
import { testApi } from '../support/panel-api.ts'

const house = { brand: 'OneTel', publicUrl: 'http://localhost' }
const sound = new Uint8Array(1000).map((_, index) => index % 256)

async function mailbox(t: Test, more: { behindProxy?: boolean } = {}) {
  const folder = t.testdir()
  const folders = { mail: join(folder, 'mail'), sms: join(folder, 'sms') }
  const api = await testApi(t, { mailbox: createCaughtMail(folders), ...more })
  const get = (path: string, headers: Record<string, string> = {}) =>
    api.app.request(path, { headers: { host: 'localhost:8080', ...headers } })
  return { folders, get, api }
}

t.test('what was sent is found there, with its file', async (t) => {
  const { folders, get } = await mailbox(t)
  t.match(await (await get('/mailbox')).text(), 'Писем пока нет')
  const sink = await startMailSink({ folder: folders.mail, clock: systemClock, log: silentLog })
  const channel = createMailChannel({
    url: sink.url, from: 'noreply@localhost', house, soundOf: async () => ({ name: 'message.wav', content: sound }),
  })
  await channel.send(letter({ notice: notices.voicemail }), endless)
  await channel.stop()
  await sink.stop()
  await createSmsFolder(folders.sms, systemClock).send('+79161234501', 'Код 1234', endless)
  const list = await (await get('/mailbox')).text()
  t.match(list, 'mironov@example.com')
  t.match(list, 'Голосовое сообщение')
  t.match(list, 'Код 1234')
  t.match(list, '+79161234501')
  const links = [...list.matchAll(/href="(\/mailbox\/[^"]+)"/g)].map((match) => match[1]!)
  t.equal(links.length, 2)
  const mail = await get(links.find((link) => link.endsWith('.eml'))!)
  const page = await mail.text()
  t.match(mail.headers.get('content-security-policy'), "default-src 'none'")
  t.match(page, 'Вам оставили сообщение')
  t.match(page, '<a href="http://localhost/voicemail?open=aaaa')
  const file = /<audio[^>]*src="([^"]+)"/.exec(page)![1]!
  const part = await get(file)
  t.strictSame([part.headers.get('content-type'), part.headers.get('content-disposition')],
    ['audio/wav', "inline; filename*=UTF-8''message.wav"])
  t.ok(Buffer.from(await part.arrayBuffer()).equals(Buffer.from(sound)))
  t.equal((await get(`${file}9`)).status, 404)
})

t.test('a letter of a stranger runs nothing and leads nowhere', async (t) => {
  const { folders, get } = await mailbox(t)
  mkdirSync(folders.mail, { recursive: true })
  writeFileSync(join(folders.mail, '1-abc.eml'), [
    'From: <script>alert(1)</script>', 'To: "><img src=x onerror=alert(1)>', 'Subject: </title><script>alert(1)</script>',
    'Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'javascript:alert(1) https://evil.example/ <script>alert(1)</script>',
    '--b', 'Content-Type: text/html; name="</a><script>.html"', 'Content-Disposition: attachment', '', '<script>alert(1)</script>', '--b--',
  ].join('\r\n'))
  for (const path of ['/mailbox', '/mailbox/1-abc.eml']) {
    const page = await (await get(path)).text()
    t.notMatch(page, /<script|<img/)
    t.notMatch(page, /href="(?!\/mailbox)/)
  }
  const part = await get('/mailbox/1-abc.eml/0')
  t.equal(part.headers.get('content-type'), 'application/octet-stream')
  t.match(part.headers.get('content-disposition'), /^attachment; filename\*=UTF-8''%3C/)
  t.equal(part.headers.get('x-content-type-options'), 'nosniff')
})

const elsewhere: [name: string, path: string, headers: Record<string, string>][] = [
  ['another name of this machine', '/mailbox', { host: 'panel.example' }],
  ['a name that looks like loopback', '/mailbox', { host: '127.0.0.1.evil.example' }],
  ['a letter, too', '/mailbox/1-abc.eml', { host: 'evil.example' }],
  ['out of the folder', '/mailbox/..%2f..%2fdemo.json', {}],
  ['a name of none', '/mailbox/2-abc.eml', {}],
]
t.test('nobody else sees it', async (t) => {
  const { get, api } = await mailbox(t)
  for (const [name, path, headers] of elsewhere) t.equal((await get(path, headers)).status, 404, name)
  t.equal((await api.app.request('/mailbox', { headers: { host: '127.0.0.1' } })).status, 200)
  const behind = await mailbox(t, { behindProxy: true })
  t.equal((await behind.get('/mailbox')).status, 404, 'behind a proxy there are others')
  const none = await testApi(t)
  t.equal((await none.app.request('/mailbox', { headers: { host: 'localhost' } })).status, 404)
})
