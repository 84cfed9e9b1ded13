import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  ConfigError, describeSettings, prepareRecordings, readConfig, recordingsFolder,
} from '../src/config.ts'

t.test('an empty environment is a working configuration', async (t) => {
  const config = readConfig({})
  t.match(config, { panelHost: '127.0.0.1', panelPort: 8080, controlPort: 9022, databaseUrl: '', demo: true })
  t.ok(Object.isFrozen(config))
})

const wrong = [
  { env: { PN_PANEL_PORT: '70000' }, tells: 'PN_PANEL_PORT="70000": must be a whole number from 0 to 65535' },
  { env: { PN_PANEL_PORT: '' }, tells: 'PN_PANEL_PORT="": must be a whole number' },
  { env: { PN_PANEL_PORT: '80x' }, tells: 'must be a whole number' },
  { env: { PN_PANEL_HOST: 'localhost' }, tells: 'must be an IP address' },
  { env: { PN_PANEL_HOST: '0.0.0.0' }, tells: 'set PN_BEHIND_PROXY=yes' },
  { env: { PN_CONTROL_HOST: '0.0.0.0' }, tells: 'a PN_CONTROL_SECRET of your own' },
  { env: { PN_DEMO: 'true' }, tells: 'must be yes or no' },
  { env: { PN_SESSION_SECONDS: '89' }, tells: 'must be 0 or from 90 to 86400' },
  { env: { PN_LOG_LEVEL: 'loud' }, tells: 'must be debug' },
  { env: { DATABASE_URL: 'postgres://x' }, tells: 'must begin with mysql://' },
  { env: { PN_WALL_CLOCK: 'noon' }, tells: 'must be an instant' },
  { env: { PN_MEDIA_SERVERS: '10.0.0.7' }, tells: 'must be like 10.0.0.7:8021,10.0.0.8:8021' },
  { env: { PN_MEDIA_SERVERS: '10.0.0.7:0' }, tells: 'from 1 to 65535' },
  { env: { PN_MEDIA_SERVERS: '10.0.0.7:8021' }, tells: 'PN_MEDIA_SECRET: media servers of your own' },
  { env: { PN_MEDIA_LISTEN: 'here' }, tells: 'must be an IP address' },
  { env: { PN_RTP_ADDRESS: 'rtp.example' }, tells: 'must be an IP address' },
  { env: { PN_RTP_PORTS: '20000' }, tells: 'must be a rising range' },
  { env: { PN_RTP_PORTS: '30000-20000' }, tells: 'must be a rising range' },
  { env: { PN_RTP_PORTS: '80-90' }, tells: 'must be a rising range' },
  { env: { PN_RTP_PORTS: '60000-70000' }, tells: 'must be a rising range' },
  { env: { PN_PROMPTS: ' ' }, tells: 'must not be empty' },
  { env: { PN_VERIFY_NUMBERS: 'maybe' }, tells: 'must be yes or no' },
  { env: { PN_ROBOKASSA_HASH: 'crc32' }, tells: 'must be md5' },
  { env: { PN_ROBOKASSA_RECEIPT: 'osn' }, tells: 'must be like usn_income,none' },
  { env: { PN_ROBOKASSA_LOGIN: 'shop', PN_ROBOKASSA_PASSWORD_2: 'x' }, tells: 'PN_ROBOKASSA_PASSWORD_1: the shop shop cannot be without' },
  { env: { PN_ROBOKASSA_LOGIN: 'shop', PN_ROBOKASSA_PASSWORD_1: 'x', PN_ROBOKASSA_PASSWORD_2: 'y', PN_ROBOKASSA_TEST: 'yes' }, tells: 'PN_ROBOKASSA_TEST_PASSWORD_2' },
  { env: { PN_YOOKASSA_SHOP: '1' }, tells: 'PN_YOOKASSA_SECRET: the shop 1 cannot be without' },
  { env: { PN_YOOKASSA_NETS: '10.0.0.0/33' }, tells: 'must be networks such as' },
  { env: { PN_QIWI_SITE: 's' }, tells: 'PN_QIWI_SECRET' },
  { env: { PN_DATABASE_OWNER_URL: 'root' }, tells: 'must begin with mysql://' },
  { env: { PN_PUBLIC_URL: 'panel.example' }, tells: 'must begin with https:// or http://' },
  { env: { PN_SMTP_URL: 'mail.example' }, tells: 'must begin with smtp:// or smtps://' },
  { env: { PN_MAIL_FROM: 'OneTel <a@b.ru>' }, tells: 'must be like noreply@example.com' },
  { env: { PN_SMS_DRIVER: 'pigeon' }, tells: 'must be folder, http or smpp' },
  { env: { PN_SMS_DRIVER: 'smpp' }, tells: 'PN_SMS_DRIVER=smpp needs smpp://… or ssmpp://…' },
  { env: { PN_SMS_DRIVER: 'http', PN_SMS_URL: 'smpp://x' }, tells: 'needs https://… or http://…' },
  { env: { PN_SMS_FROM: '' }, tells: 'must not be empty' },
  { env: { PN_TELEGRAM_TOKEN: 'abc' }, tells: 'must be like 123456:ABC-def' },
  { env: { PN_TELEGRAM_API: 'ftp://x' }, tells: 'must begin with' },
  { env: { PN_PANNEL_PORT: '1' }, tells: 'PN_PANNEL_PORT: no such setting' },
]
for (const { env, tells } of wrong) {
  t.test(`${JSON.stringify(env)} stops the start`, async (t) => {
    t.throws(() => readConfig(env), { message: new RegExp(tells.replaceAll(/[.?*()|"]/g, '\\$&')) })
  })
}

t.test('all faults are named at once', async (t) => {
  try {
    readConfig({ PN_PANEL_PORT: 'x', PN_MAX_CPS: '0', PN_DEMO: '' })
    t.fail('must throw')
  } catch (fault) {
    t.ok(fault instanceof ConfigError)
    t.equal((fault as ConfigError).faults.length, 3)
  }
})

t.test('zero is a value of its own, not a default', async (t) => {
  t.equal(readConfig({ PN_SESSION_SECONDS: '0' }).sessionSeconds, 0)
  t.equal(readConfig({ PN_PANEL_PORT: '0' }).panelPort, 0)
})

t.test('media servers: none, one, several, IPv6', async (t) => {
  const servers = (text: string) => readConfig({ PN_MEDIA_SERVERS: text, PN_MEDIA_SECRET: 'x' }).mediaServers
  t.strictSame(servers(''), [])
  t.strictSame(servers('fs1.example:8021'), [{ host: 'fs1.example', port: 8021 }])
  t.strictSame(servers('10.0.0.7:8021, [2001:db8::7]:8022'), [
    { host: '10.0.0.7', port: 8021 }, { host: '2001:db8::7', port: 8022 },
  ])
})

t.test('links in letters have one slash', async (t) => {
  t.equal(readConfig({ PN_PUBLIC_URL: 'https://panel.example/' }).publicUrl, 'https://panel.example')
  t.equal(readConfig({}).publicUrl, '')
})

t.test('recordings lie under the data folder unless told otherwise', async (t) => {
  t.equal(recordingsFolder(readConfig({ PN_DATA_DIR: '/data' })), '/data/recordings')
  t.equal(recordingsFolder(readConfig({ PN_DATA_DIR: '/data', PN_RECORDINGS: '/rec' })), '/rec')
  const folder = t.testdir({ taken: 'a file' })
  const made = prepareRecordings(readConfig({ PN_DATA_DIR: folder }))
  t.ok(existsSync(made))
  t.throws(() => prepareRecordings(readConfig({ PN_RECORDINGS: join(folder, 'taken', 'x') })),
    { name: 'ConfigError', message: /PN_RECORDINGS.*cannot be made.*name a folder you may write to/s })
})

t.test('every setting stands in the README with its unit and default', async (t) => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8')
  for (const { env, unit, fallback, about } of describeSettings()) {
    t.ok(readme.includes(`| \`${env}\` | ${unit} | ${fallback === '' ? '–' : `\`${fallback}\``} | ${about} |`), env)
  }
})
