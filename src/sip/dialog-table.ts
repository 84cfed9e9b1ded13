/**
 * All dialogs of one stack, found in three ways: by Call-ID and both tags (how requests from the
 * network name them, RFC 3261 §12), by the name the user knows them by, and by Call-ID alone (how a
 * draft of the user may name one).
 */
import type { DialogId, Octets } from './events.ts'
import type { Dialog } from './dialog.ts'
import type { Received } from './transaction.ts'

/** A request of ours that has not been answered finally; a NOTIFY may be faster than its 2xx. */
export interface HalfDialog {
  notified(notify: Received): Dialog | undefined
}

export class DialogTable {
  readonly #byTags = new Map<string, Dialog>()
  readonly #byId = new Map<DialogId, Dialog>()
  readonly #byCallId = new Map<Octets, Dialog>()
  readonly #awaited = new Map<DialogId, HalfDialog>()

  /** Dialogs that somebody can still name; all ways to find them have to be empty in the end. */
  get size(): number {
    return Math.max(this.#byTags.size, this.#byId.size, this.#byCallId.size)
  }

  all(): IterableIterator<Dialog> {
    return this.#byTags.values()
  }

  add(dialog: Dialog): void {
    this.#byTags.set(tagsKey(dialog.callId, dialog.localTag, dialog.remoteTag), dialog)
    this.#byId.set(dialog.id, dialog)
  }

  /** The dialog is confirmed: its name means it rather than another fork's early dialog. */
  confirm(dialog: Dialog): void {
    this.#byId.set(dialog.id, dialog)
    this.#byCallId.set(dialog.callId, dialog)
  }

  /** The name shall mean this one of several forks. */
  prefer(dialog: Dialog): void {
    this.#byId.set(dialog.id, dialog)
  }

  /** A request of ours was sent that may create dialogs of this name. */
  awaitAnswer(id: DialogId, half: HalfDialog): void {
    this.#awaited.set(id, half)
  }

  notAwaited(id: DialogId): void {
    this.#awaited.delete(id)
  }

  /** Whose answer may still create a dialog of this name. */
  awaited(id: DialogId): HalfDialog | undefined {
    return this.#awaited.get(id)
  }

  get awaitedAnswers(): number {
    return this.#awaited.size
  }

  /** The user cannot name it any more; the network still can, until `remove`. */
  hide(dialog: Dialog): void {
    if (this.#byId.get(dialog.id) === dialog) this.#byId.delete(dialog.id)
    if (this.#byCallId.get(dialog.callId) === dialog) this.#byCallId.delete(dialog.callId)
  }

  remove(dialog: Dialog): void {
    this.hide(dialog)
    const key = tagsKey(dialog.callId, dialog.localTag, dialog.remoteTag)
    if (this.#byTags.get(key) === dialog) this.#byTags.delete(key)
  }

  find(callId: Octets, localTag: Octets, remoteTag: Octets): Dialog | undefined {
    return this.#byTags.get(tagsKey(callId, localTag, remoteTag))
  }

  named(id: DialogId): Dialog | undefined {
    return this.#byId.get(id)
  }

  /** The newest confirmed dialog with this Call-ID. */
  ofCall(callId: Octets): Dialog | undefined {
    return this.#byCallId.get(callId)
  }
}

/** Spaces occur in neither a Call-ID nor a tag. */
function tagsKey(callId: Octets, localTag: Octets, remoteTag: Octets): string {
  return localTag + ' ' + remoteTag + ' ' + callId
}
