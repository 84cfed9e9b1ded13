/**
 * What the attacks of hostile.test.ts say: garbage, requests that belong to no call, texts that try
 * to become headers, and noise for the control port.
 */
import { seededRandom } from '../support/seeded-random.ts'
import { strangeRequest } from '../support/stranger.ts'

/** Half of them random octets, half of them INVITEs with some octets changed, cut or doubled. */
export function* garbage(count: number, from: string): Generator<string> {
  const random = seededRandom(11)
  const below = (n: number): number => Math.floor(random() * n)
  for (let i = 0; i < count; i++) {
    if (i % 2 === 0) {
      yield Array.from({ length: 1 + below(600) }, () => String.fromCharCode(below(256))).join('')
      continue
    }
    let text = strangeRequest({
      method: 'INVITE', uri: 'sip:+74950000000@127.0.0.1', from, callId: `g${i}`, branch: `g${i}`,
      more: ['Content-Type: application/sdp'], body: 'v=0\r\ns=-\r\n',
    })
    for (let changes = 1 + below(4); changes > 0; changes--) {
      const at = below(text.length)
      const how = below(4) // cut short, changed, cut out, doubled
      if (how === 0) text = text.slice(0, at)
      else {
        const middle = how === 1 ? String.fromCharCode(below(256)) : ''
        const from = [at, at + 1, at + 1 + below(30), Math.max(0, at - below(60))][how]
        text = text.slice(0, at) + middle + text.slice(from)
      }
    }
    yield text
  }
}

interface StrayRequest {
  readonly method: string
  readonly toTag?: string
  /** Statuses that are right. */
  readonly expect: readonly number[]
}

/** Requests outside of any call, and what they get from a trunk and from a stranger. */
export const strays: readonly StrayRequest[] = [
  { method: 'BYE', toTag: 'x', expect: [481] },
  { method: 'BYE', expect: [481] },
  { method: 'CANCEL', expect: [481] },
  { method: 'PRACK', toTag: 'x', expect: [481] },
  { method: 'UPDATE', toTag: 'x', expect: [481] },
  { method: 'INFO', toTag: 'x', expect: [481] },
  { method: 'NOTIFY', toTag: 'x', expect: [481] },
  { method: 'REFER', toTag: 'x', expect: [481] },
  { method: 'INVITE', toTag: 'x', expect: [481] },
  { method: 'REGISTER', expect: [405, 403] },
  { method: 'SUBSCRIBE', expect: [405, 489] },
  { method: 'MESSAGE', expect: [405] },
  { method: 'PUBLISH', expect: [405, 489] },
  { method: 'REFER', expect: [405, 403] },
  { method: 'NOTIFY', expect: [405, 481] },
  { method: 'INFO', expect: [405, 481] },
  { method: 'FROBNICATE', expect: [405, 501] },
]

interface Injection {
  readonly name: string
  /** From, without its tag. */
  readonly from?: string
  /** Header lines. */
  readonly more?: readonly string[]
}

const number = '<sip:+79160000001@127.0.0.1>'

/** What a caller may write to get lines of his own into our messages, the journal or the log. */
export const injections: readonly Injection[] = [
  { name: 'encoded CR LF in the user part', from: '<sip:+7916%0d%0aX-Injected:%201@127.0.0.1>' },
  { name: 'encoded CR LF in the display name', from: `"Evil%0D%0AX-Injected: 1" ${number}` },
  { name: 'a bare CR in the display name', from: `"Evil\rX-Injected: 1" ${number}` },
  { name: 'a bare LF in the display name', from: `"Evil\nX-Injected: 1" ${number}` },
  { name: 'a folded display name', from: `"Evil\r\n X-Injected: 1" ${number}` },
  {
    name: 'Unicode line separators',
    from: `"E\u00c2\u0085\u00e2\u0080\u00a8X-Injected: 1" ${number}`,
  },
  { name: 'NUL and DEL', from: `"Ev\0il\x7f" ${number}` },
  { name: 'headers in the From URI', from: '<sip:+79160000001@127.0.0.1?X-Injected=1>' },
  {
    name: 'headers of the control protocol, of ours and of the route',
    more: [
      'X-Injected: 1', 'X-Original-From: evil', 'Route: <sip:127.0.0.9;lr>',
      'Record-Route: <sip:127.0.0.9;lr>',
    ],
  },
  {
    name: 'identities',
    more: [
      `P-Asserted-Identity: "E\rX-Injected: 1" ${number}`,
      'Remote-Party-ID: "x\nX-Injected: 1" <sip:a@b>', 'Privacy: id;x\rX-Injected: 1',
    ],
  },
  {
    name: 'diversions',
    more: [
      `Diversion: "E\rX-Injected: 1" ${number};reason="x\rX-Injected: 1"`,
      'History-Info: <sip:a@b?Reason=X%0d%0aX-Injected:1>;index=1',
    ],
  },
]

/** What an application that is none may say at the control port. */
export const controlNoise: readonly [string, string][] = [
  ['no frame', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a giant length', '99999999999999#'],
  ['a length above the limit', '20000000#x'],
  ['half of a large frame', `1000000#${'x'.repeat(300_000)}`],
  ['a wrong secret', '34#00000000-aaaa|authenticate|wrong!!'],
  ['a request before any secret', '19#1|sip|x|\r\nBYE x y'],
  ['an empty frame', '0#'],
  ['octets', String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i))],
]
