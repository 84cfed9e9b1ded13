/** The parts and the arguments of SIP and media server, as our settings make them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readConfig } from '../../src/config.ts'
import type { PartPlan } from '../../src/launcher/part.ts'
import { mediaArguments, productParts, sipdArguments } from '../../src/launcher/product.ts'
import { parseMediaArguments } from '../../src/media/options.ts'
import { parseSipdArguments } from '../../src/sipd/command-line.ts'
import type { SipdOptions } from '../../src/sipd/options.ts'

const conf = join(import.meta.dirname, '../../drachtio-conf/drachtio.conf.xml')

function options(env: Record<string, string>, change = (xml: string): string => xml): SipdOptions {
  const parsed = parseSipdArguments(
    sipdArguments(readConfig(env)), {}, () => change(readFileSync(conf, 'utf8')))
  if (parsed.version === true) throw new Error('no options')
  return parsed
}

const own = { localNets: [], dnsNames: [] }
const rows: { name: string; env: Record<string, string>; want: Partial<SipdOptions> }[] = [
  { name: 'no setting: what the file says', env: {}, want: { contacts: [{ uri: 'sip:127.0.0.1:5060;transport=udp,tcp', ...own }], adminAddress: '127.0.0.1', adminPort: 9022, secret: 'cymru', prometheus: undefined } },
  { name: 'a contact', env: { PN_SIP_CONTACT: 'sip:10.0.0.5;transport=udp' }, want: { contacts: [{ uri: 'sip:10.0.0.5;transport=udp', ...own }] } },
  { name: 'the control port', env: { PN_CONTROL_HOST: '10.0.0.6', PN_CONTROL_PORT: '9999', PN_CONTROL_SECRET: 'mine' }, want: { adminAddress: '10.0.0.6', adminPort: 9999, secret: 'mine' } },
  { name: 'metrics', env: { PN_METRICS_PORT: '9100' }, want: { prometheus: { address: '127.0.0.1', port: 9100 } } },
]
for (const { name, env, want } of rows) t.test(name, async (t) => { t.match(options(env), want) })

t.test('an outside address in the file acts under make run', async (t) => {
  const { contacts } = options({}, (xml) => xml.replace('<contact>', '<contact external-ip="203.0.113.7" local-net="10.0.0.0/8">'))
  t.match(contacts, [{ externalIp: '203.0.113.7', localNets: ['10.0.0.0/8'] }])
})

const ready = new Map<string, unknown>([
  ['database', { url: 'mysql://made' }],
  ['sipd', { sip: [], host: '10.0.0.5', port: 5060, controlPort: 9999, metricsPort: 0 }],
])

function plans(env: Record<string, string>): PartPlan[] {
  return productParts(readConfig(env), {}, 'node', 'main.ts')
    .map((plan) => typeof plan === 'function' ? plan(ready) : plan)
}

t.test('the embedded media server comes before the application, which finds it', async (t) => {
  const [database, sipd, media, app, ...more] = plans({ PN_MEDIA_PORT: '8099', PN_DEMO: 'no' })
  t.strictSame([database?.name, sipd?.name, media?.name, app?.name, more.length], ['database', 'sipd', 'media', 'app', 0])
  t.equal(media?.optional, true)
  const { PN_MEDIA_SECRET: secret, PN_MEDIA_SERVERS: servers } = app!.env
  t.equal(servers, '127.0.0.1:8099')
  t.match(secret, /^[\w-]{24}$/)
  t.equal(media?.env['PN_MEDIA_SECRET'], secret, 'a secret of this start')
  t.notOk(media!.command.includes(secret!), 'which no list of processes shows')
  t.not(plans({})[2]?.env['PN_MEDIA_SECRET'], secret)
})

t.test('with media servers of the operator no embedded one is started', async (t) => {
  const env = { PN_MEDIA_SERVERS: '10.0.0.7:8021', PN_MEDIA_SECRET: 'theirs', DATABASE_URL: 'mysql://x', PN_DEMO: 'no' }
  const parts = plans(env)
  t.strictSame(parts.map(({ name }) => name), ['sipd', 'app'])
  t.notOk('PN_MEDIA_SERVERS' in parts[1]!.env, 'the environment has them as they were set')
})

t.test('the simulator of payment systems comes with the demo, where no shop is named', async (t) => {
  const names = (env: Record<string, string>) => plans(env).map(({ name }) => name)
  t.strictSame(names({}), ['database', 'sipd', 'media', 'pay-simulator', 'app'])
  const [simulator, app] = plans({}).slice(-2)
  t.equal(simulator?.optional, true, 'calls never wait for it')
  const secret = app?.env['PN_PAY_SIMULATOR_SECRET']
  t.match(secret, /^[\w-]{24}$/, 'a secret of this start')
  t.equal(simulator?.env['PN_PAY_SIMULATOR_SECRET'], secret, 'that both know')
  t.notOk(simulator!.command.includes(secret!), 'and no list of processes shows')
  const rows: [string, Record<string, string>, boolean][] = [
    ['no demo', { PN_DEMO: 'no' }, false],
    ['switched off', { PN_PAY_SIMULATOR_PORT: '0' }, false],
    ['Robokassa is ours, cards are not', { PN_ROBOKASSA_LOGIN: 'a', PN_ROBOKASSA_PASSWORD_1: 'b', PN_ROBOKASSA_PASSWORD_2: 'c' }, true],
    ['both are ours', { PN_ROBOKASSA_LOGIN: 'a', PN_ROBOKASSA_PASSWORD_1: 'b', PN_ROBOKASSA_PASSWORD_2: 'c', PN_YOOKASSA_SHOP: '1', PN_YOOKASSA_SECRET: 's' }, false],
  ]
  for (const [name, env, starts] of rows) t.equal(names(env).includes('pay-simulator'), starts, name)
})

const media: { name: string; env: Record<string, string>; host: string; want: object }[] = [
  { name: 'as the SIP server', env: {}, host: '10.0.0.5', want: { rtpAddress: '10.0.0.5', rtpPortMin: 20_000, rtpPortMax: 29_999, sipAddress: '127.0.0.1', sipPort: 0, eslAddress: '127.0.0.1', eslPort: 8021, allowed: ['127.0.0.0/8', '::1/128', '10.0.0.5'] } },
  { name: 'the SIP server listens everywhere', env: {}, host: '0.0.0.0', want: { rtpAddress: '127.0.0.1' } },
  { name: 'an address of its own', env: { PN_RTP_ADDRESS: '203.0.113.7', PN_RTP_PORTS: '30000-30999' }, host: '10.0.0.5', want: { rtpAddress: '203.0.113.7', rtpPortMin: 30_000, rtpPortMax: 30_999 } },
  { name: 'IPv6', env: {}, host: '2001:db8::5', want: { rtpAddress: '2001:db8::5' } },
  { name: 'any free ports', env: { PN_RTP_PORTS: '0', PN_RECORDINGS: '/rec', PN_PROMPTS: '/prompts' }, host: '', want: { rtpPortMin: 0, rtpPortMax: 0, recordingsFolder: '/rec', soundsFolder: '/prompts' } },
]
for (const { name, env, host, want } of media) {
  t.test(`media server: ${name}`, async (t) => {
    t.match(parseMediaArguments(mediaArguments(readConfig(env), host), { PN_MEDIA_SECRET: 's' }), { secret: 's', ...want })
  })
}
