/** The options document and packed waveforms: what is not said has a default, little is much. */
import t from 'tap'
import { defaultMedia } from '../../src/call/subscriber.ts'
import { changeOptions, defaultRetentionDays, readOptions } from '../../src/store/options.ts'
import { packPeaks, readPeaks } from '../../src/store/waveform.ts'

t.test('nothing chosen: the defaults', async (t) => {
  const { mailboxOpen: _, ...media } = defaultMedia
  const defaults = { media, retentionDays: defaultRetentionDays, email: '', language: 'ru', notifications: {},
    delivery: { smsNumberId: null, afterMail: 'keep', webhookUrl: '', webhookSecret: '', telegramChat: '' },
  }
  t.strictSame(readOptions(null), defaults)
  t.strictSame(readOptions('{}'), defaults)
})

t.test('only what was chosen is stored, and stays through later changes', async (t) => {
  const first = changeOptions(null, { media: { ringback: 'music' }, notifications: { voicemail: { email: true, sms: true } } })
  t.strictSame(JSON.parse(first), { media: { ringback: 'music' }, notifications: { voicemail: { email: true, sms: true } } })
  const second = changeOptions(first, { media: { confirmSeconds: 20 }, retentionDays: 0, email: 'a@b.ru' })
  const third = changeOptions(second, { notifications: { payment: { email: false, sms: false } } })
  t.match(readOptions(third), {
    media: { ringback: 'music', confirmSeconds: 20, language: 'ru' }, retentionDays: 0, email: 'a@b.ru',
    notifications: { voicemail: { sms: true }, payment: { email: false } },
  })
})

t.test('a document of tomorrow keeps what today does not know', async (t) => {
  t.match(JSON.parse(changeOptions('{"later":1}', { retentionDays: 7 })), { later: 1, retentionDays: 7 })
})

t.test('peaks go in and out', async (t) => {
  const points = Uint8Array.from({ length: 600 }, (_, n) => n % 256)
  t.strictSame(readPeaks(packPeaks(points)), [...points])
  t.strictSame(readPeaks(null), [])
  t.strictSame(readPeaks(packPeaks(new Uint8Array(0))), [])
})

t.test('fewer points keep the loudest of each stretch', async (t) => {
  const points = new Uint8Array(600)
  points[0] = 10
  points[299] = 200
  points[599] = 30
  const fewer = readPeaks(packPeaks(points), 3)
  t.strictSame(fewer, [10, 200, 30])
  t.equal(readPeaks(packPeaks(points), 200).length, 200)
  t.equal(Math.max(...readPeaks(packPeaks(points), 200)), 200)
})
