/**
 * A network that loses packets: SIPp drops one in ten of what the caller sends and receives (not of
 * the phone's, which would give its call up at a packet out of turn). Retransmissions (RFC 3261 §17)
 * must carry every call through, and nothing may be left afterwards.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { seed } from '../support/call-case.ts'
import { testDatabase } from '../support/database.ts'
import { loopbackTrunk, nothing, startProduct } from '../support/product.ts'
import { startSipp } from '../support/sipp.ts'

const calls = 20
/**
 * SIPp repeats a BYE after 0.5, 1.5, 3.5, 7.5, 11.5, 15.5 s; while the server still knows it, the
 * answer is repeated, later it is 481. Seven lost in a row are one call in a hundred thousand.
 */
const t1x64 = 17_000

const folder = mkdtempSync(join(tmpdir(), 'pn-loss-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

t.test('twenty calls over a network that loses one packet in ten', { timeout: 290_000 }, async (t) => {
  const product = await startProduct({ database: await testDatabase(t), trunks: [loopbackTrunk(9)], t1x64 })
  t.teardown(() => product.stop())
  const phone = await startSipp({ scenario: 'uas-ring-answer', calls: 0, pauseMs: 300, timeoutSeconds: 200 })
  t.teardown(() => phone.stop())
  const scene = await seed(product.database, {
    name: 'loss', phones: [], callers: [], records: [], subscriber: { maxCalls: 100 }, rules: [{ waitSeconds: 20 }],
  }, [`sip:phone@127.0.0.1:${phone.port}`])
  const numbers = join(folder, 'numbers.csv')
  const lines = Array.from({ length: calls }, (_, i) => `${scene.number};+7916000${1000 + i}`)
  writeFileSync(numbers, `SEQUENTIAL\n${lines.join('\n')}\n`)
  const caller = await startSipp({
    scenario: 'uac-load-expect-answer', remote: product.sip, calls, rate: 10, pauseMs: 500, timeoutSeconds: 120,
    more: ['-lost', '10', '-max_retrans', '20', '-inf', numbers],
  })
  t.teardown(() => caller.stop())
  const report = await caller.done
  t.equal(report.code, 0, report.errors.slice(-2000))
  const answers = report.messages.filter((m) => m.direction === 'received' && m.text.startsWith('SIP/2.0 '))
  t.ok(answers.length >= calls * 3, `${answers.length} responses came through`)
  t.same(await product.quiet(40_000), nothing, 'nothing is left')
  const records = await product.records(scene.number)
  t.equal(records.length, calls, 'one record a call, whatever was repeated')
  t.same(records.filter((record) => record.outcome !== 'answered'), [], 'all were answered')
})
