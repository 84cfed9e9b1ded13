/**
 * A soft-phone that nobody here wrote as the target of a rule: baresip answers by itself, talks
 * (RTP arrives at the caller and goes back), and either side hangs up (issue 2 §5.4).
 */
import { createSocket } from 'node:dgram'
import t from 'tap'
import { isBaresipInstalled, startBaresip } from '../support/baresip.ts'
import { play } from '../support/call-case.ts'
import type { CallCase } from '../support/call-case.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { loopbackTrunk, nothing, startProduct } from '../support/product.ts'

const skip = isBaresipInstalled() ? false : 'baresip is not installed (Debian: baresip-core)'

/** A media port of the caller that sends every packet back. */
async function startEcho(): Promise<{ port: number; packets: Buffer[]; stop: () => void }> {
  const socket = createSocket('udp4')
  const packets: Buffer[] = []
  socket.on('message', (packet, from) => {
    packets.push(packet)
    socket.send(packet, from.port, from.address)
  })
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done))
  return { port: socket.address().port, packets, stop: () => socket.close() }
}

const ends = [
  { name: 'baresip hangs up', by: 'callee', scenario: 'uac-call-with-rtp-expect-callee-hangs-up' },
  { name: 'the caller hangs up', by: 'caller', scenario: 'uac-call-with-rtp-expect-answer' },
] as const

t.test('baresip as the phone of a rule', { skip }, async (t) => {
  const product = await startProduct({ database: await testDatabase(t), trunks: [loopbackTrunk(9)] })
  t.teardown(() => product.stop())
  for (const end of ends) {
    t.test(end.name, async (t) => {
      const baresip = await startBaresip('anna')
      t.teardown(() => baresip.stop())
      const echo = await startEcho()
      t.teardown(() => echo.stop())
      const one: CallCase = {
        name: end.name,
        phones: [{ scenario: '', address: baresip.uri }],
        callers: [{ scenario: end.scenario, pauseMs: 2000, keys: { rtp_port: String(echo.port) } }],
        during: async () => {
          await baresip.waitFor('CALL_ESTABLISHED', 30_000)
          if (end.by === 'caller') return
          await eventually(() => echo.packets.length > 40)
          baresip.hangUp()
        },
        records: [{ outcome: 'answered', status: 200, endedBy: end.by, legs: ['answered'] }],
      }
      const { faults } = await play(product, one)
      t.same(faults, [], 'the call went as it should and the journal says who ended it')
      t.ok(await baresip.waitFor('CALL_CLOSED', 20_000), 'baresip knows that the call is over')
      // At least a second of G.711 A-law in packets of 20 ms, but for what a busy machine keeps back.
      t.ok(echo.packets.length > 30, `${echo.packets.length} RTP packets`)
      const first = echo.packets[0] ?? Buffer.alloc(2)
      t.equal((first[0] ?? 0) >> 6, 2, 'RTP version 2 (RFC 3550 §5.1)')
      t.equal((first[1] ?? 0) & 0x7f, 8, 'payload type 8, G.711 A-law')
    })
  }
  t.test('afterwards nothing is left', async (t) => {
    t.same(await product.quiet(40_000), nothing)
  })
})
