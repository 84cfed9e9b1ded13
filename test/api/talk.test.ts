/**
 * The support over HTTP from all sides: the subscriber's threads with their files, the visitor's
 * question, the manager's inbox; and the referral page. One database for all of it.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { keepAttachments, sniffType } from '../../src/archive/attachments.ts'
import { defaultBrand } from '../../src/api/brand.ts'
import { shortName } from '../../src/api/referral.ts'
import { wordsOf } from '../../src/notify/words.ts'
import { addManager } from '../../src/store/accounts.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { takeLetters } from '../../src/store/outbox-letters.ts'
import { linkInvitee } from '../../src/store/referral.ts'
import { inTransaction } from '../../src/store/database.ts'
import { hashPassword } from '../../src/store/password.ts'
import { setPassword } from '../../src/store/sessions.ts'
import { callRecord, endedCall } from '../support/call-records.ts'
import { silentLog } from '../support/database.ts'
import { testApi } from '../support/panel-api.ts'
import type { Client, Reply } from '../support/panel-api.ts'

const attachments = mkdtempSync(join(tmpdir(), 'pn-talk-'))
t.teardown(() => rmSync(attachments, { recursive: true, force: true }))
const api = await testApi(t, {
  attachments,
  brand: { ...defaultBrand, support: { phone: '+74950000000', email: 'help@example.com' } },
})
const { app, clock, database } = api
const db = database.kysely
const anna = await api.subscriber('anna', { name: 'Анна Кузнецова' })
const boris = await api.subscriber('boris', { name: 'Борис' })
const olga = await manager('olga')
const pavel = await manager('pavel')

async function manager(login: string): Promise<Client> {
  const id = await addManager(db, { login, name: login, email: `${login}@example.com` },
    clock.wallMs())
  await setPassword(db, id, await hashPassword('a desk of oak'))
  const browser = api.client()
  const reply = await browser.post('/api/login', { login, password: 'a desk of oak' })
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body))
  return browser
}

/** Sends octets as they are. */
function upload(client: Client, path: string, content: Uint8Array | string): Promise<Reply> {
  const body = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return client.call('POST', path, body, { 'content-type': 'application/octet-stream' })
}

const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3)

async function outboxOf(requestId: string) {
  const rows = await db.selectFrom('outbox')
    .select(['kind', 'channel', 'address', 'state', 'payload'])
    .where('notice_key', 'like', `support:${requestId}:%`).orderBy('id').execute()
  return rows.map(({ payload, ...row }) => ({ ...row, notice: JSON.parse(payload) as unknown }))
}

async function auditOf(requestId: string): Promise<readonly string[]> {
  const rows = await db.selectFrom('audit_log').select(['actor', 'action'])
    .where('subject', '=', `support:${requestId}`).orderBy('id').execute()
  return rows.map(({ actor, action }) => `${actor} ${action}`)
}

t.test('a request becomes a thread, with the call it is about', async (t) => {
  const journal = new CallJournal({
    database, clock, log: silentLog, spillFolder: t.testdir(), owner: 'f'.repeat(32),
  })
  t.teardown(() => journal.stop(1000))
  const [mine, his] = [anna, boris].map(({ id }) => endedCall(callRecord({ subscriberId: id })))
  await Promise.all([mine!, his!].map((record) => journal.open(record)))
  t.strictSame((await anna.get('/api/support')).body,
    { threads: [], phone: '+74950000000', email: 'help@example.com', staffOnline: true })

  const made = await anna.post('/api/support',
    { subject: 'Не дозвонились', text: 'Вчера\nв 15:20', callId: mine!.id })
  t.match(made, { status: 201, body: {
    kind: 'request', subject: 'Не дозвонились', state: 'new', callId: mine!.id, unread: false,
    messages: [{ author: 'subscriber', text: 'Вчера\nв 15:20', files: [] }],
  } })
  const question = await anna.post('/api/support', { text: 'Как?', kind: 'question' })
  clock.wallAheadMs += 1000
  const more = await anna.post(`/api/support/${made.body.id}/messages`, { text: 'Ещё раз' })
  t.match(more, { status: 201, body: { state: 'new', messages: [{}, { text: 'Ещё раз' }] } })
  const { threads } = (await anna.get('/api/support')).body
  t.strictSame(threads.map((thread: { id: string }) => thread.id), [made.body.id, question.body.id],
    'the one changed last is first')

  t.match(await anna.post('/api/support', { text: 'x', callId: his!.id }), { status: 404 })
  for (const body of [{ text: '' }, { text: 'x'.repeat(4001) }, { text: 'a‮b' }, {}])
    t.equal((await anna.post('/api/support', body)).status, 400)
  t.equal((await boris.get(`/api/support/${made.body.id}`)).status, 404, 'not his')
  t.equal((await boris.post(`/api/support/${made.body.id}/messages`, { text: 'x' })).status, 404)
  t.equal((await boris.post(`/api/support/${made.body.id}/seen`)).status, 404)
})

t.test('a thread through its states, seen from both sides', async (t) => {
  const { body: { id } } = await boris.post('/api/support', { subject: 'Счёт', text: 'Где он?' })
  const inbox = (await olga.get('/api/desk/support')).body
  t.match(inbox.threads.at(-1), {
    id, state: 'new', subject: 'Счёт', last: 'Где он?', lastBy: 'subscriber', assignedTo: null,
    asker: { kind: 'subscriber', name: 'Борис', subscriberId: boris.id }, live: false,
  }, 'who waits longest comes first, so the newest is the last')
  t.ok(inbox.counts.open >= 1)

  clock.wallAheadMs += 1000
  const answered = await olga.post(`/api/desk/support/${id}/messages`, { text: 'Отправили.' })
  t.match(answered, { status: 201, body: {
    state: 'answered', waitingSince: null, assignedTo: { login: 'olga', mine: true },
    messages: [{ author: 'subscriber', by: '' }, { author: 'support', by: 'olga' }],
  } })
  await olga.post(`/api/desk/support/${id}/messages`, { text: 'И ещё раз.' })
  t.match(await outboxOf(id), [{ kind: 'supportAnswer', channel: '', state: 'new',
    notice: { requestId: id, subject: 'Счёт', text: 'Отправили.' } }], 'told once until he writes')
  const his = (await boris.get(`/api/support/${id}`)).body
  t.match(his, { state: 'answered', unread: true, messages: [{}, { author: 'support' }, {}] })
  t.notOk(JSON.stringify(his).includes('olga'), 'who of the staff wrote is not said')

  clock.wallAheadMs += 1000
  t.match((await boris.post(`/api/support/${id}/seen`)).body, { unread: false })
  t.match(await outboxOf(id), [{ state: 'routed' }], 'what was seen is not sent by letter')
  await boris.post(`/api/support/${id}/messages`, { text: 'Спасибо' })
  t.match((await olga.get(`/api/desk/support?tab=mine`)).body.threads.at(-1), { id, state: 'waiting' })
  await olga.post(`/api/desk/support/${id}/messages`, { text: 'Не за что' })
  t.equal((await outboxOf(id)).length, 2, 'he had written again')
  await olga.post(`/api/desk/support/${id}/state`, { state: 'closed' })
  t.match((await boris.get(`/api/support/${id}`)).body, { state: 'closed' })
  clock.wallAheadMs += 1000
  const again = await boris.post(`/api/support/${id}/messages`, { text: 'Всё же вопрос' })
  t.match(again.body, { state: 'waiting' }, 'opened by an answer')
})

t.test('notes are for colleagues; what is done at the desk is in the log', async (t) => {
  const { body: { id } } = await anna.post('/api/support', { text: 'Почему так дорого?' })
  await olga.get(`/api/desk/support/${id}`)
  await olga.get(`/api/desk/support/${id}`)
  await olga.post(`/api/desk/support/${id}/notes`, { text: 'Просит скидку третий раз' })
  await pavel.post(`/api/desk/support/${id}/assign`, { to: 'me' })
  await pavel.post(`/api/desk/support/${id}/messages`, { text: 'Разберёмся' })
  await olga.post(`/api/desk/support/${id}/assign`, { to: 'nobody' })
  const thread = (await olga.get(`/api/desk/support/${id}`)).body
  t.match(thread, { assignedTo: null, messages: [{ author: 'subscriber' },
    { author: 'note', by: 'olga', text: 'Просит скидку третий раз' }, { by: 'pavel' }] })
  const hers = await anna.get(`/api/support/${id}`)
  t.notOk(JSON.stringify(hers.body).includes('скидку'))
  t.strictSame(await auditOf(id), ['olga support.look', 'olga support.note',
    'pavel support.assign', 'pavel support.answer', 'olga support.assign'],
  'a look is one for ten minutes, and a deed is a look')
})

t.test('the inbox: tabs, search, pages', async (t) => {
  const all = (await olga.get('/api/desk/support?tab=all')).body.threads
  const seen: string[] = []
  let cursor = ''
  do {
    const page = (await olga.get(`/api/desk/support?tab=all&limit=2${cursor}`)).body
    seen.push(...page.threads.map((one: { id: string }) => one.id))
    cursor = page.next === null ? '' : `&cursor=${page.next}`
  } while (cursor !== '')
  t.strictSame(seen, all.map((one: { id: string }) => one.id), 'pages are the whole, in its order')
  const find = async (query: string): Promise<string[]> =>
    (await olga.get(`/api/desk/support?tab=all&search=${encodeURIComponent(query)}`))
      .body.threads.map((one: { asker: { name: string } }) => one.asker.name)
  t.strictSame(await find('счёт'), ['Борис'], 'by subject, in any case')
  t.strictSame(await find('скидку'), [], 'notes are not searched')
  t.ok((await find('Кузнец')).length > 0, 'by name')
  t.ok((await find('anna')).length > 0, 'by login')
  t.strictSame(await find('100%'), [], 'no wildcard of theirs')
  t.equal((await olga.get('/api/desk/support?cursor=zzz')).status, 400)
})

t.test('nobody but managers learns that there is a desk', async (t) => {
  const { body: { id } } = await anna.post('/api/support', { text: 'Это моё' })
  const paths = [['GET', ''], ['GET', `/${id}`], ['POST', `/${id}/messages`],
    ['POST', `/${id}/notes`], ['POST', `/${id}/assign`], ['POST', `/${id}/state`],
    ['GET', '/events'], ['POST', '/files?name=x'], ['GET', `/files/${id}`]] as const
  for (const [method, path] of paths) {
    t.equal((await anna.call(method, `/api/desk/support${path}`, { text: 'x' })).status, 404, path)
    t.equal((await api.client().call(method, `/api/desk/support${path}`, {})).status, 401, path)
  }
  t.equal((await olga.get('/api/support')).status, 403, 'and a manager has no threads of his own')
})

t.test('files: by content, for their owner and the desk, as downloads', async (t) => {
  const paper = await upload(anna, '/api/support/files?name=%D0%A1%D1%87%D1%91%D1%82.exe', png)
  t.match(paper, { status: 201, body: { name: 'Счёт.exe', type: 'png', bytes: 11, gone: false } })
  const note = await upload(anna, '/api/support/files?name=a.txt', 'Текст\n')
  t.match(note.body, { type: 'txt' })
  for (const [name, content] of [['html in disguise', 'MZ\u0000\u0001'], ['empty', ''],
    ['not UTF-8', Uint8Array.of(0xff, 0xfe, 65, 0)]] as const)
    t.match(await upload(anna, '/api/support/files?name=x.png', content),
      { status: 422, body: { code: 'bad_file' } }, name)
  const big = await upload(anna, '/api/support/files?name=big', new Uint8Array(5 * 1024 * 1024 + 1))
  t.equal(big.status, 413)
  t.equal((await anna.call('POST', '/api/support/files?name=x', png, { 'content-type': 'image/png' }))
    .status, 415, 'as octets only: no other site can send those')

  t.match(await boris.post('/api/support', { text: 'чужое', files: [paper.body.id] }),
    { status: 404 }, 'files of others cannot be given')
  const six = Array.from({ length: 6 }, () => paper.body.id as string)
  t.equal((await anna.post('/api/support', { text: 'x', files: six })).status, 400)
  t.equal((await anna.get(`/api/support/files/${paper.body.id}`)).status, 404, 'not sent yet')
  const made = await anna.post('/api/support',
    { text: 'Вот', files: [paper.body.id, note.body.id] })
  t.match(made.body.messages[0].files, [{ name: 'Счёт.exe' }, { name: 'a.txt' }])
  t.equal((await anna.post('/api/support', { text: 'x', files: [note.body.id] })).status, 404,
    'a file is in one message')

  const got = await app.request(`/api/support/files/${paper.body.id}`,
    { headers: { cookie: anna.cookie() } })
  t.equal(got.headers.get('content-disposition'),
    `attachment; filename="____.exe.png"; filename*=UTF-8''%D0%A1%D1%87%D1%91%D1%82.exe.png`)
  t.equal(got.headers.get('x-content-type-options'), 'nosniff')
  t.match(got.headers.get('content-security-policy'), /default-src 'none'; sandbox/)
  t.equal(got.headers.get('content-type'), 'image/png')
  t.strictSame(new Uint8Array(await got.arrayBuffer()), png)
  t.equal((await boris.get(`/api/support/files/${paper.body.id}`)).status, 404)
  t.equal((await olga.get(`/api/desk/support/files/${paper.body.id}`)).status, 200)
  t.match(await auditOf(made.body.id), ['olga support.file'])

  const reply = await upload(olga, '/api/desk/support/files?name=offer.pdf', '%PDF-1.4 …')
  t.equal((await anna.post('/api/support', { text: 'x', files: [reply.body.id] })).status, 404)
  await olga.post(`/api/desk/support/${made.body.id}/messages`,
    { text: 'Смотрите', files: [reply.body.id] })
  t.equal((await anna.get(`/api/support/files/${reply.body.id}`)).status, 200)

  await upload(anna, '/api/support/files?name=lost', 'никуда не приложен')
  t.equal(readdirSync(attachments, { recursive: true }).filter((one) => /\.\w+$/.test(String(one)))
    .length, 4)
  await keepAttachments(db, attachments, clock.wallMs() + 25 * 3_600_000)
  t.equal(readdirSync(attachments, { recursive: true }).filter((one) => /\.\w+$/.test(String(one)))
    .length, 3, 'what became part of no message goes after a day')
  await keepAttachments(db, attachments, clock.wallMs() + 181 * 86_400_000)
  t.match((await anna.get(`/api/support/${made.body.id}`)).body.messages[0].files,
    [{ name: 'Счёт.exe', gone: true }, { gone: true }], 'the rest after half a year')
  t.equal((await anna.get(`/api/support/files/${paper.body.id}`)).status, 404)
})

t.test('content tells the type, names do not', async (t) => {
  const wav = new TextEncoder().encode('RIFF....WAVEfmt ')
  for (const [content, type] of [[png, 'png'], [Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 'jpg'],
    [new TextEncoder().encode('%PDF-1.7'), 'pdf'], [wav, 'wav'], [wav.subarray(0, 11), 'txt'],
    [new TextEncoder().encode('<script>'), 'txt'], [Uint8Array.of(0x50, 0x4b, 3, 4), undefined],
    [new Uint8Array(), undefined]] as const)
    t.equal(sniffType(content), type)
})

t.test('what is sent again because no answer came is there once', async (t) => {
  const vera = await api.subscriber('vera')
  const key = (n: number) => `a-key-of-the-page-${String(n).padStart(8, '0')}`
  const question = { text: 'Дважды?', key: key(1) }
  const [first, second] = await Promise.all([
    vera.post('/api/support', question), vera.post('/api/support', question)])
  t.equal(first.status, 201)
  t.equal(second.body.id, first.body.id, 'one thread, also when both came at once')
  const path = `/support/${first.body.id}`
  const twice = async (who: Client, to: string, body: object) => {
    await who.post(to, body)
    const again = await who.post(to, body)
    t.equal(again.status, 201, to)
  }
  await twice(vera, `/api${path}/messages`, { text: 'Ещё', key: key(2) })
  await twice(olga, `/api/desk${path}/messages`, { text: 'Ответ', key: key(3) })
  await twice(olga, `/api/desk${path}/notes`, { text: 'Заметка', key: key(4) })
  t.match(await vera.post(`/api${path}/messages`, { text: 'Другое', key: key(2) }),
    { status: 409, body: { code: 'form_reused' } }, 'other words want another key')
  const { messages } = (await olga.get(`/api/desk${path}`)).body
  t.strictSame(messages.map(({ text }: { text: string }) => text), ['Дважды?', 'Ещё', 'Ответ', 'Заметка'])
  const answers = (await auditOf(first.body.id)).filter((line) => /answer|note$/.test(line))
  t.equal(answers.length, 2, 'and is logged once')

  const [guest, same] = [api.client(), api.client()]
  const asked = { name: 'Гость', text: 'Дважды?', key: key(5) }
  const began = await guest.post('/api/ask', asked)
  // The cookie of the first answer has never arrived.
  t.equal((await same.post('/api/ask', asked)).body.thread.id, began.body.thread.id)
  await twice(guest, '/api/ask/messages', { text: 'Ещё', key: key(6) })
  t.equal((await guest.get('/api/ask')).body.thread.messages.length, 2)
})

t.test('a visitor asks without a log-in, and is answered', async (t) => {
  const visitor = api.client()
  t.match(await visitor.get('/api/ask'),
    { status: 200, body: { thread: null, staffOnline: true, phone: '+74950000000' } })
  for (const path of ['/messages', '/seen'])
    t.equal((await visitor.post(`/api/ask${path}`, { text: 'x' })).status, 404, path)
  t.equal((await visitor.get('/api/ask/events')).status, 404)
  t.equal((await visitor.post('/api/ask', { name: 'Гость', text: 'Сколько стоит?', email: 'x' }))
    .status, 400)
  const asked = await visitor.post('/api/ask',
    { name: 'Гость', email: 'guest@example.com', text: 'Сколько стоит номер?' })
  t.match(asked, { status: 201, body: { name: 'Гость', thread: {
    state: 'new', kind: 'question', messages: [{ author: 'visitor', text: 'Сколько стоит номер?' }],
  } } })
  t.match(asked.headers.get('set-cookie'),
    /^pn_ask=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)
  const { id } = asked.body.thread
  const stored = await db.selectFrom('support_requests').selectAll().where('id', '=', id)
    .executeTakeFirstOrThrow()
  t.notOk(JSON.stringify(stored).includes(visitor.cookie().slice(7)), 'only its hash is kept')
  t.equal((await api.client().get('/api/ask')).body.thread, null, 'another browser has none')
  t.equal((await anna.get(`/api/support/${id}`)).status, 404)

  t.match((await olga.get('/api/desk/support?search=guest%40')).body.threads,
    [{ id, asker: { kind: 'visitor', name: 'Гость', email: 'guest@example.com' } }])
  clock.wallAheadMs += 1000
  await olga.post(`/api/desk/support/${id}/messages`, { text: '200 рублей.' })
  t.match(await outboxOf(id), [{ kind: 'askAnswer', channel: 'email', state: 'waiting',
    address: 'guest@example.com',
    notice: { question: 'Сколько стоит номер?', text: '200 рублей.', reader: { name: 'Гость' } } }])
  t.strictSame(await takeLetters(db, 'email', 'f'.repeat(32), 10, clock.wallMs() + 60_000), [],
    'held back while he may be looking')
  t.match((await visitor.get('/api/ask')).body.thread, { state: 'answered', unread: true })
  clock.wallAheadMs += 1000
  t.match((await visitor.post('/api/ask/seen')).body.thread, { unread: false })
  t.match(await outboxOf(id), [{ state: 'routed' }])
  t.match((await visitor.post('/api/ask/messages', { text: 'А в Казани?' })).body.thread,
    { state: 'waiting', messages: [{}, { author: 'support' }, { author: 'visitor' }] })

  clock.wallAheadMs += 31 * 86_400_000
  t.equal((await visitor.get('/api/ask')).body.thread, null, 'after thirty days it opens nothing')
  clock.wallAheadMs -= 31 * 86_400_000
  await keepAttachments(db, attachments, clock.wallMs() + 181 * 86_400_000)
  t.equal((await visitor.get('/api/ask')).body.thread, null, 'and then it is forgotten')
  t.equal((await db.selectFrom('support_messages').select('id').where('request_id', '=', id)
    .execute()).length, 0)
})

t.test('who has gone gets the answer by letter', async (t) => {
  const { body: { thread } } = await api.client().post('/api/ask',
    { name: 'Глеб', email: 'gleb@example.com', text: 'Работает ли в Сербии?' })
  await olga.post(`/api/desk/support/${thread.id}/messages`, { text: 'Да, по цене звонка туда.' })
  const later = clock.wallMs() + 121_000
  const [letter] = await takeLetters(db, 'email', 'f'.repeat(32), 10, later)
  t.match(letter, { address: 'gleb@example.com', reader: { subscriberId: '', name: 'Глеб' } })
  const { subject, text } = wordsOf(letter!.notice,
    { ...letter!.reader, brand: 'OneTel', publicUrl: 'https://panel.example' })
  t.equal(subject, 'Ответ на Ваш вопрос')
  for (const piece of ['Здравствуйте, Глеб.', '«Работает ли в Сербии?»', 'по цене звонка туда',
    'https://panel.example/ask'])
    t.ok(text.includes(piece), piece)
})

t.test('answers come by themselves: to the visitor, to the desk', async (t) => {
  const visitor = api.client()
  const { body: { thread } } = await visitor.post('/api/ask', { name: 'Вера', text: 'Вы тут?' })
  const open = async (path: string, cookie: string) => {
    const response = await app.request(path, { headers: { cookie } })
    t.match(response.headers.get('content-type'), /^text\/event-stream/)
    return response.body!.getReader()
  }
  const page = await open('/api/ask/events', visitor.cookie())
  const desk = await open('/api/desk/support/events', olga.cookie())
  const until = async (reader: typeof page, wanted: string) => {
    for (let text = ''; !text.includes(wanted);) {
      const { done, value } = await reader.read()
      if (done) return t.fail(`ended after ${text}`)
      text += new TextDecoder().decode(value)
    }
  }
  await Promise.all([until(page, 'hello'), until(desk, 'hello')])
  t.match((await olga.get(`/api/desk/support/${thread.id}`)).body, { live: true })
  // Both hubs have seen the state before; the look of the deed finds the change.
  await Promise.all([
    until(page, 'event: support'), until(desk, 'event: support'),
    new Promise((go) => setTimeout(go, 50))
      .then(() => olga.post(`/api/desk/support/${thread.id}/messages`, { text: 'Да' })),
  ])
  t.match((await visitor.get('/api/ask')).body.thread.messages.at(-1), { text: 'Да' })
  await page.cancel()
  await desk.cancel()
})

t.test('strangers are counted: by thread, by address, by open pages', async (t) => {
  const visitor = api.client()
  await visitor.post('/api/ask', { name: 'Много', text: '1' })
  for (let count = 2; count <= 20; count++)
    t.equal((await visitor.post('/api/ask/messages', { text: `${count}` })).status, 201)
  t.match(await visitor.post('/api/ask/messages', { text: 'лишнее' }),
    { status: 409, body: { code: 'limit' } })
  const statuses: number[] = []
  for (let count = 0; count < 12; count++)
    statuses.push((await api.client().post('/api/ask', { name: 'Х', text: 'x' })).status)
  t.equal(statuses.at(-1), 429, 'ten begun threads an hour from one address')
  const readers = await Promise.all(Array.from({ length: 6 }, async () =>
    (await app.request('/api/ask/events', { headers: { cookie: visitor.cookie() } }))
      .body!.getReader()))
  t.match(await visitor.get('/api/ask/events'), { status: 429, body: { code: 'too_many_streams' } })
  for (const reader of readers) await reader.cancel()
})

t.test('twenty messages an hour are a subscriber’s limit', async (t) => {
  const dora = await api.subscriber('dora')
  const { body } = await dora.post('/api/support', { text: 'Первое' })
  for (let i = 1; i < 20; i++) await dora.post(`/api/support/${body.id}/messages`, { text: `${i}` })
  t.match(await dora.post(`/api/support/${body.id}/messages`, { text: 'лишнее' }),
    { status: 409, body: { code: 'limit' } })
  t.match(await dora.post('/api/support', { text: 'и новое' }), { status: 409 })
  clock.wallAheadMs += 3_600_000
  await dora.post('/api/login', { login: 'dora', password: 'dora' })
  t.equal((await dora.post('/api/support', { text: 'через час' })).status, 201)
  t.match((await dora.get('/api/support')).body, { staffOnline: false }, 'no manager for an hour')
})

t.test('the referral page: a link of one’s own, invitees by their first names', async (t) => {
  const eva = await api.subscriber('eva')
  const before = (await eva.get('/api/referral')).body
  t.match(before, { code: /^[a-z2-9]{8}$/, path: `/register?from=${before.code}`, invitees: [],
    totalKopecks: 0 })
  t.equal((await eva.get('/api/referral')).body.code, before.code, 'made once')
  const guest = await api.subscriber('guest', { name: 'Иван Петрович Сидоров' })
  t.equal(await inTransaction(db, (trx) => linkInvitee(trx, {
    code: before.code.toUpperCase(), subscriberId: guest.id, phone: '+79990000000', email: '',
  }, clock.wallMs())), 'linked')
  t.match((await eva.get('/api/referral')).body.invitees,
    [{ name: 'Иван С.', state: 'joined', bonusKopecks: 0 }])
  t.notOk(JSON.stringify((await eva.get('/api/referral')).body).includes(guest.id))
  t.equal(shortName('  Мадонна '), 'Мадонна')
  t.equal(shortName(''), '')
})
