/**
 * The server port and the clock as one call sees them: whatever a listener of that call throws goes
 * to the call's own fault handler, not to the library or the process.
 */
import type { Clock } from '../clock.ts'
import type { SipServer } from './sip-port.ts'

/** Runs a listener and deals with what it throws. */
export type Guarded = (run: () => void) => void

export function guardServer(server: SipServer, guarded: Guarded): SipServer {
  return {
    send: (request, events) => server.send(request, {
      progress: (response) => guarded(() => events.progress(response)),
      answered: (response, ack) => guarded(() => events.answered(response, ack)),
      failed: (status, response) => guarded(() => events.failed(status, response)),
      ...(events.sent === undefined ? {} : {
        sent: (message, method) => guarded(() => events.sent?.(message, method)),
      }),
      ...(events.challenged === undefined ? {} : {
        challenged: (response) => guarded(() => events.challenged?.(response)),
      }),
    }),
    listen: (dialogId, run) =>
      server.listen(dialogId, (transaction) => guarded(() => run(transaction))),
  }
}

export function guardClock(clock: Clock, guarded: Guarded): Clock {
  return {
    nowMs: () => clock.nowMs(),
    wallMs: () => clock.wallMs(),
    wakeAt: (at, run) => clock.wakeAt(at, () => guarded(run)),
  }
}
