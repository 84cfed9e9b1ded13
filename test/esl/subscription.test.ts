import t from 'tap'
import type { EslEvent } from '../../src/esl/event.ts'
import { HeaderSection } from '../../src/esl/event.ts'
import { Subscription } from '../../src/esl/subscription.ts'

function event(name: string, id = 'u1', subclass?: string): EslEvent {
  const sections = [new HeaderSection([['Event-Name', name], ['Unique-ID', id]])]
  return subclass === undefined ? { name, sections } : { name, subclass, sections }
}

t.test('nothing is wanted at first, and of unknown names nothing either', async (t) => {
  const subscription = new Subscription()
  t.equal(subscription.wants(event('DTMF')), false)
  t.equal(subscription.add(['NOSUCH']), false)
  t.equal(subscription.add([]), false)
  t.ok(subscription.isEmpty)
})

t.test('lists add up, unknown names are skipped, names can be taken away', async (t) => {
  const subscription = new Subscription()
  t.ok(subscription.add(['DTMF', 'NOSUCH']))
  t.ok(subscription.add(['HEARTBEAT']))
  t.ok(subscription.wants(event('DTMF')))
  t.ok(subscription.wants(event('HEARTBEAT')))
  subscription.remove(['DTMF'])
  t.notOk(subscription.wants(event('DTMF')))
  subscription.clear()
  t.notOk(subscription.wants(event('HEARTBEAT')))
})

t.test('ALL is everything', async (t) => {
  const subscription = new Subscription()
  subscription.add(['ALL'])
  t.ok(subscription.wants(event('ANYTHING')))
  t.ok(subscription.wants(event('CUSTOM', 'u1', 'a::b')))
})

t.test('CUSTOM is by subclass, and what follows it subscribes to nothing else', async (t) => {
  const subscription = new Subscription()
  subscription.add(['DTMF', 'CUSTOM'], ['conference::maintenance', 'BACKGROUND_JOB'])
  t.ok(subscription.wants(event('CUSTOM', 'u1', 'conference::maintenance')))
  t.notOk(subscription.wants(event('CUSTOM', 'u1', 'other::thing')))
  t.notOk(subscription.wants(event('BACKGROUND_JOB')))
  subscription.remove(['CUSTOM'], ['conference::maintenance'])
  t.notOk(subscription.wants(event('CUSTOM', 'u1', 'conference::maintenance')))
})

t.test('filters are or-ed and take no notice of case', async (t) => {
  const subscription = new Subscription()
  subscription.add(['DTMF'])
  subscription.addFilter('Unique-ID', 'U1')
  t.ok(subscription.wants(event('DTMF', 'u1')))
  t.notOk(subscription.wants(event('DTMF', 'u2')))
  subscription.addFilter('Unique-ID', 'u2')
  t.ok(subscription.wants(event('DTMF', 'u2')))
  t.notOk(subscription.wants(event('HEARTBEAT', 'u2')), 'a filter subscribes to nothing')
  subscription.deleteFilter('Unique-ID', 'u1')
  t.notOk(subscription.wants(event('DTMF', 'u1')))
  subscription.addFilter('Core-UUID', 'x')
  subscription.deleteFilter('Unique-ID', '')
  t.strictSame(subscription.filters, [{ header: 'Core-UUID', value: 'x' }])
  t.notOk(subscription.wants(event('DTMF', 'u1')), 'a header that is not there equals nothing')
  subscription.deleteFilter('all', '')
  t.ok(subscription.wants(event('DTMF', 'anyone')))
})

t.test('a client cannot pile up filters without end', async (t) => {
  const subscription = new Subscription()
  for (let i = 0; i < 256; i++) t.ok(subscription.addFilter('Unique-ID', `${i}`))
  t.notOk(subscription.addFilter('Unique-ID', 'one more'))
})
