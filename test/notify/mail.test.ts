/** Mail over a real connection: what arrives, and what becomes of a letter when the server misbehaves. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { systemClock } from '../../src/clock.ts'
import { createMailChannel } from '../../src/notify/mail.ts'
import type { MailOptions } from '../../src/notify/mail.ts'
import { startMailSink } from '../../src/notify/mail-sink.ts'
import { readLetter } from '../../src/notify/mime.ts'
import { freeTcpPort } from '../support/baresip.ts'
import { silentLog } from '../support/database.ts'
import { endless, house, letter, notices } from '../support/notices.ts'

async function sinkFor(t: Test, more: Partial<MailOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'pn-mail-'))
  const sink = await startMailSink({ folder, clock: systemClock, log: silentLog })
  const channel = createMailChannel({ url: sink.url, from: 'noreply@panel.example', house, ...more })
  t.teardown(async () => {
    await channel.stop()
    await sink.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const raw = () => readdirSync(folder).sort().map((name) => readFileSync(join(folder, name)))
  return { channel, raw }
}

t.test('a letter arrives whole', async (t) => {
  const { channel, raw } = await sinkFor(t)
  const one = letter()
  t.match(await channel.send(one, endless), { result: 'sent', externalId: /^<[0-9a-f]{32}@panel\.example>$/ })
  const [octets = Buffer.alloc(0)] = raw()
  const head = octets.toString().split('\r\n\r\n')[0]!
  t.match(head, /^Auto-Submitted: auto-generated$/m)
  t.match(head, /^From: OneTel <noreply@panel\.example>$/m)
  t.match(head, /^To: (?:<mironov@example\.com>|mironov@example\.com)$/m)
  const read = readLetter(octets)
  t.match(read.subject.replaceAll('\u00a0', ' '), 'Пропущенный звонок: +7 903 111-22-33')
  t.match(read.text, 'Никто не ответил.')
  t.strictSame(read.attachments, [])
  await channel.send({ ...one, tries: 2, fence: 2 }, endless)
  const ids = raw().map((each) => /^Message-ID: (.*)$/im.exec(each.toString())?.[1])
  t.equal(ids.length, 2)
  t.equal(ids[0], ids[1], 'the second try is the same letter to a mailbox that looks')
  await channel.send(letter({ key: 'call:other:email' }), endless)
  const other = raw().map((each) => /^Message-ID: (.*)$/im.exec(each.toString())?.[1])
  t.equal(new Set(other).size, 2)
})

t.test('a link is made for its letter, and a letter whose link counts no more is not sent', async (t) => {
  const made = ['TOKEN-1', 'TOKEN-2', undefined]
  const { channel, raw } = await sinkFor(t, { secretOf: async () => made.shift() })
  const one = letter({ notice: notices.resetLink })
  for (const tries of [1, 2]) t.match(await channel.send({ ...one, tries }, endless), { result: 'sent' })
  t.strictSame(raw().map((octets) => /password\/(TOKEN-\d)/.exec(readLetter(octets).text)?.[1]).sort(), ['TOKEN-1', 'TOKEN-2'])
  t.match(await channel.send(one, endless), { result: 'never' })
  t.equal(raw().length, 2)
})

t.test('a message goes along as a file, and is dealt with afterwards as he wished', async (t) => {
  const content = new Uint8Array(50_000).map((_, index) => index % 251)
  let sound: { name: string; content: Uint8Array } | undefined = { name: 'message-2026-11-23-12-00.wav', content }
  const { channel, raw } = await sinkFor(t, { soundOf: async () => sound })
  const send = (afterMail: 'keep' | 'heard' | 'delete') => {
    const base = letter({ notice: notices.voicemail })
    const { delivery } = base.reader
    return channel.send({ ...base, reader: { ...base.reader, delivery: { ...delivery, afterMail } } }, endless)
  }
  const messageId = notices.voicemail.messageId
  t.strictSame(Object.keys(await send('keep')), ['result', 'externalId'])
  const [attachment] = readLetter(raw()[0]!).attachments
  t.match(attachment, { name: 'message-2026-11-23-12-00.wav', type: 'audio/wav' })
  t.ok(Buffer.from(attachment!.content).equals(Buffer.from(content)), 'octet by octet')
  t.match(await send('heard'), { after: { messageId, do: 'heard' } })
  t.match(await send('delete'), { after: { messageId, do: 'delete' } })
  sound = undefined
  t.notOk('after' in await send('delete'), 'what was not sent is not deleted')
  sound = { name: 'long.wav', content: new Uint8Array(9 * 1024 * 1024) }
  t.notOk('after' in await send('delete'), 'nor what is too large to be sent')
  t.equal(readLetter(raw().at(-1)!).attachments.length, 0)
})

const wrongAddresses = [
  'a@b.ru\r\nBcc: c@d.ru', 'a@b.ru, c@d.ru', 'a b@c.ru', '<a@b.ru>', '"x"@y.ru', 'nobody', '', `${'a'.repeat(65)}@b.ru`,
  'a@b.ru\0', 'a;c@b.ru', '(c)a@b.ru',
]
t.test('no address that is more than one', async (t) => {
  const { channel, raw } = await sinkFor(t)
  for (const address of wrongAddresses)
    t.match(await channel.send(letter({ address }), endless), { result: 'never' }, JSON.stringify(address))
  t.equal(raw().length, 0)
  t.throws(() => createMailChannel({ url: 'smtp://h', from: 'a@b\r\nBcc: c@d', house }))
})

t.test('what a caller is named cannot add a header', async (t) => {
  const { channel, raw } = await sinkFor(t)
  const call = { ...notices.missedCall.call, callerName: 'x\r\nBcc: evil@example.com\r\n\r\n<b>' }
  await channel.send(letter({ notice: { ...notices.missedCall, call } }), endless)
  const octets = raw()[0]!.toString()
  t.notMatch(octets.split('\r\n\r\n')[0], /^Bcc:/im)
  t.match(readLetter(raw()[0]!).subject, 'Bcc: evil@example.com <b>', 'it is words in the subject')
})

/** A server that says what the script says, by the verb it is asked. */
async function scripted(t: Test, script: Readonly<Record<string, string | ((socket: Socket) => void)>>) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    const say = (verb: string, usual: string) => {
      const wanted = script[verb] ?? usual
      if (typeof wanted === 'function') wanted(socket)
      else if (wanted !== '') socket.write(`${wanted}\r\n`)
    }
    say('connect', '220 test')
    let inData = false
    socket.on('data', (octets) => {
      const text = octets.toString('latin1')
      if (inData) {
        if (!text.endsWith('\r\n.\r\n')) return
        inData = false
        say('end', '250 kept')
        return
      }
      for (const line of text.split('\r\n').filter((one) => one !== '')) {
        const verb = line.slice(0, 4).toUpperCase()
        if (verb === 'DATA' && script['DATA'] === undefined) inData = true
        say(verb, verb === 'DATA' ? '354 go on' : verb === 'QUIT' ? '221 bye' : '250 ok')
      }
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const faults: [name: string, script: Parameters<typeof scripted>[1], result: string, why: RegExp][] = [
  ['no such mailbox', { RCPT: '550 5.1.1 no such user' }, 'never', /550/],
  ['mailbox full for now', { RCPT: '452 4.2.2 full' }, 'later', /452/],
  ['greylisted', { RCPT: '451 4.7.1 try again later' }, 'later', /451/],
  ['refused as spam', { end: '554 5.7.1 spam' }, 'never', /554/],
  ['busy after the text', { end: '451 4.3.0 busy' }, 'later', /451/],
  ['going down', { MAIL: '421 4.3.2 closing' }, 'down', /421/],
  ['does not greet us', { connect: '554 go away' }, 'down', /554/],
  ['hangs up in the text', { DATA: (socket) => { socket.write('354 go on\r\n'); setImmediate(() => socket.destroy()) } }, 'later', /./],
  ['hangs up before the text', { connect: (socket) => socket.destroy() }, 'later', /./],
]
for (const [name, script, result, why] of faults) {
  t.test(`a server that misbehaves: ${name} → ${result}`, async (t) => {
    const channel = createMailChannel({ url: await scripted(t, script), from: 'a@b.ru', house })
    const sent = await channel.send(letter(), endless)
    t.match(sent, { result, why })
    await channel.stop()
  })
}

t.test('no server at all, and a wrong password', async (t) => {
  const port = await freeTcpPort()
  const away = createMailChannel({ url: `smtp://127.0.0.1:${port}`, from: 'a@b.ru', house })
  t.match(await away.send(letter(), endless), { result: 'down', why: /ECONNREFUSED/ })
  const url = await scripted(t, {
    EHLO: '250-test\r\n250 AUTH PLAIN', AUTH: '535 5.7.8 no',
  })
  const stranger = createMailChannel({ url: url.replace('//', '//user:wrong@'), from: 'a@b.ru', house })
  const refused = await stranger.send(letter(), endless)
  t.match(refused, { result: 'down', why: /535/ })
  t.notMatch(JSON.stringify(refused), 'wrong', 'the password is not told')
  await away.stop()
  await stranger.stop()
})
