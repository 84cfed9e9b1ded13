/**
 * What the media server costs: CPU of its process for 100 anchored calls (relayed; relayed and
 * recorded in stereo), for 100 messages being recorded, lateness of frames, memory for each call.
 * `CALLS` and `SECONDS` change the load: `SECONDS=30 node test/bench/media.bench.ts`.
 */
import { join } from 'node:path'
import process from 'node:process'
import { MediaLoad, percentile, percentileOfCounts } from './media-load.ts'

const calls = Number(process.env.CALLS ?? 100)
const seconds = Math.max(2, Math.min(Number(process.env.SECONDS ?? 5), 60))

interface Scenario {
  readonly name: string
  readonly legsPerCall: 1 | 2
  /** Commands for one call, once its legs are there. */
  begin(load: MediaLoad, call: number): void
}

const bridge = (load: MediaLoad, call: number): void => {
  const [one, other] = [load.legs[call * 2]!, load.legs[call * 2 + 1]!]
  one.api(`uuid_bridge ${one.uuid} ${other.uuid}`)
}

const scenarios: Scenario[] = [
  { name: 'relay only', legsPerCall: 2, begin: bridge },
  {
    name: 'relay and stereo recording', legsPerCall: 2, begin(load, call) {
      bridge(load, call)
      load.legs[call * 2]!.execute('set', 'RECORD_STEREO=true')
      load.legs[call * 2]!.execute('record_session', join(load.folder, `call-${call}.wav`))
    },
  },
  {
    name: 'messages being recorded', legsPerCall: 1, begin(load, call) {
      const file = join(load.folder, `message-${call}.wav`)
      load.legs[call]!.execute('record', `${file} 180 200 30`)
    },
  },
]

for (const scenario of scenarios) await measure(scenario)

async function measure({ name, legsPerCall, begin }: Scenario): Promise<void> {
  const load = await MediaLoad.start()
  const empty = await load.report()
  for (let leg = 0; leg < calls * legsPerCall; leg++) await load.call()
  for (let call = 0; call < calls; call++) begin(load, call)
  // Until the compiler has seen enough of it.
  await pause(2000)
  const before = await load.report()
  const receivedBefore = load.legs.reduce((sum, leg) => sum + leg.received(), 0)
  const start = performance.now()
  await pause(seconds * 1000)
  const elapsedMs = performance.now() - start
  const received = load.legs.reduce((sum, leg) => sum + leg.received(), 0) - receivedBefore
  const after = await load.report()
  const percent = 100 * (after.cpuMs - before.cpuMs) / elapsedMs * 100 / calls
  const expected = load.legs.length * elapsedMs / 20
  const arrivals = percentile(load.legs[0]!.lateness(), 0.99)
  await load.stop()
  console.log(`${name.padEnd(28)} ${percent.toFixed(1).padStart(6)} % of a core per 100 calls`
    + `, ticks late p99 ${percentileOfCounts(after.late, 0.99)} ms`
    + `, frames late at the far end p99 ${arrivals.toFixed(1)} ms`
    + `, ${(100 * received / expected).toFixed(2)} % of frames`
    + `, ${after.skippedTicks - before.skippedTicks} ticks skipped`)
  const perCall = (value: number): string => (value * 1024 / calls).toFixed(0)
  console.log(`${''.padEnd(28)} memory per call: heap ${perCall(after.heapMb - empty.heapMb)} KB`
    + `, resident ${perCall(after.rssMb - empty.rssMb)} KB`)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
