/** The listener for applications: corking, back pressure, limits of time, closing. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { pino } from 'pino'
import t from 'tap'
import { ControlListener, controlLimits } from '../../src/sipd/control.ts'
import type { ControlLimits } from '../../src/sipd/control.ts'
import { eventually } from '../support/eventually.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

/** No less than the listener waits for more to write. */
const gatherMs = 5

class Bench {
  readonly clock = new VirtualClock()
  readonly events: string[] = []
  readonly authenticated = new Set<number>()
  listener!: ControlListener
  readonly #sockets: Socket[] = []

  async open(limits: Partial<ControlLimits> = {}, port = 0): Promise<this> {
    this.listener = await ControlListener.open({
      address: '127.0.0.1', port, keepAliveSeconds: 45, clock: this.clock,
      log: pino({ level: 'silent' }), limits: { ...controlLimits, ...limits },
    }, {
      connected: (client) => { this.events.push(`${client} connected`) },
      received: (client, chunk) => { this.events.push(`${client} ${chunk}`) },
      disconnected: (client) => { this.events.push(`${client} gone`) },
      isAuthenticated: (client) => this.authenticated.has(client),
    })
    return this
  }

  async application(): Promise<{ socket: Socket; chunks: string[]; ended: () => boolean }> {
    const socket = connect({ host: '127.0.0.1', port: this.listener.port })
    this.#sockets.push(socket)
    const chunks: string[] = []
    let gone = false
    socket.on('data', (chunk) => { chunks.push(chunk.toString('latin1')) })
    socket.on('error', () => {})
    socket.on('close', () => { gone = true })
    const before = this.events.length
    await new Promise<void>((resolve) => socket.once('connect', resolve))
    await eventually(() => this.events.length > before)
    return { socket, chunks, ended: () => gone }
  }

  /** Writes, and lets the moment pass in which the listener gathers what goes out together. */
  write(client: number, ...payloads: string[]): void {
    for (const payload of payloads) this.listener.write(client, payload)
    this.clock.advance(gatherMs)
  }

  async end(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await this.listener.close()
  }
}

t.test('octets in, frames out, all of one turn in one write', async (t) => {
  const bench = await new Bench().open()
  const { socket, chunks } = await bench.application()
  socket.write(Buffer.from([0x31, 0x23, 0xff]))
  await eventually(() => bench.events.length === 2)
  t.strictSame(bench.events, ['1 connected', '1 1#\xff'])
  bench.write(1, 'one', 'two', '\xff')
  await eventually(() => chunks.length > 0)
  t.strictSame(chunks, ['3#one3#two1#\xff'])
  bench.write(1, 'later')
  await eventually(() => chunks.length === 2)
  bench.write(99, 'to nobody')
  await bench.end()
})

t.test('an application that goes is told', async (t) => {
  const bench = await new Bench().open()
  const { socket } = await bench.application()
  socket.end()
  await eventually(() => bench.events.includes('1 gone'))
  t.equal(bench.clock.pending, 0)
  bench.listener.write(1, 'too late')
  await bench.end()
})

t.test('closeClient: last words first, nothing heard meanwhile', async (t) => {
  const bench = await new Bench().open()
  const { socket, chunks, ended } = await bench.application()
  bench.listener.write(1, 'NO')
  bench.listener.closeClient(1, 'test')
  bench.listener.write(1, 'not this')
  socket.write('not heard')
  await eventually(ended)
  t.strictSame(chunks, ['2#NO'])
  await eventually(() => bench.events.includes('1 gone'))
  t.notOk(bench.events.includes('1 not heard'))
  await bench.end()
})

t.test('who does not authenticate in ten seconds is put out', async (t) => {
  const bench = await new Bench().open()
  const silent = await bench.application()
  const good = await bench.application()
  bench.authenticated.add(2)
  bench.clock.advance(9999)
  t.notOk(silent.ended())
  bench.clock.advance(1)
  await eventually(silent.ended)
  t.notOk(good.ended())
  await bench.end()
})

t.test('who does not read is disconnected; the others are not', async (t) => {
  const bench = await new Bench().open({ maxBacklogBytes: 100_000 })
  const deaf = await bench.application()
  const good = await bench.application()
  deaf.socket.pause()
  for (let i = 0; i < 500 && !bench.events.includes('1 gone'); i++) {
    bench.write(1, 'x'.repeat(50_000))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await eventually(() => bench.events.includes('1 gone'))
  bench.write(2, 'hello')
  await eventually(() => good.chunks.join('') === '5#hello')
  t.pass('the second still hears')
  await bench.end()
})

t.test('connections are bounded', async (t) => {
  const bench = await new Bench().open({ maxConnections: 1 })
  await bench.application()
  const socket = connect({ host: '127.0.0.1', port: bench.listener.port })
  let gone = false
  socket.on('close', () => { gone = true })
  socket.on('error', () => {})
  await eventually(() => gone)
  t.strictSame(bench.events, ['1 connected'])
  await bench.end()
})

t.test('a port that is taken is named', async (t) => {
  const bench = await new Bench().open()
  const second = new Bench().open({}, bench.listener.port)
  await t.rejects(second, { message: new RegExp(`cannot listen for applications on 127.0.0.1 port ${bench.listener.port}: .*EADDRINUSE`) })
  await bench.end()
})

t.test('close ends connections after what was written', async (t) => {
  const bench = await new Bench().open()
  const { chunks, ended } = await bench.application()
  bench.listener.write(1, 'bye')
  await bench.listener.close()
  await eventually(ended)
  t.strictSame(chunks, ['3#bye'])
  await bench.end()
})
