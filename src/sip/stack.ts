/**
 * The SIP engine (RFC 3261 and its kin): bytes, time and wishes in, datagrams and news out. This
 * file is the door; it does no I/O and reads no clock. See `events.ts` for what passes through it.
 */
import type { StackOptions } from './core.ts'
import { Core } from './core.ts'
import { SipParseError } from './errors.ts'
import type { Command, Input, Ms, Output } from './events.ts'
import { GarbageMeter, receive } from './receive.ts'
import { release } from './release.ts'
import { respond } from './respond.ts'
import { acknowledge, cancel, request } from './uac.ts'
import { IncomingRequest } from './uas.ts'

/** What is alive in a stack: for metrics, and for tests that want nothing left. */
export interface StackCounts {
  readonly transactions: number
  readonly dialogs: number
  readonly timers: number
  /** Names being resolved. */
  readonly resolving: number
  /** First INVITEs and SUBSCRIBEs without a final answer. */
  readonly awaited: number
  readonly connections: number
  /** Contacts reachable over a connection they registered by. */
  readonly bindings: number
}

export class Stack {
  readonly #core: Core
  readonly #garbage: GarbageMeter

  constructor(options: StackOptions) {
    this.#core = new Core(options)
    this.#garbage = new GarbageMeter(this.#core.limits.garbageRepliesPerSecond)
  }

  /**
   * Takes one input and returns what has to be done, in order, in an array that is the caller's.
   * Timers that are due at `now` fire first. Never throws for what the network sends; a command
   * that cannot be carried out comes back as `refused`.
   */
  handle(input: Input): Output[] {
    const core = this.#core
    const outputs: Output[] = []
    core.outputs = outputs
    // A clock that steps back would make timers fire twice as late; it stands still instead.
    if (input.now > core.layer.nowMs) core.layer.nowMs = input.now
    core.timers.runDue(core.nowMs)
    this.#dispatch(input)
    return outputs
  }

  /** When `handle` must be called with `time` at the latest; undefined when nothing is pending. */
  nextTimeout(): Ms | undefined {
    return this.#core.timers.nextMs()
  }

  get counts(): StackCounts {
    const { layer, dialogs, timers, awaitedNames, connections } = this.#core
    return {
      transactions: layer.size, dialogs: dialogs.size, timers: timers.size,
      resolving: awaitedNames, awaited: dialogs.awaitedAnswers,
      connections: connections.size, bindings: connections.bindings,
    }
  }

  #dispatch(input: Input): void {
    const core = this.#core
    switch (input.type) {
      case 'received':
        return receive(core, this.#garbage, input.flow, input.data)
      case 'time':
        return
      case 'sendFailed': {
        const transaction = core.layer.find(input.transaction)
        if (transaction !== undefined) core.layer.transportError(transaction)
        return
      }
      case 'flowClosed':
        core.connections.closed(input.connection)
        return core.layer.connectionClosed(input.connection)
      case 'resolved':
        return core.resolved(input.query, input.addresses)
      default:
        return this.#command(input)
    }
  }

  #command(command: Command): void {
    const core = this.#core
    try {
      switch (command.type) {
        case 'claim': {
          const user = core.layer.find(command.transaction)?.user
          if (user instanceof IncomingRequest) user.owner = command.owner
          return
        }
        case 'respond':
          return respond(core, command)
        case 'request':
          return request(core, command)
        case 'ack':
          return acknowledge(core, command)
        case 'cancel':
          return cancel(core, command)
        case 'release':
          return release(core, command.owner)
      }
    } catch (error) {
      if (!(error instanceof SipParseError) || !('token' in command)) throw error
      core.refuse(command.token, command.type === 'respond'
        ? 'Unknown server error sending response'
        : 'Error creating sip transaction for uac request')
    }
  }
}
