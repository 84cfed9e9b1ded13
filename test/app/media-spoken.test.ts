/**
 * Dialogues as people hear them: over real sockets, with the prompts that come with the product.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import t from 'tap'
import { playConsent, playRingback } from '../../src/app/media/announcements.ts'
import { askToConfirm } from '../../src/app/media/ask-to-confirm.ts'
import { openMailbox } from '../../src/app/media/open-mailbox.ts'
import { openPromptShelf, shippedPrompts } from '../../src/app/media/prompt-shelf.ts'
import { Prompts } from '../../src/app/media/prompts.ts'
import { recordGreeting } from '../../src/app/media/record-greeting.ts'
import { takeMessage } from '../../src/app/media/take-message.ts'
import { systemClock } from '../../src/clock.ts'
import { eventually } from '../support/eventually.ts'
import { MailboxLibrary } from '../support/mailbox-library.ts'
import type { RtpPeer } from '../support/rtp-peer.ts'
import { toneShare } from '../support/rtp-peer.ts'
import { pause, readRecording, startTestMedia } from '../support/running-media.ts'
import { callEndpoint, runPool } from '../support/running-pool.ts'
import { toneFile } from '../support/wav-file.ts'

const { media, options } = await startTestMedia(t, { folders: [shippedPrompts] })
const { pool } = await runPool(t, [media.eslPort])
await eventually(() => pool.available)
const prompts = new Prompts(openPromptShelf(undefined))
const recordingsFolder = options.recordingsFolder
let ids = 0
const ports = (library: MailboxLibrary) => ({
  library, prompts, clock: systemClock, log: pino({ level: 'silent' }), recordingsFolder,
  newId: () => `id${++ids}`,
})
const beepHertz = 1000

/** The tone after which one speaks has been heard; answers when it was known, ms. */
async function afterBeep(peer: RtpPeer): Promise<number> {
  await eventually(() => toneShare(peer.heard(-5), beepHertz) > 0.9)
  const atMs = performance.now()
  await pause(450)
  return atMs
}

/** Something is being said. */
function isSpeech(peer: RtpPeer): boolean {
  return peer.heard(-25).some((sample) => Math.abs(sample) > 2000)
}

t.test('side by side', async (t) => {
  t.jobs = 8

  t.test('a message is what was said after the tone', { buffered: true }, async (t) => {
    const { endpoint, peer, port } = await callEndpoint(t, pool.open())
    const library = new MailboxLibrary(systemClock)
    const taken = takeMessage(endpoint, {
      call: { subscriberId: 's', callId: 'c', caller: '', callerName: '', anonymous: true, dialled: '' },
      language: 'en', greetingFile: undefined, maxSeconds: 60, silenceSeconds: 5,
    }, ports(library))
    peer.talk(port, 0)
    await eventually(() => isSpeech(peer))
    t.strictSame(library.did, [], 'not before the tone')
    const beepMs = await afterBeep(peer)
    peer.talk(port, 700)
    await pause(1600)
    await peer.press(port, '#')
    const sinceMs = performance.now() - beepMs
    const { kept, durationMs } = await taken
    t.ok(kept)
    t.ok(durationMs > 1400 && durationMs < sinceMs + 200, `${durationMs} ms, ${sinceMs} since the tone`)
    const { file, id } = library.begun[0]!
    t.strictSame(library.did, [`beginMessage ${id}`, `finishMessage ${id} ${durationMs}`])
    const { channels: [samples = new Int16Array()] } = readRecording(join(recordingsFolder, file))
    t.equal(samples.length / 8, durationMs)
    t.ok(toneShare(samples.slice(2400, 9600), 700) > 0.9)
    t.ok(toneShare(samples, beepHertz) < 0.1, 'without the tone')
    endpoint.destroy()
  })

  t.test('press 1 with a number spoken before', { buffered: true }, async (t) => {
    const { endpoint, peer, port } = await callEndpoint(t, pool.open())
    const caller = { number: '+79161234567', name: '', anonymous: false }
    const startMs = performance.now()
    const choice = askToConfirm(endpoint, prompts, 'ru', caller, 10, systemClock)
    peer.talk(port, 0)
    await eventually(() => isSpeech(peer))
    await pause(500)
    await peer.press(port, '1')
    t.equal(await choice, 'accept')
    t.ok(performance.now() - startMs < 8000, 'at once, not when his ten seconds are over')
    const asked = askToConfirm(endpoint, prompts, 'ru', caller, 1, systemClock)
    t.equal(await asked, 'nobody', 'his time is over')
    t.equal(await endpoint.play(['silence_stream://40']), 'ended', 'and the line is free')
    const leaving = askToConfirm(endpoint, prompts, 'ru', caller, 10, systemClock)
    await pause(100)
    pool.open()
    endpoint.destroy()
    t.equal(await leaving, 'nobody')
  })

  t.test('consent is in the recording and both hear it', { buffered: true }, async (t) => {
    const share = pool.open()
    const caller = await callEndpoint(t, share)
    const callee = await callEndpoint(t, share)
    const file = join(recordingsFolder, 'call.wav')
    await caller.endpoint.startRecording(file)
    await playConsent([caller.endpoint, callee.endpoint], prompts, 'ru')
    await caller.endpoint.bridge(callee.endpoint)
    callee.peer.talk(callee.port, 700)
    await eventually(() => toneShare(caller.peer.recent(15), 700) > 0.95)
    await caller.endpoint.stopRecording(file)
    share.close()
    const { channels: [, right = new Int16Array()] } = readRecording(file)
    const consent = right.slice(0, 8000)
    t.ok(consent.some((sample) => Math.abs(sample) > 4000), 'spoken')
    t.ok(toneShare(consent, 700) < 0.3)
    t.ok(toneShare(right.slice(-1600), 700) > 0.9, 'then the conversation')
    for (const { peer } of [caller, callee]) t.ok(peer.heard().some((sample) => Math.abs(sample) > 4000))
  })

  t.test('music until it is no longer wanted', { buffered: true }, async (t) => {
    const { endpoint, peer } = await callEndpoint(t, pool.open())
    const abort = new AbortController()
    const music = playRingback(endpoint, ['none.wav', prompts.music], systemClock, abort.signal)
    await eventually(() => isSpeech(peer))
    abort.abort()
    await music
    await pause(100)
    const from = peer.packets.length
    await pause(300)
    t.notOk(peer.heard(from).some((sample) => Math.abs(sample) > 200), 'silence')
    endpoint.destroy()
  })

  t.test('a greeting is heard again before it is kept', { buffered: true }, async (t) => {
    const { endpoint, peer, port } = await callEndpoint(t, pool.open())
    const library = new MailboxLibrary(systemClock)
    const greeting = recordGreeting(
      endpoint, { subscriberId: 's', greetingId: 'g', file: 'g.wav', language: 'en' }, ports(library))
    peer.talk(port, 0)
    const beepMs = await afterBeep(peer)
    peer.talk(port, 850)
    await pause(1200)
    peer.talk(port, 0)
    await peer.press(port, '#')
    const sinceMs = performance.now() - beepMs
    await eventually(() => toneShare(peer.heard(-20), 850) > 0.5)
    await eventually(() => isSpeech(peer)) // the menu
    await pause(1500)
    await peer.press(port, '1')
    t.equal(await greeting, true)
    t.match(library.did, [/^keepGreeting g g.wav \d+$/])
    const durationMs = Number(library.did[0]?.split(' ').at(-1))
    t.ok(durationMs >= 1000 && durationMs < sinceMs + 200, `${durationMs} ms, ${sinceMs} since the tone`)
    endpoint.destroy()
  })

  t.test('the mailbox plays messages to who knows the PIN', { buffered: true }, async (t) => {
    const { endpoint, peer, port } = await callEndpoint(t, pool.open())
    const library = new MailboxLibrary(systemClock)
    writeFileSync(join(recordingsFolder, 'm.wav'), toneFile({ frequency: 400, samples: 8000 }))
    library.stored = [{
      id: 'm', caller: '', anonymous: true, file: 'm.wav', startedAt: systemClock.wallMs(),
      durationMs: 1000, heardAt: undefined,
    }]
    const open = openMailbox(
      endpoint, { subscriberId: 's', language: 'en', zone: 'Europe/Moscow', address: '+79160000000' }, ports(library))
    await eventually(() => isSpeech(peer))
    for (const key of '1234#') await peer.press(port, key)
    await eventually(() => library.did.includes('messages s'))
    await eventually(() => toneShare(peer.heard(-20), 400) > 0.9, () => library.did)
    await peer.press(port, '0')
    await open
    t.ok(library.did.includes('messageHeard m +79160000000'))
    endpoint.destroy()
  })
})

t.test('nothing is left', async () => {
  await eventually(() => media.counts().channels === 0)
})
