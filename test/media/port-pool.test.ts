import { createSocket } from 'node:dgram'
import t from 'tap'
import { PortPool } from '../../src/media/port-pool.ts'
import { RtpSocket } from '../../src/media/rtp-socket.ts'

t.test('even ports of the range, each once', async (t) => {
  const pool = new PortPool(20_001, 20_008, 1000)
  t.strictSame([pool.take(0), pool.take(0), pool.take(0), pool.take(0)], [20_002, 20_004, 20_006, undefined])
})

t.test('a port rests before it is used again, the one longest at rest first', async (t) => {
  const pool = new PortPool(20_000, 20_003, 1000)
  pool.take(0)
  pool.take(0)
  pool.giveBack(20_002, 100)
  pool.giveBack(20_000, 200)
  t.equal(pool.take(1099), undefined)
  t.equal(pool.take(1100), 20_002)
  t.equal(pool.take(1150), undefined)
  t.equal(pool.take(1200), 20_000)
})

t.test('ten thousand calls one after the other find their ports', async (t) => {
  const pool = new PortPool(20_000, 20_019, 10)
  const used = new Set<number | undefined>()
  for (let call = 0; call < 10_000; call++) {
    const port = pool.take(call * 20)
    used.add(port)
    if (port !== undefined) pool.giveBack(port, call * 20 + 1)
  }
  t.equal(used.size, 10)
  t.notOk(used.has(undefined))
})

t.test('0: the system chooses', async (t) => {
  const pool = new PortPool(0, 0, 1000)
  t.equal(pool.isOpen, true)
  t.equal(pool.take(0), 0)
  pool.giveBack(40_000, 0)
  t.equal(pool.take(0), 0)
  const socket = await RtpSocket.open(pool, '127.0.0.1', 0)
  t.equal((socket?.port ?? 1) % 2, 0)
  socket?.close()
})

t.test('a port somebody else holds is passed over', async (t) => {
  const blocker = createSocket('udp4')
  await new Promise<void>((resolve) => blocker.bind(0, '127.0.0.1', resolve))
  t.teardown(() => blocker.close())
  const taken = blocker.address().port
  const first = taken - (taken % 2)
  const pool = new PortPool(first, first + 5, 60_000)
  const socket = await RtpSocket.open(pool, '127.0.0.1', 0)
  t.ok(socket === undefined || socket.port !== first)
  socket?.close()
  const none = new PortPool(first, first + 1, 60_000)
  t.equal(await RtpSocket.open(none, '127.0.0.1', 0), undefined)
})
