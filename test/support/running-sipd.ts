/**
 * A SIP server on free loopback ports with drachtio-srf applications, as it comes from npm,
 * connected to it; stopped again by the test's teardown.
 */
import Srf from 'drachtio-srf'
import { pino } from 'pino'
import type { Test } from 'tap'
import type { PartialOptions } from '../../src/sipd/options.ts'
import { defaultOptions } from '../../src/sipd/options.ts'
import type { RunningSipd } from '../../src/sipd/server.ts'
import { startSipd } from '../../src/sipd/server.ts'

export interface TestSipd {
  readonly sipd: RunningSipd
  readonly udpPort: number
  /** A connected application. */
  application(): Promise<Srf>
}

/** Starts a server; everything of it ends with `t`. */
export async function runSipd(t: Test, options: PartialOptions = {}): Promise<TestSipd> {
  const sipd = await startSipd({
    ...defaultOptions, adminAddress: '127.0.0.1', adminPort: 0,
    contacts: [{ uri: 'sip:127.0.0.1:0;transport=udp,tcp', localNets: [], dnsNames: [] }],
    ...options,
  }, pino({ level: 'silent' }))
  const applications: Srf[] = []
  t.teardown(async () => {
    for (const application of applications) disconnect(application)
    await sipd.stop()
  })
  return {
    sipd,
    udpPort: sipd.listenPoints[0]?.port ?? 0,
    async application() {
      const srf = new Srf()
      applications.push(srf)
      const connected = new Promise<void>((resolve, reject) => {
        srf.on('connect', (error) => { if (error) reject(error); else resolve() })
      })
      void srf.connect({ host: '127.0.0.1', port: sipd.controlPort, secret: options.secret ?? defaultOptions.secret })
      await connected
      return srf
    },
  }
}

/** The library asserts when the connection is gone already. */
function disconnect(application: Srf): void {
  try {
    application.disconnect()
  } catch {
    // It is gone: that is what was wanted.
  }
}
