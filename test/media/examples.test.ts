/**
 * The examples that come with drachtio-fsmrf, run as they are, each a process of its own: `record` and
 * `record-session`, and "play and collect" of its README.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { eventually } from '../support/eventually.ts'
import { pause, readRecording, startTestMedia } from '../support/running-media.ts'
import { RtpPeer, toneShare } from '../support/rtp-peer.ts'
import { runSipd } from '../support/running-sipd.ts'
import { SipPeer } from '../support/sip-peer.ts'
import { toneFile } from '../support/wav-file.ts'

// Sound takes as long as it lasts: the calls of this file are placed side by side.
t.jobs = 3

const library = dirname(dirname(createRequire(import.meta.url).resolve('drachtio-fsmrf')))
/** The examples read their options with a package of which they use this much. */
const argumentReader = `module.exports = (argv) => Object.fromEntries(
  argv.flatMap((word, at) => (word.startsWith('--') ? [[word.slice(2), argv[at + 1]]] : [])))`
/** What the README prints, with connections around it. */
const playAndCollect = `
  const Srf = require('drachtio-srf'), Mrf = require('drachtio-fsmrf')
  const argv = require('minimist')(process.argv.slice(2))
  const srf = new Srf()
  srf.connect({ host: '127.0.0.1', port: argv['drachtio-port'], secret: 'cymru' })
  new Mrf(srf).connect({ address: '127.0.0.1', port: argv['freeswitch-port'], secret: argv['freeswitch-secret'] }).then((mediaserver) => {
    console.log('successfully connected to mediaserver')
    srf.invite((req, res) => {
      const myFile = 'silence_stream://200'
      mediaserver.connectCaller(req, res).then(({ endpoint }) => {
        console.log('successfully connected call')
        endpoint.playCollect({file: myFile, min: 1, max: 4})
          .then((obj) => {
            console.log(\`collected digits: \${obj.digits}\`);
          });
      })
    })
  })`

interface Example {
  readonly output: () => string
  readonly sip: SipPeer
  readonly rtp: RtpPeer
  readonly recordings: string
}

/** Starts the servers and an example, and a caller for it. */
async function run(t: Test, script: string): Promise<Example> {
  const { sipd, udpPort } = await runSipd(t)
  // The library tells us the first address of the machine that is not loopback.
  const { media, options } = await startTestMedia(t, { allowed: ['0.0.0.0/0', '::/0'] })
  for (const folder of ['voicemail/8000', 'ivr/8000']) mkdirSync(join(options.soundsFolder, folder), { recursive: true })
  const sound = toneFile({ frequency: 500, samples: 2400 })
  for (const name of ['voicemail/8000/vm-record_message', 'ivr/8000/ivr-thank_you', 'ivr/8000/ivr-please_state_your_name_and_reason_for_calling']) {
    writeFileSync(join(options.soundsFolder, `${name}.wav`), sound)
  }
  const modules = join(dirname(options.recordingsFolder), 'modules')
  mkdirSync(join(modules, 'minimist'), { recursive: true })
  writeFileSync(join(modules, 'minimist', 'index.cjs'), argumentReader)
  writeFileSync(join(modules, 'minimist', 'package.json'), '{"main":"index.cjs"}')
  writeFileSync(join(modules, 'play-and-collect.cjs'), playAndCollect)
  const file = script.endsWith('.cjs') ? join(modules, script) : join(library, 'examples', script, 'app.js')
  const child = spawn(process.execPath, [
    file, '--drachtio-port', String(sipd.controlPort), '--freeswitch-port', String(media.eslPort), '--freeswitch-secret', options.secret,
  ], { env: { ...process.env, NODE_PATH: `${modules}:${dirname(library)}` } })
  let output = ''
  child.stdout.on('data', (data: Buffer) => { output += data.toString() })
  child.stderr.on('data', (data: Buffer) => { output += data.toString() })
  t.teardown(() => child.kill())
  await eventually(() => output.includes('successfully connected to mediaserver'), () => output)
  const sip = await SipPeer.open(udpPort)
  const rtp = await RtpPeer.open()
  t.teardown(() => { sip.close(); rtp.close() })
  return { output: () => output, sip, rtp, recordings: options.recordingsFolder }
}

async function call({ sip, rtp }: Example): Promise<{ dialog: ReturnType<SipPeer['ack']>; port: number }> {
  await pause(100)
  const invite = sip.invite('1000', { body: rtp.sdp() })
  const answer = await sip.expect(200)
  const dialog = sip.ack(invite, answer)
  const port = Number(/m=audio (\d+)/.exec(answer.body)?.[1])
  rtp.talk(port, 700)
  return { dialog, port }
}

t.test('record', async (t) => {
  const example = await run(t, 'record')
  const { port } = await call(example)
  // A second of silence, a pause, the message; the record goes on when they have been played.
  await pause(2200)
  // The example says nothing of when it records: the key is pressed until it has been heard.
  for (let tries = 0; tries < 20 && !example.sip.has('BYE'); tries++) {
    await example.rtp.press(port, '#')
    await pause(1000)
  }
  const bye = await example.sip.expect('BYE')
  example.sip.reply(bye, 200)
  await eventually(() => example.output().includes('call completed'), example.output)
  t.match(example.output(), /record returned \{"terminatorUsed":"#","recordSeconds":"\d","recordMilliseconds":"\d+","recordSamples":"\d+"\}/)
  const { channels: [samples = new Int16Array()] } = readRecording(join(example.recordings, 'record_message.wav'))
  t.ok(samples.length > 1600 && toneShare(samples, 700) > 0.8)
})

t.test('record-session', async (t) => {
  const example = await run(t, 'record-session')
  const { dialog } = await call(example)
  const path = join(example.recordings, 'name_and_reason.wav')
  await eventually(() => existsSync(path), example.output)
  await pause(1800)
  example.sip.request(dialog, 'BYE')
  await example.sip.expect(200)
  await eventually(() => readRecording(path).header.readUInt32LE(40) > 0)
  const { channels: [said = new Int16Array(), heard = new Int16Array()] } = readRecording(path)
  t.ok(said.length > 8000 && toneShare(said.subarray(1600, 8000), 700) > 0.8)
  t.ok(toneShare(heard, 500) > 0.5, 'both directions')
})

t.test('play and collect', async (t) => {
  const example = await run(t, 'play-and-collect.cjs')
  const { port } = await call(example)
  await eventually(() => example.output().includes('connected call'), example.output)
  await pause(400)
  for (const key of '42#') {
    await example.rtp.press(port, key)
    await pause(60)
  }
  await eventually(() => example.output().includes('collected digits: 42'), example.output)
})
