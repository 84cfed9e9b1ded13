/**
 * Cost of the application's own part of a call, without drachtio-srf and sockets: INVITE read, rule
 * chosen, leg rung, answered, hung up, record closed, over the fake server in virtual time (whose
 * own cost is in the figure). One target, and a fork to three.
 */
import { Reception } from '../../src/app/reception.ts'
import { readInvite } from '../../src/app/inbound.ts'
import { directory, invite, NotingJournal, quiet, rule, subscriber, trunk } from '../support/call-fixtures.ts'
import { FakeCaller, FakeSipServer } from '../support/fake-sip-server.ts'
import { SteppingClock } from '../support/stepping-clock.ts'

const numbers = ['+79160000001', '+79160000002', '+79160000003']

async function calls(count: number, targets: number): Promise<number> {
  const clock = new SteppingClock()
  const server = new FakeSipServer(clock)
  server.phone = (uri) => ({ ringsAfter: 20, ...(uri.includes('0001@') ? { finalAfter: 50 } : {}) })
  const who = subscriber([rule(numbers.slice(0, targets))])
  const reception = new Reception(
    { maxCps: 0, maxLiveCalls: 0, maxCallSeconds: 3600, sessionSeconds: 1800, recordingsFolder: 'recordings' },
    {
      directory: directory(async () => who, [trunk()]), journal: new NotingJournal(), clock, log: quiet,
      media: undefined, library: undefined, dialogues: () => { throw new Error('no media here') },
    }, server)
  const start = performance.now()
  for (let i = 0; i < count; i++) {
    const caller = new FakeCaller(server, invite({ 'call-id': `call-${i}` }))
    reception.invite(caller, undefined)
    await clock.run(100)
    caller.hangUp()
    await clock.run(50)
  }
  const us = ((performance.now() - start) * 1000) / count
  if (reception.counts().ending !== 0) throw new Error('calls are left over')
  return us
}

for (const targets of [1, 3]) {
  await calls(500, targets)
  console.log(`whole call, ${targets} target(s): ${(await calls(3000, targets)).toFixed(0)} µs`)
}

const request = invite({ diversion: '<sip:+79990000000@h>;reason=user-busy', supported: 'timer', 'session-expires': '1800;refresher=uac' })
const first = trunk()
for (let i = 0; i < 5000; i++) readInvite(request, first)
const start = performance.now()
for (let i = 0; i < 20_000; i++) readInvite(request, first)
console.log(`reading an INVITE: ${((performance.now() - start) / 20).toFixed(1)} µs`)
