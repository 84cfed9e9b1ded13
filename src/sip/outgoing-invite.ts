/**
 * An INVITE of ours, the first of a call or a re-INVITE (RFC 3261 §13.2, §14.1): early dialogs of
 * its forks, the 2xx that wins, the ACK and its repetition, CANCEL and its race with the 2xx.
 */
import { contactUri, Dialog } from './dialog.ts'
import { endByEngine, endSilently } from './ending.ts'
import type { DialogId, Flow, Octets } from './events.ts'
import { cancelOf, composeInDialog } from './fill-in.ts'
import { wayOf } from './in-dialog.ts'
import { SipMessage } from './message.ts'
import type { OutgoingHandler } from './outgoing.ts'
import { engineHandler, OutgoingRequest } from './outgoing.ts'
import { startSession } from './refresh.ts'
import { acceptSession } from './session-timer.ts'
import { formatMessage } from './serializer.ts'
import type { Timer, TimerOwner } from './timer-queue.ts'
import type { Received } from './transaction.ts'

/** An ACK as it was sent, for the next repetition of the 2xx. */
interface SentAck {
  readonly flow: Flow
  readonly data: Octets
}

/** More telephones than ring at once anywhere; a peer that invents To tags is not followed. */
const maxForks = 64
/** An hour: whoever still lets it ring then has forgotten it. */
const longestRingingMs = 3600_000

/** Told of the final answer when the engine sent the INVITE itself (a session refresh). */
export type InviteDone = (status: number, response: SipMessage | undefined) => void

export class OutgoingInvite implements OutgoingHandler, TimerOwner {
  readonly dialogId: DialogId
  /** The dialog it was sent in; for a first INVITE the one that the winning 2xx made. */
  dialog: Dialog | undefined
  outgoing: OutgoingRequest | undefined
  cseq = 0
  /** A 2xx came: its ACK may be asked for. */
  isAnswered = false
  /** The user wants to know of a 100: that the next hop is at work on it. */
  tellsTrying = false
  readonly #isFirst: boolean
  readonly #done: InviteDone | undefined
  readonly #forks = new Map<Octets, Dialog>()
  readonly #acks = new Map<Octets, SentAck>()
  #cancel: 'none' | 'held' | 'sent' = 'none'
  #cancelDraft: SipMessage | undefined
  #giveUp: Timer | undefined
  #ringing: Timer | undefined
  #isOver = false

  constructor(dialogId: DialogId, dialog: Dialog | undefined, done?: InviteDone) {
    this.dialogId = dialogId
    this.dialog = dialog
    this.#isFirst = dialog === undefined
    this.#done = done
  }

  /** The early dialog in which the reliable provisional response `rseq` came, or any. */
  earlyDialog(rseq: number): Dialog | undefined {
    const forks = [...this.#forks.values()]
    return forks.find((fork) => fork.lastRseq === rseq) ?? forks.at(-1)
  }

  /** No final answer has come. */
  get isPending(): boolean {
    return !this.#isOver
  }

  provisional(outgoing: OutgoingRequest, received: Received): void {
    if (this.#cancel === 'held') this.#sendCancel(outgoing)
    const isFirst = this.#ringing === undefined
    if (isFirst && this.tellsTrying && received.message.status === 100) {
      outgoing.passUp(received, this.dialogId)
    }
    this.#ringing ??= outgoing.core.startTimer(longestRingingMs, this, 'ringing')
  }

  response(outgoing: OutgoingRequest, received: Received): void {
    const { status } = received.message
    if (status < 200) this.#early(outgoing, received)
    else if (status < 300) this.#accepted(outgoing, received)
    else {
      this.#finish(outgoing, undefined)
      if (this.#done === undefined) outgoing.passUp(received, this.dialogId)
      this.#done?.(status, received.message)
    }
  }

  failed(outgoing: OutgoingRequest, status: number): void {
    this.#finish(outgoing, undefined)
    if (this.#done === undefined) outgoing.passUpMadeUp(status, this.dialogId)
    this.#done?.(status, undefined)
  }

  /**
   * Cancels it: at once when a provisional response came, else when it comes (RFC 3261 §9.1).
   * Returns the CANCEL sent, or undefined when it is held back or went before.
   */
  cancel(draft: SipMessage): OutgoingRequest | undefined {
    const { outgoing } = this
    if (outgoing === undefined || this.#isOver || this.#cancel !== 'none') return undefined
    this.#cancelDraft = draft
    if (outgoing.hasProvisional) return this.#sendCancel(outgoing)
    this.#cancel = 'held'
    return undefined
  }

  /** Its dialog is over while it is pending: it must not hang (BYE during re-INVITE). */
  dropSoon(): void {
    const core = this.outgoing?.core
    if (core === undefined || this.#isOver || this.#giveUp !== undefined) return
    this.#giveUp = core.startTimer(core.values.t1x64Ms, this, 'give up')
  }

  /** Remembers the ACK to the 2xx with this To tag. */
  acknowledged(remoteTag: Octets, flow: Flow, data: Octets): void {
    this.#acks.set(remoteTag, { flow, data })
  }

  /** 64·T1 after CANCEL nothing final has come: RFC 3261 §9.1 considers it cancelled. */
  onTimer(name: string): void {
    const { outgoing } = this
    if (name === 'ringing') {
      this.cancel(SipMessage.request('CANCEL', ''))
      return
    }
    this.#giveUp = undefined
    if (outgoing === undefined || this.#isOver) return
    if (outgoing.transaction !== undefined) outgoing.core.layer.abandon(outgoing.transaction)
    this.failed(outgoing, 487)
  }

  #early(outgoing: OutgoingRequest, received: Received): void {
    const { message } = received
    if (this.#isFirst && message.toTag !== '') {
      if (!this.#forks.has(message.toTag) && this.#forks.size >= maxForks) return
      const dialog = this.#forks.get(message.toTag) ?? this.#newDialog(outgoing, received)
      if (message.has('Contact')) dialog.refreshTarget(message, received.flow)
      if (isRepeatedReliable(dialog, message)) return
    }
    if (this.#done === undefined) outgoing.passUp(received, this.dialogId)
  }

  #accepted(outgoing: OutgoingRequest, received: Received): void {
    const { message } = received
    const ack = this.#acks.get(message.toTag)
    if (ack !== undefined) return outgoing.core.send(ack.flow, ack.data)
    if (this.isAnswered) {
      // A repetition waits for the user's ACK; a 2xx of another fork is ours to end (§13.2.2.4).
      const isOther = this.#isFirst && message.toTag !== this.dialog?.remoteTag
      if (isOther && this.#acks.size < maxForks) {
        this.#declineFork(outgoing, received)
      }
      return
    }
    const dialog = this.#confirm(outgoing, received)
    this.#finish(outgoing, dialog)
    this.isAnswered = true
    this.dialog = dialog
    dialog.invite = this
    if (this.#done !== undefined) {
      this.#acknowledge(dialog)
      return this.#done(message.status, message)
    }
    outgoing.passUp(received, this.dialogId)
    const isUnwanted = outgoing.owner === 0 || !dialog.isAlive
    if (isUnwanted) {
      this.#acknowledge(dialog)
      if (dialog.state === 'confirmed' && this.#isFirst) endSilently(dialog)
    } else if (this.#cancel !== 'none' && this.#isFirst) dialog.byeAfterAck = true
  }

  /** The dialog of the winning 2xx, up to date. */
  #confirm(outgoing: OutgoingRequest, received: Received): Dialog {
    const { message, flow } = received
    const dialog = this.#isFirst
      ? this.#forks.get(message.toTag) ?? this.#newDialog(outgoing, received)
      : this.dialog!
    if (this.#isFirst) {
      // RFC 3261 §13.2.2.4: the route set of the 2xx replaces that of provisional responses.
      dialog.routeSet = message.list('Record-Route').reverse()
      dialog.confirm()
    }
    dialog.refreshTarget(message, flow)
    const body = outgoing.request?.body ?? ''
    if (body !== '') dialog.localSdp = body
    if (dialog.isAlive) startSession(dialog, acceptSession(message))
    return dialog
  }

  /** The INVITE got its final answer: early dialogs other than `kept` are over. */
  #finish(outgoing: OutgoingRequest, kept: Dialog | undefined): void {
    this.#isOver = true
    outgoing.finished()
    outgoing.core.timers.cancel(this.#giveUp)
    outgoing.core.timers.cancel(this.#ringing)
    outgoing.core.dialogs.notAwaited(this.dialogId)
    for (const fork of this.#forks.values()) if (fork !== kept) fork.end()
    this.#forks.clear()
    if (this.dialog !== undefined && this.dialog.pendingInvite === this) {
      this.dialog.pendingInvite = undefined
      // The ACK that the user may send after a failed re-INVITE has nothing to acknowledge.
      if (kept === undefined) this.dialog.invite = undefined
    }
    if (kept?.pendingInvite === this) kept.pendingInvite = undefined
    if (this.#isFirst && kept !== undefined) outgoing.core.dialogs.prefer(kept)
  }

  #newDialog(outgoing: OutgoingRequest, received: Received): Dialog {
    const dialog = dialogFromAnswer(outgoing, received, this.dialogId, 'invite')
    dialog.pendingInvite = this
    this.#forks.set(dialog.remoteTag, dialog)
    return dialog
  }

  /** A second fork answered: ACK and BYE, and nobody need know. */
  #declineFork(outgoing: OutgoingRequest, received: Received): void {
    const dialog = dialogFromAnswer(outgoing, received, this.dialogId, 'invite')
    dialog.state = 'confirmed'
    this.#acknowledge(dialog)
    endSilently(dialog)
    if (this.dialog?.isAlive === true) outgoing.core.dialogs.prefer(this.dialog)
  }

  #acknowledge(dialog: Dialog): void {
    const { core } = dialog
    wayOf(dialog, 0, (located) => {
      const flow = typeof located === 'string' ? undefined : located[0]
      const point = flow === undefined ? undefined : core.points.of(flow)
      if (flow === undefined || point === undefined) return
      const draft = SipMessage.request('ACK', dialog.remoteTarget)
      const ack = composeInDialog(dialog, draft, undefined, this.cseq, point, core.newBranch())
      const data = formatMessage(ack)
      this.acknowledged(dialog.remoteTag, flow, data)
      core.send(flow, data)
    })
  }

  #sendCancel(outgoing: OutgoingRequest): OutgoingRequest | undefined {
    const { core, transaction, request } = outgoing
    const draft = this.#cancelDraft
    const point = transaction === undefined ? undefined : core.points.of(transaction.flow)
    if (transaction === undefined || request === undefined || point === undefined) return undefined
    this.#cancel = 'sent'
    const cancel = new OutgoingRequest(core, 0, engineHandler(), () => request)
    const message = cancelOf(request, draft ?? SipMessage.request('CANCEL', request.uri), point)
    cancel.send(message, formatMessage(message), request.topVia.branch, transaction.flow)
    this.dropSoon()
    return cancel
  }

  /** No half-made dialog of an INVITE waits for a NOTIFY. */
  notified(): undefined {
    return undefined
  }

  /** Its 2xx came and the user has not acknowledged it. */
  awaitsAck(dialog: Dialog): boolean {
    return this.isAnswered && !this.#acks.has(dialog.remoteTag)
  }

  /** Its user is gone: a 2xx not yet acknowledged gets its ACK, a new call also BYE. */
  acknowledgeForUser(dialog: Dialog): void {
    if (!this.awaitsAck(dialog)) return
    this.#acknowledge(dialog)
    if (this.#isFirst) endSilently(dialog)
  }

  /** The user acknowledged; a CANCEL that came too late now becomes a BYE (§9.1, §15). */
  byeIfCancelled(dialog: Dialog): void {
    if (dialog.byeAfterAck) endByEngine(dialog, 'cancelRace')
  }
}

/** The dialog which a response to a first INVITE or SUBSCRIBE makes: RFC 3261 §12.1.2. */
export function dialogFromAnswer(
  outgoing: OutgoingRequest, received: Received, id: DialogId, usage: 'invite' | 'subscription',
): Dialog {
  const { core, owner } = outgoing
  const { message, flow } = received
  const request = outgoing.request!
  const point = core.points.of(flow)!
  const dialog = new Dialog(core, {
    id, side: 'uac', usage, owner, point, flow,
    callId: request.callId, localTag: request.fromTag, remoteTag: message.toTag,
    localParty: request.get('From') ?? '', remoteParty: message.get('To') ?? '',
    localCseq: request.cseqNumber, remoteCseq: -1,
    remoteTarget: contactUri(message, request.uri),
    routeSet: message.list('Record-Route').reverse(),
    localContact: request.get('Contact') ?? point.contact,
  })
  dialog.refreshTarget(message, flow)
  return dialog
}

/** RFC 3262 §4: a reliable provisional response is new only when its RSeq is the next one. */
function isRepeatedReliable(dialog: Dialog, message: SipMessage): boolean {
  const rseq = Number(message.get('RSeq') ?? '')
  const isReliable = rseq > 0 && message.list('Require').some((tag) => tag === '100rel')
  if (!isReliable) return false
  if (dialog.lastRseq !== 0 && rseq !== dialog.lastRseq + 1) return true
  dialog.lastRseq = rseq
  return false
}
