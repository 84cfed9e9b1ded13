/** Reading letters for the local mailbox: ours, others', and broken ones. */
import t from 'tap'
import { readLetter } from '../../src/notify/mime.ts'

const read = (text: string) => readLetter(Buffer.from(text.replaceAll('\n', '\r\n'), 'utf8'))

t.test('a plain letter', async (t) => {
  t.match(read('From: A <a@b.ru>\nTo: c@d.ru\nSubject: Hi\n\nText\nmore'),
    { from: 'A <a@b.ru>', to: 'c@d.ru', subject: 'Hi', text: 'Text\r\nmore', attachments: [] })
})

const subjects: [encoded: string, decoded: string][] = [
  ['=?UTF-8?Q?=D0=97=D0=B2=D0=BE=D0=BD=D0=BE=D0=BA_1?=', 'Звонок 1'],
  ['=?utf-8?B?0JfQstC+0L3QvtC6?=', 'Звонок'],
  ['=?UTF-8?B?0JfQsg==?=\n =?UTF-8?B?0L7QvdC+0Lo=?=', 'Звонок'],
  ['a =?UTF-8?Q?b?= c', 'a b c'],
  ['=?broken', '=?broken'],
  ['', ''],
]
for (const [encoded, decoded] of subjects) {
  t.test(`subject ${encoded.slice(0, 30)}`, async (t) => {
    t.equal(read(`Subject: ${encoded}\n\nx`).subject, decoded)
  })
}

t.test('transfer encodings', async (t) => {
  t.equal(read('Content-Transfer-Encoding: quoted-printable\n\n=D0=97=\n=D0=B2 =3D').text, 'Зв =')
  t.equal(read('Content-Transfer-Encoding: base64\n\n0JfQ\nsg==').text, 'Зв')
})

t.test('text and files', async (t) => {
  const { text, attachments } = read(`Content-Type: multipart/mixed; boundary="--x y"

preamble
----x y
Content-Type: multipart/alternative; boundary=in

--in
Content-Type: text/plain; charset=utf-8

Звонок
--in
Content-Type: text/html

<b>Звонок</b>
--in--
----x y
Content-Type: audio/wav; name="a.wav"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename*=UTF-8''%D0%97.wav

AAEC
----x y
Content-Type: text/plain
Content-Disposition: attachment; filename=b.txt

file
----x y--
epilogue`)
  t.equal(text, 'Звонок')
  t.strictSame(attachments.map(({ name, type, content }) => [name, type, Buffer.from(content).toString('hex')]), [
    ['attachment', 'text/html', Buffer.from('<b>Звонок</b>').toString('hex')],
    ['З.wav', 'audio/wav', '000102'], ['b.txt', 'text/plain', Buffer.from('file').toString('hex')],
  ])
})

t.test('what is broken does not throw and does not nest for ever', async (t) => {
  const bomb = (depth: number): string => depth === 0 ? 'x' : `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n${bomb(depth - 1)}\n--b${depth}--`
  for (const text of ['', '\n\n', 'no colon', 'Content-Type: multipart/mixed; boundary=x\n\nnothing', bomb(50),
    'Content-Type: multipart/mixed; boundary=\n\nx', 'Content-Disposition: attachment; filename*=UTF-8\'\'%\nContent-Type: a/b\n\nx'])
    t.ok(read(text))
})
