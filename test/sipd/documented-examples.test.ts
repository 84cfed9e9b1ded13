/**
 * The examples drachtio-srf documents (README and doc comments of the installed package) run against
 * the server: their own text, read from the package. Two kinds of edits are made to it, both listed
 * with each example: addresses and the SDP it leaves open; and slips of the documentation itself
 * with which it runs against no server (a name declared twice, a function that was renamed, the
 * order of arguments, a bracket too many). Each edit must still apply.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import Srf from 'drachtio-srf'
import t from 'tap'
import type { Test } from 'tap'
import { eventually } from '../support/eventually.ts'
import { runSipd } from '../support/running-sipd.ts'
import type { TestSipd } from '../support/running-sipd.ts'

const folder = join(dirname(createRequire(import.meta.url).resolve('drachtio-srf')), '..')
const readme = readFileSync(join(folder, 'README.md'), 'utf8')
const library = readFileSync(join(folder, 'lib/srf.js'), 'utf8')

const sdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n'

type Edit = readonly [documented: string, here: string]
/** The URI comes behind the request and its answer since version 4. */
function b2buaTo(port: number): Edit {
  return ["createB2BUA('sip:1234@10.10.100.1', req, res,", `createB2BUA(req, res, 'sip:1234@127.0.0.1:${port}',`]
}
const renamedUas: Edit = ['srf.createUas(', 'srf.createUAS(']
const renamedUac: Edit = ['srf.createUac(', 'srf.createUAC(']
const openSdp: Edit = ['const mySdp;', `const mySdp = ${JSON.stringify(sdp)};`]

/** The code block of the README under this title. */
function ofReadme(title: string): string {
  return readme.split(`*${title}*`)[1]?.split('```')[1]?.replace(/^js\n/, '') ?? ''
}

/** The example with this caption in the doc comment of a method. */
function ofMethod(method: string, caption: string): string {
  const comment = library.slice(0, library.indexOf(`\n  ${method}(`)).split('/**').at(-1) ?? ''
  const text = comment.split(`@example <caption>${caption}</caption>\n`)[1] ?? ''
  return (text.split(/@example|\*\//)[0] ?? '').replaceAll(/^ *\* ?/gm, '')
}

/** Runs an example; what it prints. `Srf` is what its `require('drachtio-srf')` gets. */
function run(t: Test, example: string, edits: readonly Edit[], given: unknown): string[] {
  let code = example
  for (const [documented, here] of edits) {
    t.ok(code.includes(documented), `it still says ${documented.trim()}`)
    code = code.replaceAll(documented, () => here)
  }
  const printed: string[] = []
  const soon = (work: () => void): unknown => setTimeout(work, 20)
  const names = ['require', 'console', 'setInterval', 'assert']
  // oxlint-disable-next-line no-new-func -- the text of the package is the program under test
  new Function(...names, code)(
    () => given, { log: (line: string) => printed.push(line) }, soon,
    (holds: boolean) => printed.push(`assert ${holds}`))
  return printed
}

/** In place of the class: `new` gives an application that is connected already. */
async function connected(server: TestSipd): Promise<unknown> {
  const srf = await server.application()
  return function Application() { return srf }
}

/** The class itself; its connections end with the test. */
function ownConnection(t: Test): unknown {
  return class extends Srf {
    constructor() {
      super()
      t.teardown(() => this.disconnect())
    }
  }
}

/** A phone that answers, or rings only; its dialogs. */
async function phone(server: TestSipd, answers = true): Promise<Srf.Dialog[]> {
  const srf = await server.application()
  const dialogs: Srf.Dialog[] = []
  srf.invite((req, res) => {
    res.send(180)
    if (!answers) return
    void srf.createUAS(req, res, { localSdp: sdp } as Srf.CreateUASOptions)
      .then((one) => one.on('ack', () => dialogs.push(one)))
  })
  srf.use('options', (_req, res) => { res.send(200) })
  return dialogs
}

/** Calls `to`; again as long as nobody serves there, for an example that is still connecting. */
async function callOf(server: TestSipd, to: number): Promise<Srf.Dialog> {
  const srf = await server.application()
  for (;;) {
    try {
      return await srf.createUAC(`sip:service@127.0.0.1:${to}`, { localSdp: sdp } as Srf.CreateUACOptions)
    } catch (error) {
      if ((error as { status?: number }).status !== 503) throw error
    }
  }
}

const settled = (...servers: TestSipd[]): Promise<void> =>
  eventually(() => servers.every((one) => one.sipd.counts().dialogs === 0))

t.test('README: back-to-back user agent', async (t) => {
  const [near, middle, far] = [await runSipd(t), await runSipd(t), await runSipd(t)]
  const answered = await phone(far)
  const twice = "    const Srf = require('drachtio-srf');\n  const srf = new Srf();\n"
  const printed = run(t, ofReadme('Example Back-to-back user agent'), [
    [twice, ''], ["'192.168.32.5'", "'127.0.0.1'"], ['9022', `${middle.sipd.controlPort}`],
    b2buaTo(far.udpPort),
  ], ownConnection(t))
  for (const side of ['caller', 'callee']) {
    const dialog = await callOf(near, middle.udpPort)
    await eventually(() => answered.length === 1)
    const [ends, hears] = side === 'caller' ? [dialog, answered.pop()!] : [answered.pop()!, dialog]
    const gone = new Promise((resolve) => hears.on('destroy', resolve))
    ends.destroy()
    await gone
    await settled(near, middle, far)
  }
  t.strictSame(printed, ['call connected', 'call connected'])
})

t.test('README: sending a request (OPTIONS ping)', async (t) => {
  const [near, far] = [await runSipd(t), await runSipd(t)]
  await phone(far)
  const printed = run(t, ofReadme('Example sending a request (OPTIONS ping)'), [
    ['9022', `${near.sipd.controlPort}`], ['sip:tighthead.drachtio.org', `sip:127.0.0.1:${far.udpPort}`],
  ], ownConnection(t))
  await eventually(() => printed.length === 2)
  t.match(printed, [/^connected to server listening on .*udp\/127\.0\.0\.1:/, 'Response to OPTIONS ping: 200'])
})

const uas = [
  { caption: 'returning a Promise', says: /^dialog established, remote uri is sip:/ },
  { caption: 'using callback', says: /^dialog established, local tag is \S{8,}/ },
]
for (const { caption, says } of uas) {
  t.test(`createUAS: ${caption}`, async (t) => {
    const [near, far] = [await runSipd(t), await runSipd(t)]
    const printed = run(t, ofMethod('createUAS', caption), [renamedUas, openSdp], await connected(far))
    const dialog = await callOf(near, far.udpPort)
    t.equal(dialog.remote.sdp, sdp)
    dialog.destroy()
    await eventually(() => printed.length === 2)
    t.match(printed, [says, 'caller hung up'])
    await settled(near, far)
  })
}

const bracketTooMany: Edit = ['  });\n});\n', '  });\n']
/** In this place the library takes a function for one that wants the request. */
const callbackLast: Edit = ['{localSdp: mySdp},\n   (err, uac)', '{localSdp: mySdp}, {},\n   (err, uac)']
const uac = [
  { caption: 'returning a Promise', edits: [bracketTooMany], says: [/^dialog established, call-id is \S+/] },
  { caption: 'Using a callback', edits: [callbackLast], says: [] },
]
for (const { caption, edits, says } of uac) {
  t.test(`createUAC: ${caption}`, async (t) => {
    const [near, far] = [await runSipd(t), await runSipd(t)]
    const answered = await phone(far)
    const printed = run(t, ofMethod('createUAC', caption), [
      renamedUac, openSdp, ...edits, ['sip:1234@10.10.100.1', `sip:1234@127.0.0.1:${far.udpPort}`],
    ], await connected(near))
    await eventually(() => answered.length === 1 && printed.length === says.length)
    answered[0]?.destroy()
    await eventually(() => printed.length === says.length + 1)
    t.match(printed, [...says, 'called party hung up'])
    await settled(near, far)
  })
}

t.test('createUAC: canceling a request by using a progress callback', async (t) => {
  const [near, far] = [await runSipd(t), await runSipd(t)]
  await phone(far, false)
  const printed = run(t, ofMethod('createUAC', 'Canceling a request by using a progress callback'), [
    openSdp, bracketTooMany, ['(reqSent) => { inviteSent = req; }', '(err, req) => { inviteSent = req; }'],
    ['sip:1234@10.10.100.1', `sip:1234@127.0.0.1:${far.udpPort}`],
  ], await connected(near))
  await eventually(() => printed.length > 0)
  t.strictSame(printed, ['assert true'], 'rejected with 487')
  await settled(near, far)
})

t.test('createB2BUA: simple B2BUA', async (t) => {
  const [near, middle, far] = [await runSipd(t), await runSipd(t), await runSipd(t)]
  await phone(far)
  const printed = run(
    t, ofMethod('createB2BUA', 'simple B2BUA'), [b2buaTo(far.udpPort)], await connected(middle))
  const dialog = await callOf(near, middle.udpPort)
  t.equal(dialog.remote.sdp, sdp)
  dialog.destroy()
  await settled(near, middle, far)
  t.strictSame(printed, ['call connected'])
})
