/** The loop around an engine, with an engine that is written down here. */
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { pino } from 'pino'
import t from 'tap'
import { DnsResolver } from '../../src/net/dns.ts'
import { SipHost } from '../../src/net/sip-host.ts'
import type { SipBind, SipEngine, SipHostOptions } from '../../src/net/sip-host.ts'
import type { Flow, Input, Output } from '../../src/sip/events.ts'
import { eventually } from '../support/eventually.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const log = pino({ level: 'silent' })
const local: SipBind = { address: '127.0.0.1', port: 0, transports: ['udp', 'tcp'] }

class Bench {
  readonly clock = new VirtualClock()
  readonly inputs: Input[] = []
  readonly outputs: Output[] = []
  readonly seen: string[] = []
  due: number | undefined
  answer: (input: Input) => Output[] = () => []
  host!: SipHost

  async open(binds: SipBind[] = [local], options: Partial<SipHostOptions> = {}): Promise<this> {
    const engine: SipEngine = {
      handle: (input) => {
        this.inputs.push(input)
        return this.answer(input)
      },
      nextTimeout: () => this.due,
    }
    const dns = new DnsResolver({
      srv: async () => [],
      addresses: async (name) => (name === 'h.example' ? [{ address: '127.0.0.1', ttlSeconds: 60 }] : []),
    }, this.clock, () => 0)
    this.host = await SipHost.open(binds, {
      clock: this.clock, log, dns, createEngine: () => engine,
      onOutput: (output) => { this.outputs.push(output) },
      tap: { received: (data) => { this.seen.push(`in ${data}`) }, sent: (data) => { this.seen.push(`out ${data}`) } },
      ...options,
    })
    return this
  }

  get port(): number {
    return this.host.listenPoints[0]?.port ?? 0
  }

  flow(fields: Partial<Flow> = {}): Flow {
    return { transport: 'udp', localAddress: '127.0.0.1', localPort: this.port, remoteAddress: '127.0.0.1', remotePort: 9, connection: 0, ...fields }
  }
}

async function peer(): Promise<{ socket: Socket; port: number; heard: string[] }> {
  const socket = createSocket('udp4')
  const heard: string[] = []
  socket.on('message', (message) => { heard.push(message.toString('latin1')) })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { socket, port: socket.address().port, heard }
}

t.test('a datagram in, its answer out', async (t) => {
  const bench = await new Bench().open()
  const { socket, port, heard } = await peer()
  bench.answer = (input) => (input.type === 'received' ? [{ type: 'send', flow: input.flow, data: 'pong\xff', transaction: '' }] : [])
  socket.send(Buffer.from('ping\xff', 'latin1'), bench.port, '127.0.0.1')
  await eventually(() => heard.length === 1)
  t.strictSame(heard, ['pong\xff'])
  t.strictSame(bench.inputs, [{ type: 'received', now: 0, data: 'ping\xff', flow: bench.flow({ remotePort: port }) }])
  t.strictSame(bench.seen, ['in ping\xff', 'out pong\xff'])
  socket.close()
  await bench.host.close()
})

t.test('both transports have one port, each is told to the engine', async (t) => {
  const bench = await new Bench().open([{ ...local, externalAddress: '1.2.3.4', dnsNames: ['me.example'] }])
  t.strictSame(bench.host.listenPoints, ['udp', 'tcp'].map((transport) => (
    { address: '127.0.0.1', externalAddress: '1.2.3.4', dnsNames: ['me.example'], transport, port: bench.port })))
  await bench.host.close()
})

t.test('what the user submits while outputs are acted upon waits for its turn', async (t) => {
  const order: string[] = []
  const bench = new Bench()
  const ready: Output = { type: 'refused', token: 'first', reason: '' }
  bench.answer = (input) => {
    order.push(input.type)
    return input.type === 'time' ? [ready, { ...ready, token: 'second' }] : []
  }
  await bench.open([local], {
    onOutput: (output) => {
      order.push(output.type === 'refused' ? output.token : output.type)
      if (order.length === 2) bench.host.submit({ type: 'release', now: 0, owner: 1 })
    },
  })
  bench.host.submit({ type: 'time', now: 0 })
  t.strictSame(order, ['time', 'first', 'second', 'release'])
  await bench.host.close()
})

t.test('a fault of the engine costs one message', async (t) => {
  const bench = await new Bench().open()
  bench.answer = (input) => {
    if (input.type === 'release') throw new Error('ours')
    return [{ type: 'refused', token: 'still there', reason: '' }]
  }
  bench.host.submit({ type: 'release', now: 0, owner: 1 })
  bench.host.submit({ type: 'time', now: 0 })
  t.match(bench.outputs, [{ token: 'still there' }])
  await bench.host.close()
})

t.test('the engine is woken when it asked for it', async (t) => {
  const bench = await new Bench().open()
  const idle = bench.clock.pending
  bench.due = 500
  bench.host.submit({ type: 'release', now: 0, owner: 1 })
  bench.due = 800
  bench.host.submit({ type: 'release', now: 0, owner: 1 })
  t.equal(bench.clock.pending, idle + 1, 'one timer, not moved for something later')
  bench.due = 300
  bench.host.submit({ type: 'release', now: 0, owner: 1 })
  t.equal(bench.clock.pending, idle + 1, 'but moved for something earlier')
  bench.answer = (input) => { if (input.type === 'time') bench.due = undefined; return [] }
  bench.clock.advance(299)
  t.equal(bench.inputs.filter((i) => i.type === 'time').length, 0)
  bench.clock.advance(1)
  t.strictSame(bench.inputs.at(-1), { type: 'time', now: 300 })
  t.equal(bench.clock.pending, idle, 'nothing due, no timer')
  await bench.host.close()
})

t.test('names are looked up and told', async (t) => {
  const bench = await new Bench().open()
  bench.answer = (input) => (input.type === 'time'
    ? [{ type: 'resolve', query: 7, host: 'h.example', port: 5070, transport: 'tcp' }, { type: 'resolve', query: 8, host: 'none.example', port: 1, transport: undefined }]
    : [])
  bench.host.submit({ type: 'time', now: 0 })
  await eventually(() => bench.inputs.length === 3)
  t.match(bench.inputs.slice(1), [
    { type: 'resolved', query: 7, addresses: [{ transport: 'tcp', address: '127.0.0.1', port: 5070 }] },
    { type: 'resolved', query: 8, addresses: [] },
  ])
  await bench.host.close()
})

t.test('failures to send come back under their transaction', async (t) => {
  const bench = await new Bench().open()
  const sends: Output[] = [
    { type: 'send', flow: bench.flow({ localPort: 1 }), data: 'x', transaction: 'no-socket' },
    { type: 'send', flow: bench.flow(), data: 'x'.repeat(70_000), transaction: 'too-large' },
    { type: 'send', flow: bench.flow({ transport: 'tcp', connection: 99 }), data: 'x', transaction: 'no-connection' },
    { type: 'send', flow: bench.flow({ localPort: 1 }), data: 'x', transaction: '' },
  ]
  bench.answer = (input) => (input.type === 'time' ? sends : [])
  bench.host.submit({ type: 'time', now: 0 })
  await eventually(() => bench.inputs.length === 4)
  const failed = bench.inputs.flatMap((i) => (i.type === 'sendFailed' ? [i.transaction] : []))
  t.strictSame(failed.sort(), ['no-connection', 'no-socket', 'too-large'])
  await bench.host.close()
})

t.test('an address that cannot be bound', async (t) => {
  const bench = await new Bench().open()
  const taken = { ...local, port: bench.port }
  await t.rejects(new Bench().open([taken]), { message: new RegExp(`cannot listen on 127.0.0.1 port ${bench.port} \\(udp, tcp\\)`) })
  await t.rejects(new Bench().open([{ ...taken, optional: true }]), { message: /no address to listen on/ })
  const other = await new Bench().open([{ ...taken, optional: true }, local])
  t.equal(other.host.listenPoints.length, 2, 'an optional one is passed over')
  await Promise.all([bench.host.close(), other.host.close()])
})

t.test('after close nothing happens', async (t) => {
  const bench = await new Bench().open()
  bench.due = 100
  bench.host.submit({ type: 'time', now: 0 })
  await bench.host.close()
  bench.host.submit({ type: 'time', now: 0 })
  bench.clock.advance(1000)
  t.equal(bench.inputs.length, 1)
  t.equal(bench.clock.pending, 0)
})
