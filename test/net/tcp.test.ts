/** SIP over TCP: framing, reuse, keep-alives, and what a peer may not do. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import t from 'tap'
import { TcpTransport, tcpLimits } from '../../src/net/tcp.ts'
import type { TcpLimits } from '../../src/net/tcp.ts'
import type { Flow } from '../../src/sip/events.ts'
import { eventually } from '../support/eventually.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const message = (body: string): string =>
  `OPTIONS sip:a@b SIP/2.0\r\nCall-ID: c\r\nContent-Length: ${body.length}\r\n\r\n${body}`

class Bench {
  readonly clock = new VirtualClock()
  readonly messages: { flow: Flow; data: string }[] = []
  readonly closed: number[] = []
  readonly refused: string[] = []
  readonly failures: string[] = []
  readonly tcp: TcpTransport
  port = 0
  readonly #sockets: Socket[] = []

  constructor(limits: Partial<TcpLimits> = {}) {
    this.tcp = new TcpTransport(this.clock, {
      message: (flow, data) => { this.messages.push({ flow, data }) },
      closed: (connection) => { this.closed.push(connection) },
      refused: (_address, why) => { this.refused.push(why) },
    }, { ...tcpLimits, ...limits })
  }

  async listen(): Promise<this> {
    this.port = await this.tcp.listen('127.0.0.1', 0)
    return this
  }

  async peer(): Promise<{ socket: Socket; heard: () => string; ended: () => boolean }> {
    const socket = connect({ host: '127.0.0.1', port: this.port })
    this.#sockets.push(socket)
    let text = ''
    let gone = false
    socket.on('data', (chunk) => { text += chunk.toString('latin1') })
    socket.on('error', () => {})
    socket.on('close', () => { gone = true })
    await new Promise<void>((resolve) => socket.once('connect', resolve))
    return { socket, heard: () => text, ended: () => gone }
  }

  send(flow: Flow, data = message('')): void {
    this.tcp.send(flow, data, (cause) => { this.failures.push(cause) })
  }

  to(port: number, connection = 0): Flow {
    return { transport: 'tcp', localAddress: '127.0.0.1', localPort: this.port, remoteAddress: '127.0.0.1', remotePort: port, connection }
  }

  async end(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await this.tcp.close()
  }
}

t.test('messages, whole, glued and split, with every octet', async (t) => {
  const bench = await new Bench().listen()
  const { socket } = await bench.peer()
  const all = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('')
  const stream = Buffer.from(message('one') + message(all) + message(''), 'latin1')
  for (const octet of stream.subarray(0, 60)) socket.write(Buffer.from([octet]))
  socket.write(stream.subarray(60))
  await eventually(() => bench.messages.length === 3)
  t.strictSame(bench.messages.map((m) => m.data), [message('one'), message(all), message('')])
  const { flow } = bench.messages[0] as { flow: Flow }
  t.match(flow, { transport: 'tcp', localAddress: '127.0.0.1', localPort: bench.port, remotePort: socket.localPort, connection: 1 })
  await bench.end()
})

t.test('a double line end is answered with a single one', async (t) => {
  const bench = await new Bench().listen()
  const { socket, heard } = await bench.peer()
  socket.write('\r\n\r\n')
  await eventually(() => heard() === '\r\n', heard)
  t.equal(bench.messages.length, 0)
  await bench.end()
})

t.test('answers go back over the connection, requests reuse it', async (t) => {
  const bench = await new Bench().listen()
  const { socket, heard } = await bench.peer()
  socket.write(message(''))
  await eventually(() => bench.messages.length === 1)
  bench.send((bench.messages[0] as { flow: Flow }).flow, message('1'))
  bench.send(bench.to(socket.localPort ?? 0), message('2'))
  await eventually(() => heard() === message('1') + message('2'), heard)
  t.equal(bench.tcp.size, 1)
  t.strictSame(bench.failures, [])
  await bench.end()
})

t.test('a connection is opened when there is none, once for many', async (t) => {
  const [near, far] = [await new Bench().listen(), await new Bench().listen()]
  for (const body of ['1', '2', '3']) near.send(near.to(far.port), message(body))
  await eventually(() => far.messages.length === 3)
  t.strictSame(far.messages.map((m) => m.data), ['1', '2', '3'].map(message))
  t.equal(far.tcp.size, 1)
  const { flow } = far.messages[0] as { flow: Flow }
  far.send(flow, message('back'))
  await eventually(() => near.messages.length === 1)
  t.match(near.messages[0]?.flow, { localPort: near.port, remotePort: far.port, connection: 1 }, 'seen from the listening point')
  await Promise.all([near.end(), far.end()])
})

t.test('failures are told', async (t) => {
  t.test('nobody listens there', async (t) => {
    const bench = await new Bench().listen()
    const other = await new Bench().listen()
    await other.end()
    bench.send(bench.to(other.port))
    bench.send(bench.to(other.port))
    await eventually(() => bench.failures.length === 2)
    t.match(bench.failures, [/ECONNREFUSED/, /ECONNREFUSED/])
    t.equal(bench.tcp.size, 0)
    await bench.end()
  })
  t.test('the connection is gone', async (t) => {
    const bench = await new Bench().listen()
    const { socket } = await bench.peer()
    socket.write(message(''))
    await eventually(() => bench.messages.length === 1)
    socket.destroy()
    await eventually(() => bench.closed.length === 1)
    bench.send(bench.to(1, 1))
    t.strictSame(bench.failures, ['the connection is closed'])
    await bench.end()
  })
  t.test('connecting takes too long', async (t) => {
    const bench = await new Bench({ connectMs: 0 }).listen()
    const other = await new Bench().listen()
    bench.send(bench.to(other.port))
    bench.clock.advance(1000)
    await eventually(() => bench.failures.length === 1)
    t.strictSame(bench.failures, ['connecting took too long'])
    await Promise.all([bench.end(), other.end()])
  })
  t.test('the peer does not read', async (t) => {
    const bench = await new Bench({ maxBacklogBytes: 200_000 }).listen()
    const { socket } = await bench.peer()
    socket.pause()
    socket.write(message(''))
    await eventually(() => bench.messages.length === 1)
    const { flow } = bench.messages[0] as { flow: Flow }
    for (let i = 0; i < 400 && bench.failures.length === 0; i++) {
      bench.send(flow, message('x'.repeat(60_000)))
      await new Promise((resolve) => setImmediate(resolve))
    }
    t.strictSame(bench.failures, ['the peer does not read'])
    await eventually(() => bench.closed.length === 1)
    await bench.end()
  })
})

t.test('limits of time', async (t) => {
  t.test('fifty that send nothing, or one octet a second, are gone after 30 s', async (t) => {
    const bench = await new Bench().listen()
    const silent = await Promise.all(Array.from({ length: 50 }, () => bench.peer()))
    const slow = await bench.peer()
    const honest = await bench.peer()
    honest.socket.write(message(''))
    slow.socket.write('O')
    await eventually(() => bench.tcp.size === 52 && bench.messages.length === 1)
    bench.clock.advance(29_000)
    slow.socket.write('P')
    await eventually(() => slow.socket.writableLength === 0)
    t.equal(bench.tcp.size, 52)
    bench.clock.advance(2000)
    await eventually(() => bench.tcp.size === 1, () => bench.tcp.size)
    await eventually(() => silent.every((p) => p.ended()) && slow.ended())
    t.notOk(honest.ended(), 'one that has said something sensible stays')
    bench.clock.advance(tcpLimits.idleMs)
    await eventually(() => honest.ended())
    t.equal(bench.tcp.size, 0, 'but not for ever')
    await bench.end()
  })
})

t.test('limits of number', async (t) => {
  const bench = await new Bench({ maxConnections: 3, maxPerAddress: 2 }).listen()
  const peers = [await bench.peer(), await bench.peer(), await bench.peer()]
  await eventually(() => peers.filter((p) => p.ended()).length === 1)
  t.strictSame(bench.refused, ['too many connections'])
  peers[0]?.socket.destroy()
  await eventually(() => bench.tcp.size === 1)
  const another = await bench.peer()
  another.socket.write(message(''))
  await eventually(() => bench.messages.length === 1)
  t.pass('a place that was left is given again')
  await bench.end()
})

const broken: { name: string; octets: string }[] = [
  { name: 'no Content-Length', octets: 'OPTIONS sip:a@b SIP/2.0\r\nCall-ID: c\r\n\r\n' },
  { name: 'a negative Content-Length', octets: 'OPTIONS sip:a@b SIP/2.0\r\nContent-Length: -1\r\n\r\n' },
  { name: 'a hexadecimal Content-Length', octets: 'OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0x10\r\n\r\n' },
  { name: 'a header without an end', octets: `OPTIONS sip:a@b SIP/2.0\r\nX: ${'x'.repeat(70_000)}` },
]

for (const c of broken) {
  t.test(`${c.name}: the engine gets it for an answer, the connection ends`, async (t) => {
    const bench = await new Bench().listen()
    const { socket, ended } = await bench.peer()
    socket.write(c.octets)
    await eventually(() => bench.messages.length === 1)
    t.equal(bench.refused.length, 1)
    bench.send((bench.messages[0] as { flow: Flow }).flow, 'SIP/2.0 400 Bad\r\n\r\n')
    await eventually(ended)
    await eventually(() => bench.closed.length === 1)
    await bench.end()
  })
}

t.test('close leaves nothing', async (t) => {
  const bench = await new Bench().listen()
  const { ended } = await bench.peer()
  await bench.tcp.close()
  await eventually(ended)
  t.equal(bench.clock.pending, 0)
  await bench.end()
})
