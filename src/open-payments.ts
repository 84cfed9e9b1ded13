/**
 * Money beside the calls: the cash desk with its shops, the poller that asks about payments, the
 * watch for signs of fraud, monthly fees, and the nightly check of the ledgers.
 */
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Log } from './log.ts'
import { PaymentDesk } from './pay/desk.ts'
import { startPoller } from './pay/poller.ts'
import { createSend } from './pay/send.ts'
import { shopsFrom } from './pay/shops.ts'
import type { Shops } from './pay/shops.ts'
import type { Db } from './store/database.ts'
import { startLimitsWatch } from './store/limits-watch.ts'
import { startMonthlyFees } from './store/monthly-fee-round.ts'
import { startNightly } from './store/nightly.ts'

export interface Payments {
  readonly desk: PaymentDesk
  /** The panel listens at this URL: where the simulator's notices go. */
  begin(panelUrl: string): void
  stop(): Promise<void>
}

/** Opens the desk; before `begin` it has no shops. */
export function openPayments(config: Config, given: {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
}): Payments {
  let panelUrl = ''
  let shops: Shops = shopsFrom(config, undefined)
  const options = { ...given, shops: () => shops, send: createSend() }
  const desk = new PaymentDesk({ ...options, publicUrl: () => config.publicUrl || panelUrl })
  const poller = startPoller(desk, options)
  const nightly = startNightly({ ...given, rejectedDays: config.rejectedDays })
  const watch = startLimitsWatch(given)
  const fees = startMonthlyFees(given)
  return {
    desk,
    begin(url) {
      panelUrl = url
      const { demo, paySimulatorPort: port, paySimulatorSecret: secret } = config
      // Without a secret of its own anybody could sign as the simulator does.
      if (!demo || port === 0 || secret === '') return
      shops = shopsFrom(config, { url: `http://127.0.0.1:${port}`, secret, noticeUrl: url })
    },
    async stop() {
      await poller.stop()
      await nightly.stop()
      await fees.stop()
      await watch.stop()
    },
  }
}
