/** Which application gets a request: round robin per verb, through comings and goings. */
import t from 'tap'
import { Client, maxRoutesPerClient } from '../../src/drachtio/client.ts'
import { Router } from '../../src/drachtio/router.ts'

function setUp(count: number): { router: Router; clients: Client[]; picks: (n: number, verb?: string) => (number | undefined)[] } {
  const router = new Router()
  const clients = Array.from({ length: count }, (_, i) => new Client(i + 1))
  const picks = (n: number, verb = 'invite'): (number | undefined)[] =>
    Array.from({ length: n }, () => router.pick(verb)?.id)
  return { router, clients, picks }
}

t.test('nobody wants it', async (t) => {
  const { router } = setUp(0)
  t.equal(router.pick('invite'), undefined)
  t.notOk(router.wants('invite'))
})

t.test('clients take turns', async (t) => {
  const { router, clients, picks } = setUp(3)
  for (const client of clients) router.add(client, 'invite')
  t.strictSame(picks(7), [1, 2, 3, 1, 2, 3, 1])
})

t.test('a verb has its own turn', async (t) => {
  const { router, clients, picks } = setUp(2)
  for (const client of clients) { router.add(client, 'invite'); router.add(client, 'options') }
  t.strictSame(picks(1), [1])
  t.strictSame(picks(3, 'options'), [1, 2, 1])
  t.strictSame(picks(1), [2])
})

t.test('a route repeated counts once', async (t) => {
  const { router, clients, picks } = setUp(2)
  const [first, second] = clients as [Client, Client]
  for (const verb of ['invite', 'invite', 'bye', 'invite']) t.ok(router.add(first, verb))
  router.add(second, 'invite')
  t.strictSame(picks(4), [1, 2, 1, 2])
})

t.test('remove_route removes that verb only', async (t) => {
  const { router, clients, picks } = setUp(1)
  const [client] = clients as [Client]
  router.add(client, 'invite')
  router.add(client, 'options')
  router.remove(client, 'invite')
  router.remove(client, 'never-added')
  t.strictSame(picks(1), [undefined])
  t.strictSame(picks(1, 'options'), [1])
})

for (const gone of [0, 1, 2]) {
  t.test(`client ${gone + 1} of 3 goes: the others keep their turn`, async (t) => {
    const { router, clients, picks } = setUp(3)
    for (const client of clients) router.add(client, 'invite')
    picks(2)
    const left = clients[gone]
    if (left !== undefined) router.removeAll(left)
    const rest = [1, 2, 3].filter((id) => id !== gone + 1)
    const found = picks(4)
    t.strictSame(found, gone === 2 ? [1, 2, 1, 2] : [3, rest[0], 3, rest[0]])
  })
}

t.test('the last one gone leaves nothing behind', async (t) => {
  const { router, clients } = setUp(1)
  const [client] = clients as [Client]
  router.add(client, 'invite')
  router.removeAll(client)
  t.notOk(router.wants('invite'))
  t.equal(client.routes.size, 0)
})

t.test('routes per client are bounded', async (t) => {
  const { router, clients } = setUp(1)
  const [client] = clients as [Client]
  for (let i = 0; i < maxRoutesPerClient; i++) t.ok(router.add(client, `verb-${i}`))
  t.notOk(router.add(client, 'one-more'))
  t.ok(router.add(client, 'verb-0'), 'a known one is still fine')
})
