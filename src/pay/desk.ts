/**
 * The cash desk: begins payments at the payment systems, takes their notices and answers them, asks
 * about payments that nobody told of, and gives money back. What is true is decided by the drivers,
 * what is credited by the store; here they meet.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Kopecks } from '../money/tariff.ts'
import type { Db } from '../store/database.ts'
import { StoreError } from '../store/errors.ts'
import { keepNotice } from '../store/payment-notices.ts'
import type { PaymentSystem, RawNotice } from '../store/payment-notices.ts'
import { beginOrder, creditOrder, failOrder, pageMade } from '../store/payments.ts'
import type { Paid, PaymentOrder, PaymentTile } from '../store/payments.ts'
import type { Refund, RefundDraft } from '../store/refunds.ts'
import type { HttpCall } from './http-call.ts'
import type { Notice } from './order.ts'
import {
  qiwiCreateBill, qiwiPage, qiwiReadBill, readQiwiBill, readQiwiNotice,
} from './qiwi.ts'
import { refundPayment } from './refund-desk.ts'
import { readRobokassaResult, robokassaAnswer, robokassaPage } from './robokassa.ts'
import type { Form } from './robokassa.ts'
import type { HttpAnswer, Send } from './send.ts'
import type { Shops } from './shops.ts'
import {
  readYookassaPayment, readYookassaWebhook, yookassaCreate, yookassaPage, yookassaRead,
} from './yookassa.ts'

export interface DeskOptions {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
  /** Asked at each payment: the simulator's are known only when the panel listens. */
  readonly shops: () => Shops
  /** Where browsers come back to: 'https://number.example'. */
  readonly publicUrl: () => string
  readonly send: Send
}

/** A tile of the page. */
export interface TileState {
  readonly id: PaymentTile
  readonly available: boolean
  /** Not in earnest: no money moves. */
  readonly test: boolean
  /** Paid through СБП, as the system itself is closed. */
  readonly via: 'sbp' | undefined
  /** Why it is not available. */
  readonly why: 'closed' | 'notConfigured' | undefined
}

/** What a payment system is answered. */
export interface NoticeAnswer {
  readonly status: 200 | 400 | 403 | 503
  /** Text, or a value for JSON. */
  readonly body: string | object
}

/** The payment system did not give a page; the form may be sent again. */
export class PaymentSystemDown extends Error {
  override readonly name = 'PaymentSystemDown'
}

/** No such tile, or it is off. */
export class PaymentsOff extends Error {
  override readonly name = 'PaymentsOff'
}

/** A bill is open for a day: who begins a payment ends it soon, or never. */
const openMs = 24 * 3_600_000
/** A notice comes within seconds; then one asks ever more seldom. */
const firstCheckMs = 15_000
/**
 * What is neither proved nor ours is kept up to so many a minute: strangers must not fill the disk.
 */
const unprovedAMinute = 60

export class PaymentDesk {
  readonly #o: DeskOptions
  #unproved = { minute: 0, count: 0 }

  constructor(options: DeskOptions) {
    this.#o = options
  }

  /** The tiles of the page, in the manual's order. */
  tiles(): readonly TileState[] {
    const { robokassa, qiwi, qiwiClosed, yookassa } = this.#o.shops()
    const tile = (
      id: PaymentTile, test: boolean | undefined, more: Partial<TileState> = {},
    ): TileState => ({
      id, available: test !== undefined, test: test ?? false, via: undefined,
      why: test === undefined ? 'notConfigured' : undefined, ...more,
    })
    return [
      tile('robokassa', robokassa?.test),
      !qiwiClosed ? tile('qiwi', qiwi?.test)
        : tile('qiwi', yookassa?.test, yookassa ? { via: 'sbp' } : { why: 'closed' }),
      tile('card', yookassa?.test),
    ]
  }

  /**
   * Begins a payment and answers where the browser goes. `formKey` makes a form sent twice one
   * payment. Throws PaymentsOff, PaymentSystemDown, StoreError form_reused, too_many_payments.
   */
  async begin(
    subscriberId: string,
    form: { readonly tile: PaymentTile; readonly kopecks: Kopecks; readonly formKey: string },
  ): Promise<{ readonly order: PaymentOrder; readonly url: string }> {
    const tile = this.tiles().find(({ id }) => id === form.tile)
    if (tile?.available !== true) throw new PaymentsOff(form.tile)
    const wallMs = this.#wallMs()
    const system = form.tile === 'card' || tile.via === 'sbp' ? 'yookassa' : form.tile
    const order = await beginOrder(this.#o.db, subscriberId, {
      ...form, system, description: 'Пополнение счёта', test: tile.test,
      expiresAt: wallMs + openMs,
    }, wallMs)
    if (order.pageUrl !== undefined && order.state === 'open') return { order, url: order.pageUrl }
    if (order.state !== 'made') throw new StoreError('form_reused')
    const page = await this.#makePage(order)
    // Robokassa cannot be asked: it tells by ResultURL, again and again until it is heard.
    const nextCheckAt = system === 'robokassa' ? null : wallMs + firstCheckMs
    return { order: await pageMade(this.#o.db, order.number, page, nextCheckAt), url: page.url }
  }

  /** A message to Robokassa's ResultURL. */
  async robokassaResult(form: Form, raw: RawNotice): Promise<NoticeAnswer> {
    const shop = this.#o.shops().robokassa?.shop
    const notice = shop ? readRobokassaResult(shop, form) : notOurs
    const told = await this.#take('robokassa', notice, raw)
    return notice.kind === 'paid' && told === 'heard'
      ? { status: 200, body: robokassaAnswer(notice.orderNumber) }
      : { status: 400, body: 'refused' }
  }

  /** A notice of QIWI; `raw.signature` is its header. The numbers are those of its protocol. */
  async qiwiNotice(body: unknown, raw: RawNotice): Promise<NoticeAnswer> {
    const shop = this.#o.shops().qiwi
    const notice = shop ? readQiwiNotice(shop, body, raw.signature) : notOurs
    const told = await this.#take('qiwi', notice, raw)
    if (told === 'heard') return { status: 200, body: { error: '0' } }
    const forged = notice.kind === 'refused' && notice.why === 'signature'
    return { status: forged ? 403 : 400, body: { error: forged ? '151' : '5' } }
  }

  /** A webhook of ЮKassa: a hint, upon which ЮKassa itself is asked. */
  async yookassaWebhook(body: unknown, raw: RawNotice): Promise<NoticeAnswer> {
    const yookassa = this.#o.shops().yookassa
    if (!yookassa?.nets.has(raw.address)) {
      await this.#refuse('yookassa', 'source', raw)
      return { status: 403, body: {} }
    }
    // What became of a refund we know from the answer to our own question.
    if (isRefundEvent(body)) return { status: 200, body: {} }
    const hint = readYookassaWebhook(body)
    if (hint.kind !== 'hint') {
      await this.#refuse('yookassa', 'malformed', raw)
      return { status: 400, body: {} }
    }
    const notice = await this.#askYookassa(hint.providerId)
    if (notice === undefined) return { status: 503, body: {} } // to be told again
    await this.#take('yookassa', notice, raw)
    return { status: 200, body: {} }
  }

  /** Asks the system of an order what became of it. false: it did not answer. */
  async ask(order: PaymentOrder): Promise<boolean> {
    const { providerId, system } = order
    const notice = system === 'yookassa' && providerId !== undefined
      ? await this.#askYookassa(providerId)
      : system === 'qiwi' ? await this.#askQiwi(order) : notOurs
    if (notice === undefined) return false
    const raw = { address: asked, signature: '', body: JSON.stringify(notice) }
    if (notice.kind !== 'refused') await this.#take(system, notice, raw)
    return true
  }

  /** Gives (a part of) a payment back; see refundPayment. */
  refund(draft: RefundDraft): Promise<Refund['state']> {
    return refundPayment(this.#o, draft)
  }

  async #makePage(
    order: PaymentOrder,
  ): Promise<{ readonly url: string; readonly providerId: string | undefined }> {
    const { robokassa, yookassa, qiwi } = this.#o.shops()
    const back = `${this.#o.publicUrl()}/balance?order=${order.number}`
    if (order.system === 'robokassa' && robokassa)
      return { url: robokassaPage(robokassa.shop, order), providerId: undefined }
    if (order.system === 'qiwi' && qiwi) {
      const { status, body } = await this.#send(qiwiCreateBill(qiwi, order, order.expiresAt), order)
      const url = status === 200 ? qiwiPage(body, back) : undefined
      if (url !== undefined) return { url, providerId: `pn-${order.number}` }
    }
    if (order.system === 'yookassa' && yookassa) {
      const method = order.tile === 'qiwi' ? 'sbp' : 'bank_card'
      const call = yookassaCreate(yookassa.shop, order, method, back)
      const { status, body } = await this.#send(call, order)
      const page = status === 200 ? yookassaPage(body) : undefined
      if (page) return { url: page.url, providerId: page.id }
    }
    this.#o.log.warn({ order: order.number, system: order.system }, 'no payment page was given')
    throw new PaymentSystemDown(order.system)
  }

  async #send(call: HttpCall, order: PaymentOrder): Promise<HttpAnswer> {
    try {
      return await this.#o.send(call)
    } catch (fault) {
      const { number, system } = order
      this.#o.log.warn({ err: fault, order: number, system }, 'a payment system does not answer')
      throw new PaymentSystemDown(system)
    }
  }

  /** 'heard': what it told is done, or was before; it need not be told again. */
  async #take(
    system: PaymentSystem, notice: Notice, raw: RawNotice,
  ): Promise<'heard' | 'refused'> {
    switch (notice.kind) {
      case 'paid':
        return this.#credit(system, notice, raw)
      case 'failed':
        await failOrder(this.#o.db, system, notice)
        await keepNotice(this.#o.db, system, raw, { verdict: 'failed', ...notice }, this.#wallMs())
        return 'heard'
      case 'hint':
        if (raw.address !== asked) await this.#keepSome(system, 'hint', raw)
        return 'heard'
      case 'refused':
        await this.#refuse(system, notice.why, raw)
        return 'refused'
    }
  }

  async #credit(
    system: PaymentSystem, notice: Paid, raw: RawNotice,
  ): Promise<'heard' | 'refused'> {
    const { decision } = await creditOrder(this.#o.db, system, notice, raw, this.#wallMs())
    if (decision === 'credited' || decision === 'repeated') return 'heard'
    this.#o.log.error({ system, order: notice.orderNumber, decision }, 'a payment is not credited')
    return 'refused'
  }

  async #refuse(system: PaymentSystem, verdict: string, raw: RawNotice): Promise<void> {
    if (await this.#keepSome(system, verdict, raw))
      this.#o.log.warn({ system, verdict, address: raw.address }, 'a payment notice is refused')
  }

  /** Keeps what proves nothing, as long as there is not too much of it. */
  async #keepSome(system: PaymentSystem, verdict: string, raw: RawNotice): Promise<boolean> {
    const wallMs = this.#wallMs()
    const minute = Math.floor(wallMs / 60_000)
    if (this.#unproved.minute !== minute) this.#unproved = { minute, count: 0 }
    if (++this.#unproved.count > unprovedAMinute) return false
    const facts = { verdict, orderNumber: undefined, providerId: undefined }
    await keepNotice(this.#o.db, system, raw, facts, wallMs)
    return true
  }

  /** undefined: no answer. */
  async #askYookassa(paymentId: string): Promise<Notice | undefined> {
    const yookassa = this.#o.shops().yookassa
    if (!yookassa) return notOurs
    const answer = await this.#o.send(yookassaRead(yookassa.shop, paymentId)).catch(() => undefined)
    if (answer?.status === 404) return { kind: 'hint', providerId: paymentId }
    if (answer?.status !== 200) return undefined
    const notice = readYookassaPayment(answer.body)
    return notice.kind !== 'refused' && notice.providerId !== paymentId ? notOurs : notice
  }

  async #askQiwi(order: PaymentOrder): Promise<Notice | undefined> {
    const { qiwi } = this.#o.shops()
    if (!qiwi) return notOurs
    const answer = await this.#o.send(qiwiReadBill(qiwi, order)).catch(() => undefined)
    return answer?.status === 200 ? readQiwiBill(qiwi, answer.body) : undefined
  }

  #wallMs(): number {
    return Math.floor(this.#o.clock.wallMs())
  }
}

/** Instead of a sender's address: it was the answer to our own question. */
const asked = 'asked'
const notOurs: Notice = { kind: 'refused', why: 'payee' }

function isRefundEvent(body: unknown): boolean {
  const { event } = (body ?? {}) as { event?: unknown }
  return typeof event === 'string' && event.startsWith('refund.')
}
