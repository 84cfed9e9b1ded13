/**
 * Whether memory stays flat: 100 calls, relayed and recorded in stereo, each hung up and placed
 * anew in turn, for SECONDS: 10 in `make bench`, `SECONDS=600 node test/bench/media-soak.bench.ts`.
 * Prints the memory of the server's process along the way and the growth of the second half.
 */
import { join } from 'node:path'
import process from 'node:process'
import { MediaLoad, percentileOfCounts } from './media-load.ts'
import type { Leg } from './media-load.ts'

const calls = Number(process.env.CALLS ?? 100)
const seconds = Math.max(4, Number(process.env.SECONDS ?? 10))
/** How often a call is ended and another one begun. */
const turnoverMs = 250

const load = await MediaLoad.start()
const pairs: [Leg, Leg][] = []
let placed = 0

async function place(): Promise<[Leg, Leg]> {
  const one = await load.call()
  const other = await load.call()
  one.api(`uuid_bridge ${one.uuid} ${other.uuid}`)
  one.execute('set', 'RECORD_STEREO=true')
  one.execute('record_session', join(load.folder, `call-${placed++ % (calls * 2)}.wav`))
  return [one, other]
}

for (let call = 0; call < calls; call++) pairs.push(await place())
const samples: { second: number; heapMb: number; rssMb: number }[] = []
const start = performance.now()
const first = await load.report()
let nextSample = start
for (let turn = 0; performance.now() - start < seconds * 1000; turn++) {
  const index = turn % calls
  for (const leg of pairs[index]!) load.drop(leg)
  pairs[index] = await place()
  await new Promise((resolve) => setTimeout(resolve, turnoverMs))
  if (performance.now() < nextSample) continue
  nextSample += seconds * 1000 / 20
  const { heapMb, buffersMb, rssMb, channels } = await load.report()
  const second = Math.round((performance.now() - start) / 1000)
  samples.push({ second, heapMb, rssMb })
  if (samples.length % 2 === 1) {
    const memory = { heap: heapMb, buffers: buffersMb, resident: rssMb }
    const words = Object.entries(memory).map(([name, mb]) => `${name} ${mb.toFixed(1)} MB`)
    console.log(`${String(second).padStart(5)} s  ${words.join('  ')}  ${channels} channels`)
  }
}
const last = await load.report()
const middle = samples[samples.length >> 1]
const growth = middle === undefined ? 0 : last.heapMb - middle.heapMb
const percent = (last.cpuMs - first.cpuMs) / (performance.now() - start) * 100 * 100 / calls
console.log(`${placed} calls in ${seconds} s, ${calls} at a time: ${percent.toFixed(1)} % of a core`
  + ` per 100 calls, ticks late p99 ${percentileOfCounts(last.late, 0.99)} ms,`
  + ` ${last.skippedTicks - first.skippedTicks} skipped; heap in the second half`
  + ` ${growth >= 0 ? '+' : ''}${growth.toFixed(2)} MB`)
await load.stop()
