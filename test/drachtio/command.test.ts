/** Commands of applications: every meta line of the control protocol, good and bad. */
import fc from 'fast-check'
import t from 'tap'
import type { Command } from '../../src/drachtio/command.ts'
import { parseCommand } from '../../src/drachtio/command.ts'

const sip = (fields: Partial<Command & { verb: 'sip' }>): Command =>
  ({ verb: 'sip', id: 'm', transaction: '', dialog: '', route: '', text: '', ...fields })

const cases: { name: string; payload: string; command: Command }[] = [
  { name: 'authenticate', payload: 'm|authenticate|cymru|', command: { verb: 'authenticate', id: 'm', secret: 'cymru', tags: [] } },
  { name: 'authenticate without the tags field', payload: 'm|authenticate|cymru', command: { verb: 'authenticate', id: 'm', secret: 'cymru', tags: [] } },
  { name: 'authenticate with tags', payload: 'm|authenticate|cymru|tag1,tag2', command: { verb: 'authenticate', id: 'm', secret: 'cymru', tags: ['tag1', 'tag2'] } },
  { name: 'authenticate with an empty secret', payload: 'm|authenticate||', command: { verb: 'authenticate', id: 'm', secret: '', tags: [] } },
  { name: 'route', payload: 'm|route|invite', command: { verb: 'route', id: 'm', method: 'invite' } },
  { name: 'route in capitals', payload: 'm|route|INVITE', command: { verb: 'route', id: 'm', method: 'invite' } },
  { name: 'route of call records', payload: 'm|route|cdr:attempt', command: { verb: 'route', id: 'm', method: 'cdr:attempt' } },
  { name: 'remove_route', payload: 'm|remove_route|invite', command: { verb: 'remove_route', id: 'm', method: 'invite' } },
  { name: 'ping', payload: 'm|ping', command: { verb: 'ping', id: 'm' } },
  { name: 'a response', payload: 'm|sip|txn-1|\r\nSIP/2.0 200 OK\r\n\r\n', command: sip({ transaction: 'txn-1', text: 'SIP/2.0 200 OK\r\n\r\n' }) },
  { name: 'a new request', payload: 'm|sip||\r\nINVITE sip:a@b SIP/2.0\r\n', command: sip({ text: 'INVITE sip:a@b SIP/2.0\r\n' }) },
  { name: 'a request in a dialog', payload: 'm|sip||c@h;from-tag=x\r\nBYE sip:p SIP/2.0\r\n', command: sip({ dialog: 'c@h;from-tag=x', text: 'BYE sip:p SIP/2.0\r\n' }) },
  { name: 'a request with a next hop', payload: 'm|sip|||sip:10.0.0.1\r\nINVITE sip:a@b SIP/2.0\r\n', command: sip({ route: 'sip:10.0.0.1', text: 'INVITE sip:a@b SIP/2.0\r\n' }) },
  { name: 'sip with no further field', payload: 'm|sip', command: sip({}) },
  { name: 'sip with one further field', payload: 'm|sip|txn', command: sip({ transaction: 'txn' }) },
  { name: 'a body with bars in it', payload: 'm|sip|t|\r\nSIP/2.0 200 OK\r\n\r\na|b|c', command: sip({ transaction: 't', text: 'SIP/2.0 200 OK\r\n\r\na|b|c' }) },
  {
    name: 'proxy',
    payload: 'm|proxy|t|remainInDialog|fullResponse||simultaneous|||sip:b@h|sip:c@h\r\nINVITE sip:b@h SIP/2.0\r\n',
    command: {
      verb: 'proxy', id: 'm', transaction: 't', text: 'INVITE sip:b@h SIP/2.0\r\n',
      fields: ['remainInDialog', 'fullResponse', '', 'simultaneous', '', '', 'sip:b@h', 'sip:c@h'],
    },
  },
  { name: 'proxy with too little', payload: 'm|proxy|t|a|b', command: { verb: 'bad', id: 'm', answer: 'Invalid proxy request: not enough information provided' } },
  { name: 'no bar at all', payload: 'justonetoken', command: { verb: 'bad', id: 'justonetoken', answer: 'Invalid message format' } },
  { name: 'an empty payload', payload: '', command: { verb: 'bad', id: '', answer: 'Invalid message format' } },
  { name: 'an unknown verb', payload: 'm|frobnicate|x', command: { verb: 'bad', id: 'm', answer: 'Unknown message type' } },
  { name: 'a verb of Object.prototype', payload: 'm|constructor|x', command: { verb: 'bad', id: 'm', answer: 'Unknown message type' } },
  { name: 'a tag with a space', payload: 'm|authenticate|s|a b', command: { verb: 'bad', id: 'm', answer: 'Invalid tags' } },
  { name: 'a tag too long', payload: `m|authenticate|s|${'x'.repeat(33)}`, command: { verb: 'bad', id: 'm', answer: 'Invalid tags' } },
  { name: 'too many tags', payload: `m|authenticate|s|${Array(21).fill('x').join(',')}`, command: { verb: 'bad', id: 'm', answer: 'Invalid tags' } },
]

for (const c of cases) t.test(c.name, async (t) => { t.strictSame(parseCommand(c.payload), c.command) })

t.test('whatever comes, it is a command or bad, never an exception', async () => {
  const piece = fc.oneof(fc.constantFrom('|', 'sip', 'route', 'proxy', 'authenticate', '\r\n', ','), fc.string({ maxLength: 8 }))
  fc.assert(fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
    return typeof parseCommand(pieces.join('')).verb === 'string'
  }), { numRuns: 500, seed: 11 })
})
