/**
 * The whole server over loopback sockets with drachtio-srf as it comes from npm: documented uses
 * (UAS, UAC, B2BUA), over UDP and TCP, and what happens when something is missing.
 */
import { connect } from 'node:net'
import type Srf from 'drachtio-srf'
import { pino } from 'pino'
import t from 'tap'
import { defaultOptions } from '../../src/sipd/options.ts'
import { startSipd } from '../../src/sipd/server.ts'
import { eventually } from '../support/eventually.ts'
import { runSipd } from '../support/running-sipd.ts'
import type { TestSipd } from '../support/running-sipd.ts'

const sdp = (port: number): string =>
  `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`

/** A phone that answers every call; its dialogs. */
async function phone(server: TestSipd): Promise<Srf.Dialog[]> {
  const srf = await server.application()
  const dialogs: Srf.Dialog[] = []
  srf.invite((req, res) => {
    res.send(180)
    void srf.createUAS(req, res, { localSdp: sdp(4000) } as Srf.CreateUASOptions).then((dialog) => dialogs.push(dialog))
  })
  return dialogs
}

const settled = (server: TestSipd): Promise<void> => eventually(() => server.sipd.counts().dialogs === 0, server.sipd.counts)

for (const transport of ['udp', 'tcp']) {
  t.test(`a call over ${transport}: createUAC calls createUAS, either side hangs up`, async (t) => {
    const [near, far] = [await runSipd(t), await runSipd(t)]
    const answered = await phone(far)
    const srf = await near.application()
    const uri = `sip:phone@127.0.0.1:${far.udpPort};transport=${transport}`
    for (const side of ['caller', 'callee']) {
      const provisional: number[] = []
      const dialog = await srf.createUAC(uri, { localSdp: sdp(5000) } as Srf.CreateUACOptions, {
        cbProvisional: (res) => { provisional.push(res.status) },
      })
      t.strictSame(provisional, [180])
      t.equal(dialog.remote.sdp, sdp(4000))
      await eventually(() => answered.length === 1)
      const other = answered.pop() as Srf.Dialog
      t.equal(other.remote.sdp, sdp(5000))
      const [ends, hears] = side === 'caller' ? [dialog, other] : [other, dialog]
      const gone = new Promise((resolve) => hears.on('destroy', resolve))
      ends.destroy()
      await gone
      await Promise.all([settled(near), settled(far)])
    }
  })
}

t.test('a call through createB2BUA: 180 and SDP passed, re-INVITE, BYE of either side', async (t) => {
  const [near, middle, far] = [await runSipd(t), await runSipd(t), await runSipd(t)]
  const answered = await phone(far)
  const b2bua = await middle.application()
  b2bua.invite((req, res) => {
    void b2bua.createB2BUA(req, res, `sip:phone@127.0.0.1:${far.udpPort}`, {} as Srf.CreateB2BUAOptions).then(({ uas, uac }) => {
      uas.on('destroy', () => uac.destroy())
      uac.on('destroy', () => uas.destroy())
    })
  })
  const caller = await near.application()
  const call = (): Promise<Srf.Dialog> =>
    caller.createUAC(`sip:number@127.0.0.1:${middle.udpPort}`, { localSdp: sdp(5000) } as Srf.CreateUACOptions)
  const first = await call()
  t.equal(first.remote.sdp, sdp(4000))
  t.equal(await first.modify(sdp(5002)), sdp(4000), 'the library answers a re-INVITE with what it sent')
  first.destroy()
  await Promise.all([near, middle, far].map(settled))
  answered.length = 0
  const second = await call()
  const gone = new Promise((resolve) => second.on('destroy', resolve))
  await eventually(() => answered.length === 1)
  answered[0]?.destroy()
  await gone
  await Promise.all([near, middle, far].map(settled))
})

t.test('a hundred calls at once', async (t) => {
  const [near, far] = [await runSipd(t), await runSipd(t)]
  await phone(far)
  const srf = await near.application()
  const dialogs = await Promise.all(Array.from({ length: 100 }, (_, i) =>
    srf.createUAC(`sip:phone${i}@127.0.0.1:${far.udpPort}`, { localSdp: sdp(5000) } as Srf.CreateUACOptions)))
  t.equal(near.sipd.counts().dialogs, 100)
  for (const dialog of dialogs) dialog.destroy()
  await Promise.all([settled(near), settled(far)])
})

const failures: { name: string; uri: (port: number) => string; status: number }[] = [
  { name: 'no application wants it', uri: (port) => `sip:x@127.0.0.1:${port}`, status: 503 },
  { name: 'nobody listens on that TCP port', uri: () => 'sip:x@127.0.0.1:1;transport=tcp', status: 503 },
]

for (const c of failures) {
  t.test(`createUAC fails with ${c.status}: ${c.name}`, async (t) => {
    const [near, far] = [await runSipd(t), await runSipd(t)]
    const srf = await near.application()
    const call = srf.createUAC(c.uri(far.udpPort), { localSdp: sdp(5000) } as Srf.CreateUACOptions)
    const fault: unknown = await call.catch((error: unknown) => error)
    t.match(fault, { status: c.status })
    await settled(near)
  })
}

t.test('the library is told what cannot be sent', async (t) => {
  const near = await runSipd(t)
  const srf = await near.application()
  const call = (uri: string): Promise<Srf.Dialog> => srf.createUAC(uri, { localSdp: sdp(5000) } as Srf.CreateUACOptions)
  await t.rejects(call(`sip:x@127.0.0.1:${near.udpPort}`), { message: /can not send request to myself/ })
  await t.rejects(call('sip:x@127.0.0.9;transport=tls'), { message: /requested protocol\/transport not available/ })
})

t.test('a wrong secret: the library reports it', async (t) => {
  const server = await runSipd(t, { secret: 'right' })
  const socket = connect({ host: '127.0.0.1', port: server.sipd.controlPort })
  let heard = ''
  socket.on('data', (chunk) => { heard += chunk.toString() })
  socket.write('20#id|authenticate|left')
  await eventually(() => heard.includes('|response|id|NO|'))
  t.match(heard, /^\d+#[0-9a-f-]{36}\|response\|id\|NO\|incorrect secret$/)
  await eventually(() => socket.destroyed)
})

t.test('an application that dies takes its calls with it', async (t) => {
  const [near, far] = [await runSipd(t), await runSipd(t)]
  const answered = await phone(far)
  const srf = await near.application()
  const dialog = await srf.createUAC(`sip:phone@127.0.0.1:${far.udpPort}`, { localSdp: sdp(5000) } as Srf.CreateUACOptions)
  await eventually(() => answered.length === 1)
  srf.disconnect()
  await eventually(() => near.sipd.counts().dialogs <= 1)
  const ended = new Promise((resolve) => answered[0]?.destroy({ headers: {} }, resolve))
  await ended
  await Promise.all([settled(near), settled(far)])
  t.ok(dialog)
})

t.test('metrics are served', async (t) => {
  const server = await runSipd(t, { prometheus: { address: '127.0.0.1', port: 0 } })
  await server.application()
  const page = await (await fetch(`http://127.0.0.1:${server.sipd.metricsPort}/metrics`)).text()
  t.match(page, /^drachtio_app_connections 1$/m)
  t.match(page, /^drachtio_stable_dialogs 0$/m)
})

t.test('what cannot be had is named and nothing stays open', async (t) => {
  const server = await runSipd(t)
  const log = pino({ level: 'silent' })
  const contacts = [{ uri: 'sip:127.0.0.1:0;transport=udp', localNets: [], dnsNames: [] }]
  const taken = { ...defaultOptions, contacts, adminAddress: '127.0.0.1', adminPort: server.sipd.controlPort }
  await t.rejects(startSipd(taken, log), { message: /cannot listen for applications on 127\.0\.0\.1 port/ })
  const nowhere = [{ uri: 'sip:no-such-host.invalid', localNets: [], dnsNames: [] }]
  await t.rejects(startSipd({ ...taken, contacts: nowhere }, log), { message: /no-such-host\.invalid/ })
})
