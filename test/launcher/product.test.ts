/** The arguments of the SIP server, as our settings and its configuration file make them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readConfig } from '../../src/config.ts'
import { sipdArguments } from '../../src/launcher/product.ts'
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
