import { readFileSync } from 'node:fs'
import t from 'tap'
import type { Test } from 'tap'
import { Collector, parseCollectArgument } from '../../src/media/collector.ts'
import { Folders } from '../../src/media/folders.ts'
import { parseRecordArgument, startRecord } from '../../src/media/recorder.ts'
import { OpenList, RecordingFile } from '../../src/media/recording-file.ts'
import type { Running } from '../../src/media/execution.ts'

/** A channel on paper, with files in the test's folder. */
function paperChannel(t: Test, variables: Record<string, string | undefined> = {}) {
  const folder = t.testdir()
  const fired: string[] = []
  return {
    fired, variables, folder,
    folders: new Folders(folder, folder, []),
    getVariable: (name: string) => variables[name],
    setVariable: (name: string, value: string) => { variables[name] = value },
    unsetVariable: (name: string) => { delete variables[name] },
    fire: (name: string) => { fired.push(name) },
    isMutedHeard: false,
    session: { isWaiting: false, listenPatiently: (_isPatient: boolean) => {}, drain: (_frame: Int16Array) => false },
    openRecording: (file: string, channels: 1 | 2) =>
      (file.endsWith('.wav') ? RecordingFile.open(`${folder}/${file}`, channels, new OpenList(folder)) : 'unknown kind of file'),
  }
}

/** Runs an application tick by tick; digits and sound by the tick at which they come. */
function run(running: Running, ticks: number, at: Record<number, string> = {}, sound?: (tick: number) => number, hasHeard = true): { response: string | undefined; tick: number } {
  for (let tick = 0; tick < ticks; tick++) {
    for (const digit of at[tick] ?? '') running.digit(digit)
    const heard = new Int16Array(160).fill(sound?.(tick) ?? 0)
    const response = running.tick({ nowMs: 1000 + tick * 20, heard, hasHeard, said: new Int16Array(160) })
    if (response !== undefined) return { response, tick }
  }
  return { response: undefined, tick: ticks }
}

const malformed = [
  '', '1 4', '1 4 1', 'a 4 1 1000 # f g v', '5 4 1 1000 # f g v', '1 0 1 1000 # f g v', '1 4 1 1000 # f g v ( 100', '1 4 1 1000 # f g v (\\d+)+ 100',
  '1 4 1 1000 # f g bad;name \\d 100', '-1 4 1 1000 # f g v', `1 4 1 1000 # f g v ${'a'.repeat(300)} 100`,
]
for (const argument of malformed) {
  t.test(`collect refuses "${argument.slice(0, 50)}"`, async (t) => t.equal(parseCollectArgument(argument), undefined))
}

t.test('collect reads its ten words', async (t) => {
  t.match(parseCollectArgument('0 128 1 120000 # a.wav silence_stream://250 myDigitBuffer \\d+ 8000'), {
    min: 0, max: 128, tries: 1, timeoutMs: 120_000, terminators: '#', prompt: 'a.wav', invalidPrompt: 'silence_stream://250',
    variable: 'myDigitBuffer', pattern: /\d+/, digitTimeoutMs: 8000,
  })
  t.match(parseCollectArgument('1 1 0 10 none a b v'), { tries: 1, timeoutMs: 1000, terminators: '', digitTimeoutMs: 10 }, 'a wait is at least a second, a try is at least one')
})

const waits: { name: string; argument: string; keys: Record<number, string>; ticks: number; variables: Record<string, string | undefined> }[] = [
  { name: 'no key: the prompt, the wait, the invalid prompt', argument: '1 4 1 1000 # silence_stream://100 silence_stream://200 v \\d+ 500', keys: {}, ticks: 4 + 51 + 10, variables: { v: undefined, read_result: 'timeout' } },
  { name: 'the inter-digit wait is not raised', argument: '1 4 1 1000 # silence_stream://100 silence_stream://200 v \\d+ 100', keys: { 10: '1' }, ticks: 10 + 5, variables: { v: '1' } },
  { name: 'the last digit ends it within the tick', argument: '1 2 1 1000 # silence_stream://100 silence_stream://200 v \\d+ 500', keys: { 2: '1', 3: '2' }, ticks: 3, variables: { v: '12' } },
  { name: 'digits beyond the most are dropped', argument: '1 2 1 1000 # silence_stream://100 silence_stream://200 v \\d+ 500', keys: { 2: '123456' }, ticks: 2, variables: { v: '12' } },
  { name: 'a terminator after digits', argument: '1 4 1 1000 #* silence_stream://100 silence_stream://200 v \\d+ 500', keys: { 2: '7*' }, ticks: 2, variables: { v: '7', read_terminator_used: '*' } },
  { name: 'a second try forgets the first one\'s digits', argument: '2 2 2 1000 # silence_stream://20 silence_stream://20 v \\d+ 40', keys: { 3: '1', 20: '34' }, ticks: 20, variables: { v: '34' } },
  { name: 'keys during the invalid prompt count for nothing', argument: '1 1 1 1000 # silence_stream://20 silence_stream://200 v [1-3] 40', keys: { 2: '9', 4: '1' }, ticks: 12, variables: { v: undefined, v_invalid: '9' } },
  { name: 'no prompts at all', argument: '1 1 1 1000 # silence silence v \\d 40', keys: {}, ticks: 50, variables: { v: undefined } },
]

for (const { name, argument, keys, ticks, variables } of waits) {
  t.test(`collect: ${name}`, async (t) => {
    const channel = paperChannel(t, { v: 'old', v_invalid: 'old', read_terminator_used: '#' })
    const options = parseCollectArgument(argument)
    if (options === undefined) return t.fail('not understood')
    const { response, tick } = run(new Collector(channel, options), 500, keys)
    t.equal(response, '_none_')
    t.ok(Math.abs(tick - ticks) <= 1, `after ${tick} ticks`)
    for (const [variable, value] of Object.entries(variables)) t.equal(channel.variables[variable], value, variable)
    if (variables.v_invalid === undefined) t.equal(channel.variables.v_invalid, undefined)
  })
}

t.test('record reads its words', async (t) => {
  t.match(parseRecordArgument('/a/b.wav'), { file: '/a/b.wav', limitSeconds: 0, silenceLevel: 0, silenceSeconds: 3 })
  t.match(parseRecordArgument('b.wav 20 200 2'), { file: 'b.wav', limitSeconds: 20, silenceLevel: 200, silenceSeconds: 2 })
  t.match(parseRecordArgument('b.wav x -1'), { limitSeconds: 0, silenceLevel: 0 })
})

const records: { name: string; argument: string; terminators?: string; keys?: Record<number, string>; sound?: (tick: number) => number; hasHeard?: boolean; samples: number; ticks: number; variables?: Record<string, string> }[] = [
  { name: 'its limit to the sample', argument: 'a.wav 2', samples: 16_000, ticks: 99 },
  { name: 'a minute', argument: 'a.wav 60', samples: 480_000, ticks: 2999 },
  { name: 'three minutes', argument: 'a.wav 180', samples: 1_440_000, ticks: 8999 },
  { name: 'nothing where nobody speaks, ended by the clock', argument: 'a.wav 1', hasHeard: false, samples: 0, ticks: 100 },
  { name: 'until silence after speech', argument: 'a.wav 20 200 1', sound: (tick) => (tick < 50 ? 2000 : 10), samples: 16_000, ticks: 99, variables: { silence_hits_exhausted: 'true' } },
  { name: 'until silence from the start', argument: 'a.wav 20 200 1', sound: () => 10, samples: 8000, ticks: 49, variables: { silence_hits_exhausted: 'true' } },
  { name: 'through pauses that are short enough', argument: 'a.wav 3 200 1', sound: (tick) => (tick % 50 < 3 ? 2000 : 10), samples: 24_000, ticks: 149, variables: { silence_hits_exhausted: 'false' } },
  { name: 'until a terminator', argument: 'a.wav 20', terminators: '#', keys: { 30: '5', 50: '#' }, samples: 8000, ticks: 50, variables: { playback_terminator_used: '#' } },
]

for (const { name, argument, terminators, keys, sound, hasHeard, samples, ticks, variables } of records) {
  t.test(`record writes ${name}`, async (t) => {
    const channel = paperChannel(t, { playback_terminators: terminators, playback_terminator_used: 'old' })
    const running = startRecord(channel, argument)
    if (typeof running === 'string') return t.fail(running)
    const { response, tick } = run(running, 10_000, keys, sound, hasHeard)
    t.equal(response, '_none_')
    t.equal(tick, ticks)
    t.equal(channel.variables.record_samples, String(samples))
    t.equal(channel.variables.record_file_size, String(44 + samples * 2))
    t.match(channel.variables, variables ?? { silence_hits_exhausted: 'false' })
    if (variables?.playback_terminator_used === undefined) t.equal(channel.variables.playback_terminator_used, undefined)
  })
}

t.test('a record waits with what comes and takes at its end what still waits', async (t) => {
  const held = [7, 8, 9]
  const patience: boolean[] = []
  const patient = (folder: Test) => {
    const channel = paperChannel(folder)
    let asked = 0
    channel.session = {
      get isWaiting() { return asked++ < 3 },
      listenPatiently: (isPatient: boolean) => { patience.push(isPatient) },
      drain: (frame: Int16Array) => held.length > 0 && Boolean(frame.fill(held.shift() ?? 0)),
    }
    return channel
  }
  const channel = patient(t)
  const running = startRecord(channel, 'a.wav 20')
  if (typeof running === 'string') return t.fail(running)
  run(running, 10, {}, (tick) => tick)
  t.equal(running.stop('farHangup'), '_none_')
  t.equal(channel.variables.record_samples, String(10 * 160), 'as long as it ran')
  const samples = readFileSync(`${channel.folder}/a.wav`).subarray(44)
  t.same(Array.from({ length: 10 }, (_, frame) => samples.readInt16LE(frame * 320)), [3, 4, 5, 6, 7, 8, 9, 7, 8, 9])
  t.same(patience, [true, false])
  held.push(1, 2, 3, 4)
  const limited = patient(t)
  const other = startRecord(limited, 'b.wav 1')
  if (typeof other === 'string') return t.fail(other)
  t.equal(run(other, 100).tick, 49, 'its limit is a second, whatever had to wait')
  t.equal(limited.variables.record_samples, '8000', 'to the sample')
})

t.test('a record that cannot begin leaves no result of the one before', async (t) => {
  const channel = paperChannel(t, { record_ms: '99', record_samples: '99' })
  t.equal(startRecord(channel, 'a.zzz 10'), '-ERR unknown kind of file')
  t.equal(channel.variables.record_ms, undefined)
  t.equal(channel.variables.record_samples, undefined)
})
