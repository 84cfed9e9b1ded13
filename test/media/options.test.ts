import t from 'tap'
import { defaultMediaOptions, MediaOptionsError, networkCheck, parseMediaArguments } from '../../src/media/options.ts'
import type { MediaOptions } from '../../src/media/options.ts'

const cases: { name: string; argv: string[]; env?: Record<string, string>; options: Partial<MediaOptions> }[] = [
  { name: 'nothing but the secret from the environment', argv: [], env: { PN_MEDIA_SECRET: 's' }, options: { ...defaultMediaOptions, secret: 's' } },
  { name: 'the command line before the environment', argv: ['--secret', 'a'], env: { PN_MEDIA_SECRET: 'b' }, options: { secret: 'a' } },
  { name: 'addresses', argv: ['--sip', '10.0.0.1:5070', '--esl', '10.0.0.2:0'], options: { sipAddress: '10.0.0.1', sipPort: 5070, eslAddress: '10.0.0.2', eslPort: 0, rtpAddress: '10.0.0.1' } },
  { name: 'IPv6', argv: ['--sip', '[::1]:5070', '--rtp-address', '::1'], options: { sipAddress: '::1', sipPort: 5070, rtpAddress: '::1' } },
  {
    name: 'an address of each family', argv: ['--rtp-address', '10.0.0.1,fd00::1'],
    options: { rtpAddress: '10.0.0.1', rtpAddressOther: 'fd00::1' },
  },
  { name: 'a range of ports', argv: ['--rtp-ports', '20000-29999'], options: { rtpPortMin: 20_000, rtpPortMax: 29_999 } },
  { name: 'any ports', argv: ['--rtp-ports', '0'], options: { rtpPortMin: 0, rtpPortMax: 0 } },
  { name: 'networks', argv: ['--allow', '10.0.0.0/8,192.168.1.1'], options: { allowed: ['10.0.0.0/8', '192.168.1.1'] } },
  { name: 'folders, as many as wanted', argv: ['--recordings', '/r', '--sounds', '/s', '--folder', '/a', '--folder', '/b'], options: { recordingsFolder: '/r', soundsFolder: '/s', folders: ['/a', '/b'] } },
  { name: 'profiles and a TLS terminator', argv: ['--profiles', 'a,b_c', '--tls-address', '10.0.0.1:5061'], options: { profiles: ['a', 'b_c'], tlsAddress: '10.0.0.1:5061' } },
  { name: 'numbers', argv: ['--max-sessions', '5', '--media-timeout', '0', '--log-level', 'debug'], options: { maxSessions: 5, mediaTimeoutSeconds: 0, logLevel: 'debug' } },
  { name: 'another address to tell', argv: ['--external-address', '203.0.113.7'], options: { externalAddress: '203.0.113.7' } },
]

for (const { name, argv, env, options } of cases) {
  t.test(`reads ${name}`, async (t) => {
    t.match(parseMediaArguments(argv, env ?? { PN_MEDIA_SECRET: 's' }), options)
  })
}

const wrong: { argv: string[]; fault: string }[] = [
  { argv: ['--no-such', 'x'], fault: '--no-such: there is no such option' },
  { argv: ['constructor', 'x'], fault: 'constructor: there is no such option' },
  { argv: ['--sip'], fault: '--sip: needs a value' },
  { argv: ['--sip', 'localhost:5060'], fault: '--sip: localhost:5060 is no ADDRESS:PORT' },
  { argv: ['--sip', '10.0.0.1:65536'], fault: '--sip: 10.0.0.1:65536 is no ADDRESS:PORT' },
  { argv: ['--sip', '10.0.0.1'], fault: '--sip: 10.0.0.1 is no ADDRESS:PORT' },
  { argv: ['--rtp-ports', '30000-20000'], fault: 'must rise' },
  { argv: ['--rtp-ports', '80-90'], fault: 'begin at 1024' },
  { argv: ['--rtp-ports', 'many'], fault: 'no range of ports' },
  { argv: ['--allow', '10.0.0.0/33'], fault: '"10.0.0.0/33" is no network' },
  { argv: ['--allow', 'everybody'], fault: '"everybody" is no network' },
  { argv: ['--profiles', 'a,b c'], fault: 'is no list of names' },
  { argv: ['--rtp-address', 'host'], fault: 'is no IP address' },
  { argv: ['--rtp-address', '10.0.0.1,10.0.0.2'], fault: 'is not one address of each IP family' },
  { argv: ['--rtp-address', '10.0.0.1,::1,::2'], fault: 'is not one address of each IP family' },
  { argv: ['--rtp-address', '10.0.0.1,'], fault: 'is no IP address' },
  { argv: ['--max-sessions', '0'], fault: 'is no number from 1' },
  { argv: ['--log-level', 'loud'], fault: 'is no log level' },
]

for (const { argv, fault } of wrong) {
  t.test(`refuses ${argv.join(' ')}`, async (t) => {
    const faults = faultsOf(argv, { PN_MEDIA_SECRET: 's' })
    t.equal(faults.length, 1)
    t.match(faults[0], fault)
  })
}

t.test('all faults are told at once, a missing secret among them', async (t) => {
  t.equal(faultsOf(['--sip', 'x', '--max-sessions', 'y', '--what', 'z'], {}).length, 4)
})

t.test('networks: what is no address is in none', async (t) => {
  const isAllowed = networkCheck(['127.0.0.0/8', '10.1.2.3', '::1/128', 'fd00::/8'])
  for (const address of ['127.0.0.1', '127.9.9.9', '10.1.2.3', '::1', 'fd12::1', '::ffff:127.0.0.1']) t.ok(isAllowed(address), address)
  for (const address of ['', '10.1.2.4', '192.0.2.1', '::2', '::ffff:10.1.2.4', 'localhost', '127.0.0.1.evil']) t.notOk(isAllowed(address), address)
  t.notOk(networkCheck([])('127.0.0.1'), 'an empty list allows nobody')
})

function faultsOf(argv: string[], env: Record<string, string>): readonly string[] {
  try {
    parseMediaArguments(argv, env)
    return []
  } catch (error) {
    if (!(error instanceof MediaOptionsError)) throw error
    return error.faults
  }
}
