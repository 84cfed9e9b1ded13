/**
 * The application over real sockets: drachtio-srf against the embedded SIP server, a caller and
 * phones as scripted UDP peers, a journal that notes.
 */
import type { Test } from 'tap'
import { startApp } from '../../src/app/app.ts'
import type { LiveBoard } from '../../src/app/live-port.ts'
import type { App } from '../../src/app/app.ts'
import { MrfPool } from '../../src/app/media/pool.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import type { Trunk } from '../../src/call/trunk.ts'
import { systemClock } from '../../src/clock.ts'
import type { RunningMedia } from '../../src/media/server.ts'
import { defaultOptions } from '../../src/sipd/options.ts'
import { startSipd } from '../../src/sipd/server.ts'
import { directory, NotingJournal, personalNumber, quiet, rule, subscriber, trunk } from './call-fixtures.ts'
import { eventually } from './eventually.ts'
import { mediaSecret, startTestMedia } from './running-media.ts'
import { NotingLibrary } from './scripted-dialogues.ts'
import { SipPeer } from './sip-peer.ts'
import type { PeerDialog, PeerInvite, PeerMessage } from './sip-peer.ts'

export interface World {
  readonly app: App
  readonly journal: NotingJournal
  readonly caller: SipPeer
  readonly phones: SipPeer[]
  readonly sipPort: number
  readonly library: NotingLibrary
  /** The media server and the folder of its recordings; only where the setting asks for it. */
  readonly media: RunningMedia | undefined
  readonly folder: string
}

interface Setting {
  /** With a media server. */
  readonly media?: boolean
  /** Rules for the phones' SIP addresses or numbers. */
  readonly who?: (phones: SipPeer[]) => Subscriber
  readonly trunks?: (phones: SipPeer[]) => Trunk[]
  readonly board?: LiveBoard
  readonly databaseMs?: number
  readonly phones?: number
  readonly sessionSeconds?: number
  /** 64·T1 of the SIP server; its patience with a silent application is twice that. */
  readonly t1x64Ms?: number
}

export const inboundOnly = trunk({ id: 'in', inboundNets: ['127.0.0.0/8'], host: '127.0.0.1', port: 9 })

export async function world(t: Test, setting: Setting = {}): Promise<World> {
  const sipd = await startSipd({
    ...defaultOptions, adminAddress: '127.0.0.1', adminPort: 0, secret: 'test',
    contacts: [{ uri: 'sip:127.0.0.1:0;transport=udp', localNets: [], dnsNames: [] }],
    t1x64Ms: setting.t1x64Ms ?? 32_000,
  }, quiet)
  const sipPort = sipd.listenPoints[0]!.port
  const phones: SipPeer[] = []
  for (let i = 0; i < (setting.phones ?? 1); i++) phones.push(await SipPeer.open(sipPort))
  const caller = await SipPeer.open(sipPort)
  const who = setting.who?.(phones) ?? subscriber([rule(phones.map((p) => p.uri))])
  const trunks = setting.trunks?.(phones) ?? [inboundOnly]
  const journal = new NotingJournal()
  const library = new NotingLibrary()
  const started = setting.media === true ? await startTestMedia(t) : undefined
  const folder = started?.options.recordingsFolder ?? ''
  const pool = started === undefined ? undefined : new MrfPool({
    servers: [{ host: '127.0.0.1', port: started.media.eslPort, secret: mediaSecret }],
    control: { host: '127.0.0.1', port: sipd.controlPort, secret: 'test' },
  }, systemClock, quiet)
  pool?.start()
  const app = await startApp(
    { controlHost: '127.0.0.1', controlPort: sipd.controlPort, secret: 'test', sessionSeconds: setting.sessionSeconds ?? 0, recordingsFolder: folder },
    {
      directory: directory(async (number) => {
        await new Promise((resolve) => setTimeout(resolve, setting.databaseMs ?? 0))
        return number === who.number ? who : undefined
      }, trunks),
      journal, clock: systemClock, log: quiet, media: pool, library, live: setting.board,
    })
  await app.ready
  if (pool !== undefined) await eventually(() => pool.available)
  t.teardown(async () => {
    await app.stop(0)
    pool?.close()
    await sipd.stop()
    for (const peer of [caller, ...phones]) peer.close()
  })
  return { app, journal, caller, phones, sipPort, library, media: started?.media, folder }
}

export async function clean(t: Test, w: World, records = 1): Promise<void> {
  const isIdle = (): boolean => Object.values(w.app.counts()).every((count) => count === 0)
  await eventually(() => isIdle() && w.journal.closed.length >= records, () => w.app.counts())
  t.equal(w.journal.closed.length, records)
  t.same(w.library.open, [])
  if (w.media !== undefined) await eventually(() => w.media?.counts().channels === 0 && w.media.counts().dialogs === 0, () => w.media?.counts())
}

export interface Talk {
  readonly invite: PeerInvite
  readonly caller: PeerDialog
  readonly phone: PeerDialog
  readonly atPhone: PeerMessage
  readonly ok: PeerMessage
}

/** Places a call and has the first phone answer it. */
export async function talk(w: World, options: Parameters<SipPeer['invite']>[1] = {}): Promise<Talk> {
  const phone = w.phones[0]!
  const invite = w.caller.invite(personalNumber, options)
  const atPhone = await phone.expect('INVITE')
  phone.reply(atPhone, 180)
  await w.caller.expect(180)
  phone.reply(atPhone, 200, phone.sdp())
  const ok = await w.caller.expect(200)
  const caller = w.caller.ack(invite, ok)
  await phone.expect('ACK')
  return { invite, caller, phone: phone.dialogOf(atPhone), atPhone, ok }
}

export async function endTalk(w: World, talk: Talk): Promise<void> {
  w.caller.request(talk.caller, 'BYE')
  await w.caller.expect(200)
  w.phones[0]!.reply(await w.phones[0]!.expect('BYE'), 200)
}
