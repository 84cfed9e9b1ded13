import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { openSource } from '../../src/media/audio-source.ts'
import { expandNames } from '../../src/media/expand.ts'
import { Folders } from '../../src/media/folders.ts'
import { Player } from '../../src/media/player.ts'
import { eventually } from '../support/eventually.ts'
import { toneShare } from '../support/rtp-peer.ts'
import { toneFile } from '../support/wav-file.ts'

/** A channel on paper: variables and what was fired. */
function paperChannel(t: Test, variables: Record<string, string> = {}) {
  const root = t.testdir({ sounds: {}, recordings: {} })
  const fired: string[] = []
  return {
    fired, variables, sounds: join(root, 'sounds'),
    folders: new Folders(join(root, 'recordings'), join(root, 'sounds'), []),
    getVariable: (name: string) => variables[name],
    setVariable: (name: string, value: string) => { variables[name] = value },
    fire: (name: string, headers: readonly (readonly [string, string])[]) => {
      fired.push([name, ...headers.map(([, value]) => value.split('/sounds/').at(-1))].join(' '))
    },
  }
}

/** Ticks until it is done; how many samples were loud in each. */
function playOut(player: Player, limit = 500): number {
  const frame = new Int16Array(160)
  let ticks = 0
  while (!player.isDone && ticks < limit) {
    player.tick(frame)
    ticks++
  }
  return ticks
}

t.test('a list takes its elements, its pauses, and no more', async (t) => {
  const channel = paperChannel(t)
  const player = new Player(channel, ['silence_stream://100', 'tone_stream://%(60,40,440)'])
  t.equal(playOut(player), 5 + 13 + 5, '100 ms, a pause of 250 in whole frames, 100 ms')
  t.strictSame(channel.fired, [
    'PLAYBACK_START silence_stream silence_stream://100', 'PLAYBACK_STOP silence_stream silence_stream://100 done',
    'PLAYBACK_START tone_stream tone_stream://%(60,40,440)', 'PLAYBACK_STOP tone_stream tone_stream://%(60,40,440) done',
  ])
  t.match(channel.variables, { playback_ms: '100', playback_last_offset_pos: '1600' })
})

t.test('the pause can be set, also to nothing', async (t) => {
  t.equal(playOut(new Player(paperChannel(t, { playback_sleep_val: '0' }), ['silence_stream://20', 'silence_stream://20'])), 2)
  t.equal(playOut(new Player(paperChannel(t, { playback_sleep_val: '100' }), ['silence_stream://20', 'silence_stream://20'])), 7)
  t.equal(playOut(new Player(paperChannel(t, { playback_sleep_val: '-9' }), ['silence_stream://20', 'silence_stream://20'])), 15)
})

t.test('missing elements are left out, their pauses stay; nothing at all is missing', async (t) => {
  const channel = paperChannel(t)
  t.equal(playOut(new Player(channel, ['silence_stream://20', 'no.wav', 'silence_stream://20'])), 1 + 13 + 13 + 1)
  t.equal(channel.fired.length, 4)
  t.ok(new Player(channel, ['no.wav']).isMissing)
  const two = new Player(channel, ['no.wav', 'nor.wav'])
  playOut(two)
  t.ok(two.isMissing)
})

t.test('what is cut short is told by blocks, where it was by samples', async (t) => {
  const channel = paperChannel(t)
  const player = new Player(channel, ['silence_stream://-1'])
  playOut(player, 30)
  player.stop('break')
  t.match(channel.variables, { playback_seconds: '2', playback_ms: '2048', playback_samples: '16384', playback_last_offset_pos: '4800' })
  t.equal(channel.fired.at(-1), 'PLAYBACK_STOP silence_stream silence_stream://-1 break')
  player.stop('break')
  t.equal(channel.fired.length, 2, 'once')
})

t.test('a time limit is of what was played', async (t) => {
  const channel = paperChannel(t)
  const player = new Player(channel, ['silence_stream://5000@@8000'], 1)
  const frame = new Int16Array(160)
  let ticks = 0
  for (; !player.isOverLimit; ticks++) player.tick(frame)
  t.equal(ticks, 50)
  player.stop('done')
  t.equal(channel.variables.playback_last_offset_pos, '16000')
})

t.test('a long file is read ahead and comes out whole', async (t) => {
  const channel = paperChannel(t)
  writeFileSync(join(channel.sounds, 'long.wav'), toneFile({ frequency: 400, samples: 40_001 }))
  const source = openSource('long.wav', channel.folders)
  if (source === undefined) return t.fail('not opened')
  const frame = new Int16Array(160)
  const heard: number[] = []
  await eventually(() => {
    const count = source.read(frame)
    heard.push(...frame.subarray(0, count))
    return source.isDone
  })
  t.equal(heard.length, 40_001)
  t.ok(toneShare(Int16Array.from(heard), 400) > 0.99, 'and in order')
  source.close()
  source.close()
})

t.test('a file may end within its samples, and be closed while it is read', async (t) => {
  const channel = paperChannel(t)
  writeFileSync(join(channel.sounds, 'cut.wav'), toneFile({ frequency: 400, samples: 30_000 }).subarray(0, 20_001))
  const player = new Player(channel, ['cut.wav'])
  const frame = new Int16Array(160)
  await eventually(() => {
    player.tick(frame)
    return player.isDone
  })
  t.equal(channel.variables.playback_samples, String(Math.floor((20_001 - 44) / 2)))
  const left = new Player(channel, ['cut.wav'])
  left.tick(frame)
  left.stop('break')
  t.equal(channel.fired.at(-1), 'PLAYBACK_STOP cut.wav break')
})

const notPlayable = ['silence_stream://', 'silence_stream://x', 'silence_stream://-2', 'silence_stream://1.5', 'tone_stream://', 'http://x/y.wav', 'file:///etc/passwd', '://']
for (const name of notPlayable) {
  t.test(`${name} is nothing to play`, async (t) => t.equal(openSource(name, paperChannel(t).folders), undefined))
}

t.test('names in arguments', async (t) => {
  const channel: Record<string, string> = { name: 'value', evil: '${name}' }
  const expand = (text: string): string => expandNames(text, (name) => channel[name], (name) => (name === 'base_dir' ? '/base' : undefined))
  t.equal(expand('no names $ { here }'), 'no names $ { here }')
  t.equal(expand('a ${name} b'), 'a value b')
  t.equal(expand('$${base_dir}/recordings/x.wav'), '/base/recordings/x.wav')
  t.equal(expand('${evil}'), '${name}', 'once, not again')
  t.equal(expand('${unknown}|$${name}'), '|')
  t.equal(expand('${system(rm -rf /)}'), '${system(rm -rf /)}', 'no functions')
})
