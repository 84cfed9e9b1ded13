/**
 * The four transaction machines as data, one table per figure, so that each can be laid beside it:
 * RFC 3261 §17 figures 5–8, the INVITE ones as amended by RFC 6026. `transaction.ts` runs them;
 * nothing about their transitions is written anywhere else.
 *
 * A state owns its timers: on the way from one state to the next, those in both lists run on, the
 * others stop or start. A retransmission timer (A, E, G) that fires in a state it belongs to is
 * started again with its next interval. An event without a row must be listed in `ignored`.
 */
import type { TimerName } from './timer-values.ts'

/** What the layer does with the message or timer at hand; the words of the figures. */
export type Effect =
  /** Give the response (client) or the ACK to a 2xx (server) to the transaction user. */
  | 'passUp'
  /** Send the response the transaction user made. */
  | 'send'
  /** Send the last message (client: request; server: response) again. */
  | 'resend'
  /** Acknowledge a failure: RFC 3261 §17.1.1.3. */
  | 'ack'
  /** Tell the transaction user that nothing came in time. */
  | 'timeout'
  /** Tell the transaction user that the message could not be sent. */
  | 'transportError'

export type State =
  | 'calling' | 'trying' | 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated'

/**
 * Timers; what came from the network (`1xx`, `2xx`, `300+`, `final`; `INVITE`, `ACK`, `request`);
 * what the user of a server transaction sends (`send …`); and the failure of the transport.
 */
export type Event =
  | TimerName | '1xx' | '2xx' | '300+' | 'final' | 'INVITE' | 'ACK' | 'request'
  | 'send 1xx' | 'send 2xx' | 'send 300+' | 'send final' | 'transport error'

export interface Row {
  /** The state afterwards; undefined when it stays. */
  readonly to: State | undefined
  readonly effects: readonly Effect[]
}

export interface StateRows {
  readonly timers: readonly TimerName[]
  readonly on: Readonly<Partial<Record<Event, Row>>>
  /** Events that may come here and change nothing. */
  readonly ignored: readonly Event[]
}

export type Table = Readonly<Partial<Record<State, StateRows>>>

const to = (state: State, ...effects: readonly Effect[]): Row => ({ to: state, effects })
const stay = (...effects: readonly Effect[]): Row => ({ to: undefined, effects })

/** INVITE client transaction: RFC 3261 §17.1.1 figure 5, amended by RFC 6026 §8.4. */
export const inviteClient: Table = {
  calling: {
    timers: ['A', 'B'],
    on: {
      A: stay('resend'),
      B: to('terminated', 'timeout'),
      '1xx': to('proceeding', 'passUp'),
      '2xx': to('accepted', 'passUp'),
      '300+': to('completed', 'ack', 'passUp'),
      'transport error': to('terminated', 'transportError'),
    },
    ignored: [],
  },
  proceeding: {
    timers: [],
    on: {
      '1xx': stay('passUp'),
      '2xx': to('accepted', 'passUp'),
      '300+': to('completed', 'ack', 'passUp'),
    },
    ignored: ['transport error'],
  },
  completed: {
    timers: ['D'],
    on: {
      '300+': stay('ack'),
      D: to('terminated'),
      'transport error': to('terminated', 'transportError'),
    },
    ignored: ['1xx', '2xx'],
  },
  accepted: {
    timers: ['M'],
    on: {
      '2xx': stay('passUp'),
      M: to('terminated'),
    },
    ignored: ['1xx', '300+', 'transport error'],
  },
}

/** Non-INVITE client transaction: RFC 3261 §17.1.2 figure 6. */
export const nonInviteClient: Table = {
  trying: {
    timers: ['E', 'F'],
    on: {
      E: stay('resend'),
      F: to('terminated', 'timeout'),
      '1xx': to('proceeding', 'passUp'),
      final: to('completed', 'passUp'),
      'transport error': to('terminated', 'transportError'),
    },
    ignored: [],
  },
  proceeding: {
    timers: ['E', 'F'],
    on: {
      E: stay('resend'),
      F: to('terminated', 'timeout'),
      '1xx': stay('passUp'),
      final: to('completed', 'passUp'),
      'transport error': to('terminated', 'transportError'),
    },
    ignored: [],
  },
  completed: {
    timers: ['K'],
    on: { K: to('terminated') },
    ignored: ['1xx', 'final', 'transport error'],
  },
}

/** INVITE server transaction: RFC 3261 §17.2.1 figure 7, amended by RFC 6026 §7.1. */
export const inviteServer: Table = {
  proceeding: {
    timers: [],
    on: {
      INVITE: stay('resend'),
      'send 1xx': stay('send'),
      'send 2xx': to('accepted', 'send'),
      'send 300+': to('completed', 'send'),
      'transport error': stay('transportError'),
    },
    ignored: ['ACK'],
  },
  accepted: {
    timers: ['L'],
    on: {
      ACK: stay('passUp'),
      'send 2xx': stay('send'),
      L: to('terminated'),
      'transport error': stay('transportError'),
    },
    ignored: ['INVITE', 'send 1xx', 'send 300+'],
  },
  completed: {
    timers: ['G', 'H'],
    on: {
      INVITE: stay('resend'),
      G: stay('resend'),
      ACK: to('confirmed'),
      H: to('terminated', 'timeout'),
      'transport error': stay('transportError'),
    },
    ignored: ['send 1xx', 'send 2xx', 'send 300+'],
  },
  confirmed: {
    timers: ['I'],
    on: { I: to('terminated') },
    ignored: ['INVITE', 'ACK', 'send 1xx', 'send 2xx', 'send 300+', 'transport error'],
  },
}

/** Non-INVITE server transaction: RFC 3261 §17.2.2 figure 8. */
export const nonInviteServer: Table = {
  trying: {
    timers: [],
    on: {
      'send 1xx': to('proceeding', 'send'),
      'send final': to('completed', 'send'),
    },
    ignored: ['request', 'transport error'],
  },
  proceeding: {
    timers: [],
    on: {
      request: stay('resend'),
      'send 1xx': stay('send'),
      'send final': to('completed', 'send'),
      'transport error': to('terminated', 'transportError'),
    },
    ignored: [],
  },
  completed: {
    timers: ['J'],
    on: {
      request: stay('resend'),
      J: to('terminated'),
      'transport error': to('terminated', 'transportError'),
    },
    ignored: ['send 1xx', 'send final'],
  },
}

/** The tables by the name of their figure, the state each begins in, and the events it may meet. */
export const machines = {
  inviteClient: {
    figure: 'INVITE client transaction (RFC 3261 figure 5, RFC 6026)',
    table: inviteClient, initial: 'calling',
    events: ['1xx', '2xx', '300+', 'transport error'],
  },
  nonInviteClient: {
    figure: 'Non-INVITE client transaction (RFC 3261 figure 6)',
    table: nonInviteClient, initial: 'trying',
    events: ['1xx', 'final', 'transport error'],
  },
  inviteServer: {
    figure: 'INVITE server transaction (RFC 3261 figure 7, RFC 6026)',
    table: inviteServer, initial: 'proceeding',
    events: ['INVITE', 'ACK', 'send 1xx', 'send 2xx', 'send 300+', 'transport error'],
  },
  nonInviteServer: {
    figure: 'Non-INVITE server transaction (RFC 3261 figure 8)',
    table: nonInviteServer, initial: 'trying',
    events: ['request', 'send 1xx', 'send final', 'transport error'],
  },
} as const satisfies Record<string, Machine>

/** One figure: its table and what surrounds it. */
export interface Machine {
  readonly figure: string
  readonly table: Table
  readonly initial: State
  /** Everything but timers that can happen to it. */
  readonly events: readonly Event[]
}

export type MachineName = keyof typeof machines
