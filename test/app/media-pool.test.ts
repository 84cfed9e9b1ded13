/**
 * The pool over real sockets: servers that are not there, refuse, hang, die and come back; the least
 * loaded one first; nothing left behind.
 */
import { pino } from 'pino'
import t from 'tap'
import { MediaUnavailable } from '../../src/app/media-port.ts'
import { startMedia } from '../../src/media/server.ts'
import { freeTcpPort } from '../support/baresip.ts'
import { eventually } from '../support/eventually.ts'
import { mediaOptions, pause, startTestMedia } from '../support/running-media.ts'
import { callEndpoint, fastClock, runPool } from '../support/running-pool.ts'
import { startSilentMedia } from '../support/silent-media.ts'

t.jobs = 4

t.test('faults are told once, and never take the process down', { buffered: true }, async (t) => {
  const { media } = await startTestMedia(t)
  const silent = await startSilentMedia(t, 'another_profile')
  const cases = [
    { name: 'wrong secret', port: media.eslPort, over: { secret: 'wrong' }, fault: 'does not take the secret' },
    { name: 'no profile', port: silent.eslPort, over: {}, fault: 'has no SIP profile drachtio_mrf' },
    { name: 'nobody there', port: await freeTcpPort(), over: {}, fault: 'ECONNREFUSED' },
    { name: 'our address is not ours', port: media.eslPort, over: { listenHost: '192.0.2.1' }, fault: 'EADDRNOTAVAIL' },
  ]
  await Promise.all(cases.map(async ({ name, port, over, fault }) => {
    const { pool, warnings } = await runPool(t, [port], over)
    await eventually(() => warnings.length > 0)
    await pause(900)
    t.equal(pool.available, false, name)
    t.throws(() => pool.open(), MediaUnavailable)
    t.equal(warnings.length, 1, `${name}: said once in several attempts`)
    t.match(warnings[0], fault)
  }))
  const { pool } = await runPool(t, [])
  t.equal(pool.available, false, 'no servers at all')
})

t.test('a server that comes later, dies and comes back', { buffered: true }, async (t) => {
  const options = mediaOptions(t, { eslPort: await freeTcpPort() })
  const log = pino({ level: 'silent' })
  const { pool } = await runPool(t, [options.eslPort])
  await pause(300)
  const first = await startMedia(options, log)
  await eventually(() => pool.available)
  const share = pool.open()
  const { endpoint } = await callEndpoint(t, share)
  let lost = 0
  let gone = 0
  share.onLost(() => { lost++ })
  endpoint.onGone(() => { gone++ })
  const playing = endpoint.play(['silence_stream://-1'])
  const asking = endpoint.ask({ files: [], min: 1, max: 1, tries: 1, firstDigitMs: 9000, nextDigitMs: 9000, endKey: '' })
  await pause(100)
  await first.stop()
  t.equal(await playing, 'gone')
  t.equal(await asking, undefined)
  t.equal(await endpoint.play(['silence_stream://10']), 'gone')
  await eventually(() => lost === 1 && !pool.available)
  t.equal(gone, 1)
  await t.rejects(share.answer('v=0'), MediaUnavailable)
  await t.rejects(endpoint.renegotiate('v=0'), MediaUnavailable)
  await t.rejects(endpoint.startRecording('x.wav'), MediaUnavailable)
  await t.resolves(endpoint.unbridge())
  let late = 0
  endpoint.onGone(() => { late++ })
  share.onLost(() => { late++ })
  t.equal(late, 2, 'who asks later is told at once')
  share.close()
  const second = await startMedia(options, log)
  t.teardown(() => second.stop())
  await eventually(() => pool.available)
  const again = pool.open()
  t.equal(await (await callEndpoint(t, again)).endpoint.play(['silence_stream://40']), 'ended')
  again.close()
  await eventually(() => second.counts().channels === 0)
  t.strictSame([lost, gone], [1, 1], 'told once')
})

t.test('the least loaded first, a full one not at all', { buffered: true }, async (t) => {
  const one = await startTestMedia(t, { heartbeatMs: 100 })
  const small = await startTestMedia(t, { maxSessions: 1, heartbeatMs: 100 })
  const { pool } = await runPool(t, [one.media.eslPort, small.media.eslPort])
  await eventually(() => pool.states().every(({ up }) => up) && pool.available)
  await pause(250) // a heartbeat tells how many each takes
  const shares = [pool.open(), pool.open(), pool.open(), pool.open()]
  for (const share of shares) await callEndpoint(t, share)
  t.strictSame([one.media.counts().channels, small.media.counts().channels], [3, 1])
  // All endpoints of one call are on one server.
  await callEndpoint(t, shares[0]!)
  t.strictSame([one.media.counts().channels, small.media.counts().channels], [4, 1])
  t.strictSame(pool.states().map(({ sessions }) => sessions), [4, 1])
  for (const share of shares) share.close()
  await eventually(() => one.media.counts().channels + small.media.counts().channels === 0)
  await eventually(() => pool.states().every(({ sessions }) => sessions === 0))
})

t.test('a server that takes no calls: another one does, and it rests', { buffered: true }, async (t) => {
  const silent = await startSilentMedia(t)
  const { media } = await startTestMedia(t)
  const { pool, warnings } = await runPool(t, [silent.eslPort, media.eslPort], { clock: fastClock(8) })
  await eventually(() => pool.states().every(({ up }) => up) && pool.available)
  const { endpoint } = await callEndpoint(t, pool.open())
  const noEndpoint = (): number => warnings.filter((line) => line.includes('no endpoint')).length
  t.equal(noEndpoint(), 1, 'the operator is told')
  await callEndpoint(t, pool.open())
  t.equal(noEndpoint(), 1, 'the resting one is not asked first')
  t.equal(await endpoint.play(['silence_stream://20']), 'ended')
})

t.test('all servers take no calls: it is said in time', { buffered: true }, async (t) => {
  const silent = await startSilentMedia(t)
  const { pool } = await runPool(t, [silent.eslPort], { clock: fastClock(20) })
  await eventually(() => pool.available)
  await t.rejects(pool.open().offer(), MediaUnavailable)
  t.strictSame(pool.states().map(({ sessions }) => sessions), [0], 'not counted any more')
})

t.test('a server that cannot reach us: it is said, and the process lives', { buffered: true }, async (t) => {
  const { media } = await startTestMedia(t)
  const unheard: unknown[] = []
  const note = (error: unknown): void => { unheard.push(error) }
  process.on('unhandledRejection', note)
  t.teardown(() => process.off('unhandledRejection', note))
  // Nobody listens on that address of the loopback network.
  const { pool } = await runPool(t, [media.eslPort], { advertisedHost: '127.0.0.2' })
  await eventually(() => pool.available)
  await t.rejects(callEndpoint(t, pool.open()), /Connection timeout/)
  await pause(100)
  t.strictSame(unheard, [])
  await eventually(() => media.counts().channels === 0)
})

t.test('a server that hangs is taken for dead', { buffered: true }, async (t) => {
  const silent = await startSilentMedia(t)
  const { pool } = await runPool(t, [silent.eslPort], { clock: fastClock(20) })
  await eventually(() => pool.available)
  await eventually(() => silent.commands.includes('api uptime'))
  t.ok(pool.available, 'it answers')
  silent.silence()
  await eventually(() => !pool.available)
})

t.test('a call that ends while its endpoint is made leaves none', { buffered: true }, async (t) => {
  const { media } = await startTestMedia(t)
  const { pool } = await runPool(t, [media.eslPort])
  await eventually(() => pool.available)
  for (const afterMs of [0, 1, 3, 5, 8, 12]) {
    const share = pool.open()
    const made = callEndpoint(t, share)
    made.catch(() => {})
    await pause(afterMs)
    share.close()
    share.close()
    await made.catch((error: unknown) => t.type(error, MediaUnavailable))
  }
  await eventually(() => media.counts().channels === 0 && media.counts().dialogs === 0)
  t.strictSame(pool.states().map(({ sessions }) => sessions), [0])
})

t.test('nothing is available without the SIP server', { buffered: true }, async (t) => {
  const { media } = await startTestMedia(t)
  const { pool, stopSip } = await runPool(t, [media.eslPort])
  await eventually(() => pool.available)
  const share = pool.open()
  await callEndpoint(t, share)
  await stopSip()
  await eventually(() => !pool.available)
  t.throws(() => pool.open(), MediaUnavailable)
  share.close()
  await eventually(() => media.counts().channels === 0)
})
