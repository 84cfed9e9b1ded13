/** Streams of events: kept awake, and ended with their session. */
import t from 'tap'
import { systemClock } from '../../src/clock.ts'
import type { Clock } from '../../src/clock.ts'
import { testApi } from '../support/panel-api.ts'

/** A hundred times faster: the quarter of a minute between two heartbeats is 150 ms. */
function fastClock(): Clock & { aheadMs: number } {
  const clock = {
    aheadMs: 0,
    nowMs: systemClock.nowMs,
    wallMs: () => Date.now() + clock.aheadMs,
    wakeAt: (at: number, run: () => void) =>
      systemClock.wakeAt(systemClock.nowMs() + (at - systemClock.nowMs()) / 100, run),
  }
  return clock
}

async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  wanted: RegExp | 'end',
): Promise<string> {
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return wanted === 'end' ? text : `ended after: ${text}`
    text += new TextDecoder().decode(value)
    if (wanted !== 'end' && wanted.test(text)) return text
  }
}

t.test('a silent stream has heartbeats and does not keep its session alive', async (t) => {
  const clock = fastClock()
  const { app, subscriber } = await testApi(t, { clock })
  const anna = await subscriber('anna')
  const response = await app.request('/api/events', { headers: { cookie: anna.cookie() } })
  t.equal(response.status, 200)
  t.match(response.headers.get('content-type'), /^text\/event-stream/)
  t.equal(response.headers.get('cache-control'), 'no-cache', 'as the stream says itself')
  t.equal(response.headers.get('x-accel-buffering'), 'no')
  const reader = response.body!.getReader()
  t.match(await readUntil(reader, /\n:\n\n:\n\n/), /^event: hello\n/, 'two heartbeats')
  clock.aheadMs = 31 * 60_000
  await readUntil(reader, 'end')
  t.equal((await anna.get('/api/me')).status, 401, 'half an hour without a request is the end')
})

t.test('logging out ends the streams of the session', async (t) => {
  const { app, subscriber } = await testApi(t, { clock: fastClock() })
  const anna = await subscriber('anna')
  const response = await app.request('/api/events', { headers: { cookie: anna.cookie() } })
  const reader = response.body!.getReader()
  await readUntil(reader, /hello/)
  await anna.post('/api/logout')
  t.notMatch(await readUntil(reader, 'end'), /event:/)
})
