/** Options: command line over environment over file over defaults, faults all at once. */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { OptionsError, parseSipdArguments } from '../../src/sipd/command-line.ts'
import { defaultOptions } from '../../src/sipd/options.ts'
import type { SipdOptions } from '../../src/sipd/options.ts'

const suiteFile = `<drachtio>
  <admin port="9061" secret="foo" tcp-keepalive="0">127.0.0.1</admin>
  <sip><contacts>
    <contact external-ip="1.2.3.4" local-net="10.0.0.0/8, 192.168.0.0/16" dns-names="a.example,b.example">sip:10.0.0.5;transport=udp</contact>
    <contact>sip:127.0.0.1:5062</contact></contacts>
    <outbound-proxy>sip:10.9.9.9</outbound-proxy>
    <udp-mtu>4096</udp-mtu>
    <aggressive-nat-detection>yes</aggressive-nat-detection>
    <reject-register-with-no-realm>true</reject-register-with-no-realm>
    <user-agent-options-auto-respond>JsSIP 3.8.2</user-agent-options-auto-respond>
    <session-timers default-refresher="uas"/>
    <timers><t1>250</t1><t2>2000</t2><t4>2500</t4><t1x64>16000</t1x64></timers>
    <spammers action="reject"><header name="User-Agent"><value>sipcli</value></header><header><value>x</value></header><header name="To"><value>00</value></header></spammers>
    <frobnicate deep="yes"><more/></frobnicate>
  </sip>
  <cdrs>true</cdrs>
  <monitoring><prometheus port="9999">127.0.0.1</prometheus></monitoring>
  <logging><console/><sofia-loglevel>3</sofia-loglevel><loglevel>warning</loglevel></logging>
</drachtio>`

const readFile = (path: string): string | undefined => (path === '/f.xml' ? suiteFile : undefined)

function options(argv: string[], env: Record<string, string> = {}): SipdOptions {
  const read = parseSipdArguments(argv, env, readFile)
  if (read.version === true) throw new Error('unexpected --version')
  return read
}

function faults(argv: string[], env: Record<string, string> = {}, file = readFile): readonly string[] {
  try {
    parseSipdArguments(argv, env, file)
  } catch (error) {
    if (error instanceof OptionsError) return error.faults
    throw error
  }
  return []
}

t.test('nothing at all gives the defaults', async (t) => { t.strictSame(options([]), defaultOptions) })

t.test('--version asks for nothing else', async (t) => {
  t.strictSame(parseSipdArguments(['--version'], {}, readFile), { version: true })
  t.strictSame(parseSipdArguments(['-v', '-f', '/none'], {}, readFile), { version: true })
})

t.test('every element of the file', async (t) => {
  t.strictSame(options(['-f', '/f.xml']), {
    adminAddress: '127.0.0.1',
    adminPort: 9061,
    secret: 'foo',
    keepAliveSeconds: 0,
    contacts: [
      { uri: 'sip:10.0.0.5;transport=udp', externalIp: '1.2.3.4', localNets: ['10.0.0.0/8', '192.168.0.0/16'], dnsNames: ['a.example', 'b.example'] },
      { uri: 'sip:127.0.0.1:5062', localNets: [], dnsNames: [] },
    ],
    outboundProxy: 'sip:10.9.9.9',
    t1Ms: 250, t2Ms: 2000, t4Ms: 2500, t1x64Ms: 16_000,
    defaultRefresher: 'uas',
    aggressiveNat: true,
    natDetection: true,
    rejectRegisterWithNoRealm: true,
    optionsAutoRespond: 'JsSIP 3.8.2',
    alwaysSend180: false,
    spammers: { userAgent: ['sipcli'], from: [], to: ['00'] },
    cdrs: true,
    prometheus: { address: '127.0.0.1', port: 9999 },
    logLevel: 'warn',
    ignored: [],
  } satisfies SipdOptions)
})

t.test('the product\'s own file is sound', async (t) => {
  const own = readFileSync(new URL('../../drachtio-conf/drachtio.conf.xml', import.meta.url), 'utf8')
  const read = parseSipdArguments(['-f', '/own'], {}, () => own) as SipdOptions
  t.match(read, { adminAddress: '127.0.0.1', adminPort: 9022, secret: 'cymru', cdrs: false, ignored: [] })
  t.strictSame(read.contacts, [{ uri: 'sip:127.0.0.1:5060;transport=udp,tcp', localNets: [], dnsNames: [] }])
})

const lines: { name: string; argv: string[]; env?: Record<string, string>; want: Partial<SipdOptions> }[] = [
  { name: 'a contact with what belongs to it, then another', argv: ['--contact', 'sip:1.1.1.1', '--external-ip', '9.9.9.9', '--local-net', '1.0.0.0/8', '--dns-name', 'me.example', '-c', 'sip:2.2.2.2;transport=tcp'],
    want: { contacts: [{ uri: 'sip:1.1.1.1', localNets: ['1.0.0.0/8'], dnsNames: ['me.example'], externalIp: '9.9.9.9' }, { uri: 'sip:2.2.2.2;transport=tcp', localNets: [], dnsNames: [] }] } },
  { name: 'port and address', argv: ['-p', '0', '--address', '127.0.0.9'], want: { adminPort: 0, adminAddress: '127.0.0.9' } },
  { name: 'values behind an equals sign', argv: ['--port=9000', '--secret=a=b'], want: { adminPort: 9000, secret: 'a=b' } },
  { name: 'a value glued to its letter', argv: ['-p9000'], want: { adminPort: 9000 } },
  { name: 'switches', argv: ['--always-send-180', '--aggressive-nat-detection', '--disable-nat-detection', '--reject-register-with-no-realm', '--stdout', '--memory-debug'],
    want: { alwaysSend180: true, aggressiveNat: true, natDetection: false, rejectRegisterWithNoRealm: true, ignored: [] } },
  { name: 'log levels', argv: ['-l', 'debug', '--sofia-loglevel', '9'], want: { logLevel: 'debug' } },
  { name: 'metrics on a port', argv: ['--prometheus-scrape-port', '9090'], want: { prometheus: { address: '0.0.0.0', port: 9090 } } },
  { name: 'metrics on an IPv6 address', argv: ['--prometheus-scrape-port', '[::1]:9090'], want: { prometheus: { address: '::1', port: 9090 } } },
  { name: 'what has no effect yet is told', argv: ['--http-handler', 'http://x', '--homer', '1.1.1.1:9060', '--mtu', '4096'], want: { ignored: ['--http-handler (HTTP routing)', '--homer (HEP capture)'] } },
  { name: 'environment over default', argv: [], env: { DRACHTIO_SECRET: 'foobar', DRACHTIO_ADMIN_TCP_PORT: '9100', DRACHTIO_LOGLEVEL: 'error' }, want: { secret: 'foobar', adminPort: 9100, logLevel: 'error' } },
  { name: 'environment over file', argv: ['-f', '/f.xml'], env: { DRACHTIO_SECRET: 'foobar' }, want: { secret: 'foobar', adminPort: 9061 } },
  { name: 'an empty variable says nothing', argv: ['-f', '/f.xml'], env: { DRACHTIO_SECRET: '' }, want: { secret: 'foo' } },
  { name: 'command line over environment and file', argv: ['-f', '/f.xml', '--secret', 'mine', '--contact', 'sip:3.3.3.3'], env: { DRACHTIO_SECRET: 'foobar' }, want: { secret: 'mine', contacts: [{ uri: 'sip:3.3.3.3', localNets: [], dnsNames: [] }], cdrs: true } },
  { name: 'the file named by the environment', argv: [], env: { DRACHTIO_CONFIG_FILE_PATH: '/f.xml' }, want: { secret: 'foo' } },
  { name: '--noconfig', argv: ['--noconfig'], env: { DRACHTIO_CONFIG_FILE_PATH: '/f.xml' }, want: { secret: 'cymru' } },
]

for (const c of lines) t.test(c.name, async (t) => { t.match(options(c.argv, c.env), c.want) })

const wrong: { name: string; argv: string[]; env?: Record<string, string>; want: RegExp[] }[] = [
  { name: 'an unknown option', argv: ['--frob'], want: [/^--frob: unknown option/] },
  { name: 'an option of Object.prototype', argv: ['constructor'], want: [/unknown option/] },
  { name: 'a value missing', argv: ['--port'], want: [/--port: has no value/] },
  { name: 'a port that is none', argv: ['--port', '70000'], want: [/"70000" is not a number from 0 to 65535/] },
  { name: 'a port with a sign', argv: ['--port', '+1'], want: [/not a number/] },
  { name: 'a level that is none', argv: ['-l', 'loud'], want: [/"loud" is none of/] },
  { name: 'an external address of no contact', argv: ['--external-ip', '1.1.1.1'], want: [/must follow the --contact/] },
  { name: 'an external address that is none', argv: ['-c', 'sip:1.1.1.1', '--external-ip', 'here'], want: [/external-ip "here"/] },
  { name: 'a network that is none', argv: ['-c', 'sip:1.1.1.1', '--local-net', '10.0.0.0/33'], want: [/local-net "10.0.0.0\/33"/] },
  { name: 'TLS', argv: ['-c', 'sip:1.1.1.1;transport=udp,tls'], want: [/TLS is not supported yet: sip:1.1.1.1;transport=udp,tls/] },
  { name: 'sips', argv: ['-c', 'sips:1.1.1.1'], want: [/TLS is not supported yet/] },
  { name: 'WebSocket', argv: ['-c', 'sip:1.1.1.1;transport=ws'], want: [/WebSocket is not supported yet/] },
  { name: 'a transport that is none', argv: ['-c', 'sip:1.1.1.1;transport=pigeon'], want: [/unknown transport "pigeon"/] },
  { name: 'a contact that is no SIP URI', argv: ['-c', '1.1.1.1:5060'], want: [/not a SIP URI/] },
  { name: 'an empty secret', argv: ['--secret', ''], want: [/secret: is empty/] },
  { name: 'a file that is not there', argv: ['-f', '/none'], want: [/\/none: cannot be read/] },
  { name: 'a variable', argv: [], env: { DRACHTIO_ADMIN_TCP_PORT: 'x' }, want: [/DRACHTIO_ADMIN_TCP_PORT/] },
  { name: 'all at once', argv: ['--frob', '-p', 'x', '-l', 'y', '-f', '/none'], want: [/--frob/, /--port/, /--loglevel/, /\/none/] },
]

for (const c of wrong) {
  t.test(`refused: ${c.name}`, async (t) => {
    const found = faults(c.argv, c.env)
    t.equal(found.length, c.want.length, found.join('; '))
    c.want.forEach((pattern, i) => t.match(found[i], pattern))
  })
}

const files: { name: string; xml: string; want: RegExp[] }[] = [
  { name: 'not XML', xml: '<drachtio>', want: [/line 1: <drachtio> is not closed/] },
  { name: 'another root', xml: '<freeswitch/>', want: [/root element is <freeswitch>/] },
  { name: 'no admin', xml: '<drachtio/>', want: [/<admin> is missing/] },
  { name: 'a wrong admin port', xml: '<drachtio><admin port="x">1.1.1.1</admin></drachtio>', want: [/admin port: "x"/] },
  { name: 'every wrong value', xml: `<drachtio><admin tcp-keepalive="-1"/><cdrs>perhaps</cdrs><logging><loglevel>x</loglevel></logging>
      <monitoring><prometheus port="p"/></monitoring>
      <sip><session-timers default-refresher="me"/><timers><t1>0</t1></timers><contact>sip:*;transport=tls</contact></sip></drachtio>`,
    want: [/tcp-keepalive/, /loglevel/, /prometheus port/, /cdrs: "perhaps"/, /default-refresher/, /timers t1/, /TLS/] },
]

for (const c of files) {
  t.test(`file refused: ${c.name}`, async (t) => {
    const found = faults(['-f', '/x'], {}, () => c.xml)
    t.equal(found.length, c.want.length, found.join('; '))
    c.want.forEach((pattern, i) => t.match(found[i], pattern))
  })
}

t.test('elements without effect are told, empty ones are not', async (t) => {
  const xml = '<drachtio><admin tls-port="9023"/><request-handlers/><sip><tls><key-file>k</key-file></tls></sip></drachtio>'
  const read = parseSipdArguments(['-f', '/x'], {}, () => xml) as SipdOptions
  t.strictSame(read.ignored, ['<admin tls-port> (TLS)', '<tls> (TLS)'])
})
