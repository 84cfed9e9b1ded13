/** Requests that no application sees, and what nobody wants. */
import t from 'tap'
import { screen, unwanted } from '../../src/drachtio/screening.ts'
import type { ScreeningRules } from '../../src/drachtio/screening.ts'
import { SipMessage } from '../../src/sip/message.ts'

const rules: ScreeningRules = {
  spammers: { userAgent: ['sipcli', 'friendly-scanner'], from: ['hacker'], to: ['00972'] },
  optionsAutoRespond: 'JsSIP 3.8.2',
  rejectRegisterWithNoRealm: true,
}
const nothing: ScreeningRules = {
  spammers: { userAgent: [], from: [], to: [] }, optionsAutoRespond: undefined, rejectRegisterWithNoRealm: false,
}

function request(method: string, headers: Record<string, string> = {}, uri = 'sip:x@example.com'): SipMessage {
  const message = SipMessage.request(method, uri)
  for (const [name, value] of Object.entries(headers)) message.set(name, value)
  return message
}

const cases: { name: string; message: SipMessage; status: number | undefined }[] = [
  { name: 'an honest INVITE', message: request('INVITE', { 'User-Agent': 'Yealink', From: '<sip:a@b>;tag=1' }), status: undefined },
  { name: 'no User-Agent', message: request('INVITE'), status: undefined },
  { name: 'a spammer by User-Agent, as a part', message: request('INVITE', { 'User-Agent': 'sipcli/v1.8' }), status: 603 },
  { name: 'any method of a spammer', message: request('OPTIONS', { 'User-Agent': 'friendly-scanner' }), status: 603 },
  { name: 'a spammer by From user', message: request('INVITE', { From: '"x" <sip:hacker1@h>;tag=1' }), status: 603 },
  { name: 'the word in From, but not in its user', message: request('INVITE', { From: '"hacker" <sip:a@hacker.com>;tag=1' }), status: undefined },
  { name: 'a spammer by To user', message: request('INVITE', { To: '<sip:00972599@h>' }), status: 603 },
  { name: 'a From that is garbage', message: request('INVITE', { From: ';;;sip' }), status: undefined },
  { name: 'OPTIONS of the known user agent', message: request('OPTIONS', { 'User-Agent': 'JsSIP 3.8.2' }), status: 200 },
  { name: 'OPTIONS of nearly that one', message: request('OPTIONS', { 'User-Agent': 'JsSIP 3.8.20' }), status: undefined },
  { name: 'INVITE of the known user agent', message: request('INVITE', { 'User-Agent': 'JsSIP 3.8.2' }), status: undefined },
  { name: 'REGISTER with a realm', message: request('REGISTER', { Contact: '<sip:a@1.1.1.1>' }), status: undefined },
  { name: 'REGISTER without a realm', message: request('REGISTER', {}, 'sip:10.0.0.1'), status: 403 },
  { name: 'REGISTER without a realm, with port and user', message: request('REGISTER', {}, 'sip:u@10.0.0.1:5060;x'), status: 403 },
  { name: 'REGISTER to an IPv6 address', message: request('REGISTER', {}, 'sip:[::1]'), status: 403 },
  { name: 'REGISTER that removes all', message: request('REGISTER', { Contact: '*', Expires: '0' }), status: undefined },
  { name: 'REGISTER "*" with an expiry', message: request('REGISTER', { Contact: '*', Expires: '60' }), status: 400 },
  { name: 'REGISTER "*" without an expiry', message: request('REGISTER', { Contact: '*' }), status: 400 },
  { name: 'REGISTER with a Contact that is no URI', message: request('REGISTER', { Contact: 'nonsense' }), status: 400 },
  { name: 'REGISTER with several Contacts, one broken', message: request('REGISTER', { Contact: '<sip:a@1.1.1.1>, <:>' }), status: 400 },
  { name: 'REGISTER with a bare Contact', message: request('REGISTER', { Contact: 'sip:a@1.1.1.1;expires=60' }), status: undefined },
  { name: 'BYE outside a dialog', message: request('BYE'), status: 481 },
  { name: 'UPDATE outside a dialog', message: request('UPDATE'), status: 481 },
  { name: 'PRACK outside a dialog', message: request('PRACK'), status: 481 },
  { name: 'REFER outside a dialog is for whoever asks for it', message: request('REFER'), status: undefined },
]

for (const c of cases) t.test(c.name, async (t) => { t.equal(screen(c.message, rules)?.status, c.status) })

t.test('without rules everybody passes', async (t) => {
  t.equal(screen(request('INVITE', { 'User-Agent': 'sipcli' }), nothing), undefined)
  t.equal(screen(request('REGISTER', {}, 'sip:10.0.0.1'), nothing), undefined)
})

for (const [method, status] of [['INVITE', 503], ['OPTIONS', 503], ['REGISTER', 503], ['SUBSCRIBE', 503], ['REFER', 405], ['FROB', 501]] as const) {
  t.test(`${method} that nobody wants gets ${status}`, async (t) => { t.equal(unwanted(method).status, status) })
}
