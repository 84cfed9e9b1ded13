/**
 * The panel of the browser tests with a cash desk and the simulator of payment systems beside it;
 * and an account with a life of its own: a few weeks of fees, talks and payments.
 */
import type { Test } from 'tap'
import { systemClock } from '../../src/clock.ts'
import type { Clock } from '../../src/clock.ts'
import { PaymentDesk } from '../../src/pay/desk.ts'
import { createSend } from '../../src/pay/send.ts'
import type { Send } from '../../src/pay/send.ts'
import { simulatorShops } from '../../src/pay/shops.ts'
import type { Shops } from '../../src/pay/shops.ts'
import { startPaySimulator } from '../../src/pay/simulator.ts'
import { append } from '../../src/store/ledger.ts'
import type { Effect } from '../../src/store/ledger.ts'
import { silentLog } from './database.ts'
import { panelWorld } from './panel-server.ts'
import type { PanelWorld } from './panel-server.ts'

export interface PayingWorld extends PanelWorld {
  /** The shops as they are now; what is left out is switched off. */
  shops: Shops
  /** What happens instead of a request to a payment system; undefined = the request. */
  instead: Send | undefined
  /** Notices that were to come in more than a minute come now. */
  hurry(): void
  /** Enters an effect into the account's ledger. */
  enter(effect: Omit<Effect, 'key' | 'atMs'> & { readonly at?: string }): Promise<void>
}

let keys = 0

/** The system's clock, but that what is a minute away waits until it is told to come. */
function patientClock(): { clock: Clock; hurry(): void } {
  const held = new Set<() => void>()
  const wakeAt: Clock['wakeAt'] = (atMs, run) => {
    if (atMs - systemClock.nowMs() < 60_000) return systemClock.wakeAt(atMs, run)
    held.add(run)
    return () => { held.delete(run) }
  }
  return {
    clock: { ...systemClock, wakeAt },
    hurry() {
      for (const run of held) run()
      held.clear()
    },
  }
}

/** The world of the pictures in which one can pay; `qiwiClosed` false pays by QIWI itself. */
export async function payingWorld(
  t: Test, options: Parameters<typeof panelWorld>[1] & { readonly qiwiClosed?: boolean } = {},
): Promise<PayingWorld> {
  const secret = 'a secret of this test'
  const { clock: bankClock, hurry } = patientClock()
  const simulator = await startPaySimulator({ port: 0, secret }, bankClock, silentLog)
  t.teardown(() => simulator.stop())
  const { qiwiClosed = true, ...rest } = options
  const realSend = createSend(5000)
  // The desk is a part of the API, whose database and address are known only afterwards.
  const desk = new PaymentDesk({
    get db() { return world.database.kysely },
    clock: { ...systemClock, wallMs: () => world.wallMs() },
    log: silentLog, shops: () => world.shops, publicUrl: () => world.url,
    send: (call) => (world.instead ?? realSend)(call),
  })
  const panel = await panelWorld(t, { ...rest, api: { payments: desk, ...rest.api } })
  const world: PayingWorld = {
    ...panel, instead: undefined, hurry,
    shops: { ...simulatorShops({ url: simulator.url, secret, noticeUrl: panel.url }), qiwiClosed },
    async enter({ at, ...effect }) {
      const atMs = at === undefined ? Math.floor(panel.wallMs()) : Date.parse(at)
      keys += 1
      await append(panel.database.kysely, panel.subscriberId, { key: `test:${keys}`, atMs, ...effect })
    },
  }
  return world
}

/** Money of October and November 2025, as the picture of «Детализация» has it; ends with 380 ₽. */
export async function pictureCharges(world: PayingWorld, callId?: string): Promise<void> {
  const rows: (readonly [at: string, effect: Parameters<PayingWorld['enter']>[0]])[] = [
    ['2025-10-20T12:00:00+03:00', { kind: 'correction', kopecks: 700_00, text: 'Перенос остатка' }],
    ['2025-10-31T23:59:59+03:00', { kind: 'monthlyFee', kopecks: -150_00, text: 'тариф «Личный», за октябрь' }],
    ['2025-11-03T10:00:00+03:00', { kind: 'payment', kopecks: 300_00, text: 'Пополнение счёта', orderNumber: 451 }],
    ['2025-11-16T19:30:00+03:00', { kind: 'bonus', kopecks: 50_00, text: 'за приглашение: Ирина К.' }],
    ['2025-11-17T11:00:00+03:00', { kind: 'refund', kopecks: -500_00, text: 'по Вашей просьбе', orderNumber: 451 }],
    ['2025-11-18T12:15:00+03:00', { kind: 'call', kopecks: -1_80, text: 'Офис, 0:48' }],
    ['2025-11-18T13:58:00+03:00', { kind: 'call', kopecks: -9_20, text: 'Анна, секретарь, 4:07' }],
    ['2025-11-18T14:20:00+03:00', { kind: 'call', kopecks: -9_00, text: 'Мобильный, 4:12', callId }],
  ]
  for (const [at, effect] of rows) await world.enter({ ...effect, at })
}
