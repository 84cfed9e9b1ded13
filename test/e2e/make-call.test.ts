/**
 * The parts of `make call` that need no product: its files, which phones it expects to ring, how it
 * writes the journal's row, and what it says when it cannot call.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { SettingsReply } from '../../src/api/schema-media.ts'
import type { CallsReply, NumberReply, OverviewReply } from '../../src/api/schema.ts'
import { answeringKeys, describeRow, ringingNow } from './make-call.ts'
import { readRunFile } from './running-product.ts'

const folder = mkdtempSync(join(tmpdir(), 'pn-make-call-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

t.test('run.json', (t) => {
  const run = { panelUrl: 'http://127.0.0.1:8080', sip: { host: '127.0.0.1', port: 5060 }, demo: { login: 'demo', password: 'x', number: '+74996740782' }, demoTrunkPort: 5070, recordings: '/var/recordings' }
  t.throws(() => readRunFile(folder), /make run/, 'missing')
  writeFileSync(join(folder, 'run.json'), '{"panelUrl":')
  t.throws(() => readRunFile(folder), /make run/, 'half written')
  writeFileSync(join(folder, 'run.json'), '{"panelUrl":"http://127.0.0.1:8080"}')
  t.throws(() => readRunFile(folder), /another version/, 'of another version')
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run))
  t.same(readRunFile(folder), run)
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...run, demo: undefined }))
  t.throws(() => readRunFile(folder), /no demo subscriber/, 'without demo')
  t.end()
})

t.test('without a running product it says what to do', (t) => {
  const empty = mkdtempSync(join(folder, 'empty-'))
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'make-call.ts')], {
    env: { ...process.env, PN_DATA_DIR: empty }, encoding: 'utf8',
  })
  t.equal(status, 1)
  t.match(stderr, /^The product does not run here.*\nStart it with "make run"/)
  t.notMatch(stderr, /at .*\.ts:\d+/, 'no stack trace')
  t.end()
})

const target = (address: string, confirm: boolean | null = null) =>
  ({ targetId: address, address, description: '', ringSeconds: null, confirm })

t.test('phones that ring now, and which of them must press 1', (t) => {
  const rules = [{ id: 'r1', targets: [target('+79161234501'), target('+74951234502'), target('+79161234501')] }]
  const overview = (acts: OverviewReply['acts'], all: object[] = rules) => ({ acts, rules: all }) as unknown as OverviewReply
  const numbers = [{ id: 'n1', address: '+79161234501', confirm: null }] as NumberReply[]
  const settings = (confirmMobiles: boolean, media = true) =>
    ({ calls: { confirmMobiles }, media }) as Pick<SettingsReply, 'calls' | 'media'>
  const rule = { kind: 'rule', ruleId: 'r1' } as const
  t.same(ringingNow(overview(rule), numbers, settings(true)), [
    { address: '+79161234501', asked: true }, { address: '+74951234502', asked: false },
  ], 'each once, the mobile one is asked')
  t.same(ringingNow(overview({ kind: 'default', targetId: 'n1' }), numbers, settings(false)),
    [{ address: '+79161234501', asked: false }], 'unless the settings say otherwise')
  t.same(ringingNow(overview(rule), numbers, settings(true, false)).map(({ asked }) => asked), [false, false],
    'nobody is asked without a media server')
  const wishes = [{ id: 'r1', targets: [target('+79161234501', false), target('+74951234502', true)] }]
  t.same(ringingNow(overview(rule, wishes), numbers, settings(true)).map(({ asked }) => asked), [false, true],
    'the rule has the last word')
  t.throws(() => ringingNow(overview({ kind: 'nowhere' }), numbers, settings(true)), /go nowhere/)
  t.end()
})

t.test('the phone that answers', (t) => {
  const asked = { address: '+79161234501', asked: true }
  t.same(answeringKeys([asked, { address: '+74951234502', asked: false }]), { answering: '502', presses: 'no' })
  t.same(answeringKeys([asked]), { answering: '501', presses: 'yes' }, 'it presses 1 when there is no other')
  t.same(answeringKeys([]), { answering: '000', presses: 'no' })
  t.end()
})

t.test('a row of the journal', (t) => {
  const leg = {
    id: '1', ruleId: 'r1', ruleName: 'Дома', targetId: 'n1', address: '+79161234501', description: 'Мобильный',
    attempts: [{ trunk: 'demo', status: 200 }], startMs: 1, ringMs: 12, answerMs: 1500, endMs: 3500, outcome: 'answered', status: 200,
  } as const
  const call: CallsReply['calls'][number] = {
    id: 'c', sipCallId: 'x', subscriberId: 's', dialled: '+74996740782', caller: '+79161112233', callerName: '',
    anonymous: false, recording: 'none', messageId: null, note: '', known: null, blocked: false, trunkId: 't', startedAt: 0, answeredAt: 1500, endedAt: 3500, outcome: 'answered', status: 200,
    endedBy: 'caller', reason: '', answeredLegId: '1', legs: [leg, { ...leg, outcome: 'answeredElsewhere', ringMs: undefined, attempts: [] }],
    trace: [
      { step: 'ruleSkipped', atMs: 0, ruleId: 'r0', ruleName: 'Отпуск', why: { verdict: 'disabled' } },
      { step: 'ruleTaken', atMs: 0, ruleId: 'r1', ruleName: 'Дома', via: 'schedule', priority: 0 },
    ],
  }
  const lines = describeRow(call).split('\n')
  t.equal(lines[0], '+79161112233 called +74996740782: answered (200), talked 2.0 s, ended by caller')
  t.match(lines[1], /\+79161234501 .*Мобильный .*answered .*rang after 12 ms; trunks: demo 200/)
  t.match(lines[2], /answeredElsewhere .*did not ring; trunks: –/)
  t.match(lines[3], /«Отпуск» not taken: disabled/)
  t.match(lines[4], /«Дома» taken by schedule/)
  t.match(describeRow({ ...call, caller: '', answeredAt: undefined, outcome: undefined, endedBy: undefined }), /^anonymous called .*lives .*talked –/)
  t.end()
})
