/** What the settings compute by themselves: spans of a call, undo, names of zones and devices. */
import t from 'tap'
import type { SettingsReply } from '../../src/api/schema-media.ts'
import { heardSpans } from '../../web/caller-hears.ts'
import { deviceName } from '../../web/settings-sessions.ts'
import { inverse } from '../../web/settings-state.ts'
import { enAccount } from '../../web/text-account-en.ts'
import { ruAccount } from '../../web/text-account-ru.ts'
import { speak } from '../../web/text.ts'
import { zoneGroups, zoneTitle } from '../../web/zone-names.ts'

const calls = { voicemail: true, voicemailAfterSeconds: 20, messageSeconds: 180, ringSeconds: 25 }
type Heard = ReturnType<typeof heardSpans>['spans']
const spans = (...all: [Heard[number]['what'], number, number][]): Heard =>
  all.map(([what, from, to]) => ({ what, from, to }))

const heard: [name: string, calls: Partial<typeof calls>, greeting: number, wanted: Heard, all: number][] = [
  ['the picture of the design', {}, 10, spans(['tone', 0, 20], ['greeting', 20, 30], ['message', 30, 60]), 60],
  ['at once', { voicemailAfterSeconds: 0 }, 6, spans(['greeting', 0, 6], ['message', 6, 60]), 60],
  ['late: the axis grows', { voicemailAfterSeconds: 120 }, 6, spans(['tone', 0, 120], ['greeting', 120, 126], ['message', 126, 160]), 160],
  ['a short message ends by itself', { messageSeconds: 3 }, 6, spans(['tone', 0, 20], ['greeting', 20, 26], ['message', 26, 29]), 60],
  ['half a second is one', {}, 0.4, spans(['tone', 0, 20], ['greeting', 20, 21], ['message', 21, 60]), 60],
  ['no voicemail: one number’s ring', { voicemail: false }, 6, spans(['tone', 0, 25]), 60],
]
for (const [name, patch, greeting, wanted, all] of heard) {
  t.test(`what the caller hears: ${name}`, async (t) => {
    t.strictSame(heardSpans({ ...calls, ...patch }, greeting), { spans: wanted, all })
  })
}

t.test('the undo of a change is what stood there, and nothing else', async (t) => {
  const now = {
    profile: { name: 'Анна', email: '', zone: 'Europe/Moscow', language: 'ru' },
    calls: { voicemail: false, voicemailAfterSeconds: 25, recordCalls: true },
    notifications: { voicemail: { email: true, sms: false }, payment: { email: true, sms: false } },
    delivery: { smsNumberId: null, afterMail: 'keep' },
  } as unknown as SettingsReply
  t.strictSame(inverse(now, { calls: { voicemail: true } }), { calls: { voicemail: false } })
  t.strictSame(inverse(now, { profile: { name: 'Нина' }, calls: { recordCalls: false, voicemailAfterSeconds: 1 } }),
    { profile: { name: 'Анна' }, calls: { recordCalls: true, voicemailAfterSeconds: 25 } })
  t.strictSame(inverse(now, { notifications: { payment: { email: false, sms: true } } }),
    { notifications: { payment: { email: true, sms: false } } })
  t.strictSame(inverse(now, { delivery: { smsNumberId: 'a' } }), { delivery: { smsNumberId: null } })
  t.strictSame(inverse(now, {}), {})
})

const agents: [agent: string, name: string][] = [
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36', 'Chrome, Windows'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0', 'Edge, Windows'],
  ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0 YaBrowser/24.10 Safari/537.36', 'Яндекс Браузер, Windows'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15', 'Safari, macOS'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1', 'Safari, iPhone'],
  ['Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0 Mobile Safari/537.36', 'Samsung Internet, Android'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0', 'Firefox, Linux'],
  ['curl/8.9.1', ''], ['', ''], ['<script>alert(1)</script>', ''],
]
for (const [agent, name] of agents) {
  t.test(`a session is called «${name}»`, async (t) => { t.equal(deviceName(agent), name) })
}

const summer = Date.parse('2025-07-18T12:00:00Z')
const winter = Date.parse('2025-11-18T12:00:00Z')
const zones: [zone: string, at: number, title: string][] = [
  ['Europe/Moscow', winter, 'Москва, UTC+3'], ['Asia/Kamchatka', winter, 'Петропавловск-Камчатский, UTC+12'],
  ['Europe/Athens', winter, 'Athens, UTC+2'], ['Europe/Athens', summer, 'Athens, UTC+3'],
  ['Asia/Kolkata', winter, 'Kolkata, UTC+5:30'], ['America/New_York', summer, 'New York, UTC−4'],
  ['Europe/London', winter, 'London, UTC+0'], ['America/Argentina/Ushuaia', winter, 'Argentina, Ushuaia, UTC−3'],
]
for (const [zone, at, title] of zones) {
  t.test(`${zone} is «${title}»`, async (t) => { t.equal(zoneTitle(zone, at), title) })
}

t.test('zones of Russia come first, and the present one is never missing', async (t) => {
  const [russia, world] = zoneGroups('Etc/GMT+5', winter)
  t.equal(russia?.name, 'Россия')
  t.strictSame(russia?.zones.map(({ zone }) => zone).slice(0, 2), ['Europe/Kaliningrad', 'Europe/Moscow'])
  t.ok((world?.zones.length ?? 0) > 300)
  t.ok(world?.zones.some(({ zone }) => zone === 'Etc/GMT+5'), 'chosen elsewhere, shown all the same')
  t.notOk(world?.zones.some(({ zone }) => zone === 'Europe/Moscow'), 'none is listed twice')
  await speak('en')
  t.equal(zoneTitle('Asia/Yekaterinburg', winter), 'Yekaterinburg, UTC+5')
  t.equal(zoneGroups('Europe/Moscow', winter)[0]?.name, 'Russia', 'made anew for another language')
  await speak('ru')
})

t.test('both dictionaries have the same keys and the same places in each phrase', async (t) => {
  t.strictSame(Object.keys(enAccount).sort(), Object.keys(ruAccount).sort())
  const places = (phrase: unknown): string[] =>
    [...new Set(JSON.stringify(phrase).match(/\{\w+\}/g) ?? [])].filter((place) => place !== '{n}').sort()
  for (const key of Object.keys(ruAccount) as (keyof typeof ruAccount)[]) {
    t.strictSame(places(enAccount[key]), places(ruAccount[key]), key)
  }
})
