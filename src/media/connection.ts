/**
 * One event socket: a connection that a client opened (it must know the secret), or one that we
 * opened to an application for one call. Reads commands, answers each once and in order, sends the
 * events that are wanted. What commands do is in `api.ts` and in the channels.
 */
import type { Socket } from 'node:net'
import type { Cancel, Clock } from '../clock.ts'
import type { EslEvent } from '../esl/event.ts'
import { jsonMessage, plainMessage } from '../esl/event.ts'
import { EslFrameError, FrameReader } from '../esl/frame.ts'
import type { Octets } from '../esl/frame.ts'
import {
  apiResponse,
  authRequest,
  commandReply,
  disconnectNotice,
  parseCommand,
} from '../esl/message.ts'
import type { EslCommand, SendMessage } from '../esl/message.ts'
import { callEvents, Subscription } from '../esl/subscription.ts'
import type { Log } from '../log.ts'
import { runApi } from './api.ts'
import type { ApiServices } from './api.ts'
import type { Channel } from './channel.ts'
import type { EventHub, EventTarget } from './event-hub.ts'
import { hangupCause } from './hangup-cause.ts'

export interface ConnectionServices extends ApiServices {
  readonly hub: EventHub
  readonly clock: Clock
  readonly log: Log
  secretMatches(offered: string): boolean
  /** The connection is gone. */
  closed(connection: Connection): void
}

/** A client that does not read what it asked for is let go. */
const maxUnsentOctets = 8 * 1024 * 1024
/** Who does not authenticate in this time is let go. */
const authenticationMs = 10_000
/** How long a socket stays after a hang-up when `linger` was asked for without a time. */
const usualLingerSeconds = 60
const notControlling = '-ERR not controlling a session'

export class Connection implements EventTarget {
  readonly #socket: Socket
  readonly #services: ConnectionServices
  /** The call that this connection is about; undefined: opened by a client. */
  readonly #channel: Channel | undefined
  readonly #reader = new FrameReader()
  readonly #subscription = new Subscription()
  #isAuthenticated: boolean
  #isClosing = false
  #isReleased = false
  #lingerSeconds = -1
  #stopWaiting: Cancel = () => {}

  constructor(socket: Socket, services: ConnectionServices, channel?: Channel) {
    this.#socket = socket
    this.#services = services
    this.#channel = channel
    this.#isAuthenticated = channel !== undefined
    socket.setNoDelay(true)
    socket.on('data', (data) =>
      this.#received(typeof data === 'string' ? data : data.toString('latin1')),
    )
    socket.on('error', (error) => services.log.debug({ err: error }, 'event socket failed'))
    socket.on('end', () => this.#gone())
    socket.on('close', () => this.#gone())
    services.hub.add(this, channel?.uuid ?? '')
    if (channel !== undefined) return
    this.#write(authRequest)
    this.#stopWaiting = services.clock.wakeAt(
      services.clock.nowMs() + authenticationMs, () => this.#end())
  }

  get looksFurther(): boolean {
    if (this.#channel === undefined) return this.#isAuthenticated
    // A call's own connection without filters hears of its own call only.
    return this.#subscription.filters.some(
      ({ header, value }) => header !== 'Unique-ID' || value !== this.#channel?.uuid,
    )
  }

  offer(event: EslEvent): void {
    if (this.#isClosing || !this.#subscription.wants(event)) return
    this.#write(this.#subscription.format === 'json' ? jsonMessage(event) : plainMessage(event))
  }

  /** The call is over and everything has been told: says goodbye, then closes. */
  farewell(): void {
    if (this.#lingerSeconds < 0) {
      this.#end()
      return
    }
    const { clock } = this.#services
    clock.wakeAt(clock.nowMs() + this.#lingerSeconds * 1000, () => this.#end())
  }

  /** The server stops: says goodbye and closes, linger or not. */
  leave(): void {
    this.#end()
  }

  /** Closes without a word. */
  destroy(): void {
    this.#isClosing = true
    this.#socket.destroy()
  }

  #received(data: Octets): void {
    if (this.#isClosing) return
    this.#reader.push(data)
    try {
      for (
        let frame = this.#reader.next();
        frame !== undefined && !this.#isClosing;
        frame = this.#reader.next()
      ) {
        this.#carryOut(parseCommand(frame))
      }
    } catch (error) {
      if (!(error instanceof EslFrameError)) throw error
      this.#services.log.warn(
        { code: error.code, address: this.#socket.remoteAddress },
        'event socket closed',
      )
      this.#reply(`-ERR ${error.message}`)
      this.#end()
    }
  }

  /** A fault of ours in one command must cost that command only. */
  #carryOut(command: EslCommand): void {
    try {
      if (this.#isAuthenticated) this.#obey(command)
      else this.#authenticate(command)
    } catch (error) {
      this.#services.log.error({ err: error, command: command.type }, 'fault in a command')
      if (command.type === 'api') this.#write(apiResponse('-ERR failed\n'))
      else this.#reply('-ERR failed')
    }
  }

  #authenticate(command: EslCommand): void {
    if (command.type === 'exit') return this.#exit()
    if (command.type !== 'auth') return this.#reply('-ERR command not found')
    if (this.#services.secretMatches(command.password)) {
      this.#isAuthenticated = true
      this.#stopWaiting()
      return this.#reply('+OK accepted')
    }
    this.#services.log.warn(
      { address: this.#socket.remoteAddress },
      'wrong secret on the event socket',
    )
    this.#reply('-ERR invalid')
    this.#end()
  }

  #obey(command: EslCommand): void {
    const subscription = this.#subscription
    switch (command.type) {
      case 'auth':
        return this.#reply('+OK accepted')
      case 'exit':
        return this.#exit()
      case 'connect':
        return this.#connect()
      case 'event':
        return this.#subscribe(command)
      case 'nixevent':
        subscription.remove(command.names, command.subclasses)
        return this.#reply('+OK events nixed')
      case 'noevents':
        if (subscription.isEmpty) return this.#reply('-ERR not listening for events')
        subscription.clear()
        return this.#reply('+OK no longer listening for events')
      case 'filter':
        return this.#filter(command.header, command.value)
      case 'filterDelete':
        subscription.deleteFilter(command.header, command.value)
        this.#look()
        return this.#reply(`+OK filter deleted. [${command.header}][${command.value}]`)
      case 'myevents':
        return this.#myEvents(command)
      case 'divertEvents':
        if (this.#channel === undefined) return this.#reply(`${notControlling}.`)
        return this.#reply(command.on ? '+OK events diverted' : '+OK events not diverted')
      case 'linger':
        return this.#linger(command.seconds)
      case 'nolinger':
        if (this.#channel === undefined) return this.#reply(notControlling)
        this.#lingerSeconds = -1
        return this.#reply('+OK will not linger')
      case 'api':
        return this.#write(apiResponse(runApi(this.#services, command.name, command.argument)))
      case 'bgapi':
        return this.#runInBackground(command)
      case 'getvar':
        return this.#reply(
          this.#channel === undefined
            ? '-ERR command not found'
            : (this.#channel.getVariable(command.name) ?? ''),
        )
      case 'sendmsg':
        return this.#sendMessage(command.uuid, command.message)
      case 'unknown':
        return this.#reply('-ERR command not found')
    }
  }

  #connect(): void {
    if (this.#channel === undefined) this.#reply('-ERR command not found')
    else this.#write(this.#channel.headers.dump(true))
  }

  #subscribe(command: Extract<EslCommand, { type: 'event' }>): void {
    if (command.format === 'xml') return this.#reply('-ERR xml is not supported')
    if (!this.#subscription.add(command.names, command.subclasses)) {
      return this.#reply('-ERR no keywords supplied')
    }
    this.#subscription.format = command.format
    this.#reply(`+OK event listener enabled ${command.format}`)
  }

  #filter(header: string, value: string): void {
    if (header === '' || value === '') return this.#reply('-ERR invalid syntax')
    if (!this.#subscription.addFilter(header, value)) return this.#reply('-ERR too many filters')
    this.#look()
    this.#reply(`+OK filter added. [${header}]=[${value}]`)
  }

  #look(): void {
    if (this.#channel !== undefined) this.#services.hub.look(this, this.looksFurther)
  }

  #myEvents(command: Extract<EslCommand, { type: 'myevents' }>): void {
    if (this.#channel === undefined && command.uuid === '') {
      return this.#reply('-ERR command not found')
    }
    const channel = this.#channel ?? this.#services.channel(command.uuid)
    if (channel === undefined) return this.#reply('-ERR invalid uuid')
    this.#subscription.add(callEvents)
    this.#subscription.addFilter('Unique-ID', channel.uuid)
    this.#subscription.format = command.format
    this.#reply('+OK Events Enabled')
  }

  #linger(seconds: number | undefined): void {
    if (this.#channel === undefined) return this.#reply(notControlling)
    this.#lingerSeconds = seconds ?? usualLingerSeconds
    this.#reply(seconds === undefined ? '+OK will linger' : `+OK will linger ${seconds} seconds`)
  }

  #runInBackground(command: Extract<EslCommand, { type: 'bgapi' }>): void {
    const { hub, newId } = this.#services
    const job = command.job === '' ? newId() : command.job
    this.#write(commandReply(`+OK Job-UUID: ${job}`, `Job-UUID: ${job}`))
    const body = runApi(this.#services, command.name, command.argument)
    hub.emit('BACKGROUND_JOB', [
      ['Job-UUID', job], ['Job-Command', command.name],
      ...(command.argument === '' ? [] : [['Job-Command-Arg', command.argument] as const]),
    ], body === '' ? '-ERR no reply\n' : body)
  }

  #sendMessage(uuid: string, message: SendMessage): void {
    const channel = uuid === '' ? this.#channel : this.#services.channel(uuid)
    if (channel === undefined || channel.isEnded) {
      return this.#reply(`-ERR invalid session id [${uuid}]`)
    }
    if (message.call === 'hangup') {
      this.#reply('+OK')
      return channel.hangUp(hangupCause(message.cause))
    }
    if (message.call === 'unknown' || message.application === '') {
      return this.#reply('-ERR invalid message')
    }
    const isTaken = channel.execution.submit(
      message.id === '' ? { ...message, id: this.#services.newId() } : message,
    )
    this.#reply(isTaken ? '+OK' : '-ERR too many messages are waiting')
  }

  #exit(): void {
    this.#reply('+OK bye')
    this.#end()
  }

  #reply(text: Octets): void {
    this.#write(commandReply(text))
  }

  #write(data: Octets): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return
    this.#socket.write(data, 'latin1')
    if (this.#socket.writableLength <= maxUnsentOctets) return
    this.#services.log.warn(
      { address: this.#socket.remoteAddress },
      'event socket does not read: closed',
    )
    this.#socket.destroy()
  }

  #end(): void {
    if (this.#isClosing) return
    this.#write(disconnectNotice(this.#channel?.uuid))
    this.#isClosing = true
    this.#socket.end()
  }

  /** The peer closed, or the connection broke: a call must not outlive its application. */
  #gone(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#stopWaiting()
    this.#isClosing = true
    this.#services.hub.remove(this, this.#channel?.uuid ?? '')
    this.#services.closed(this)
    this.#socket.end()
    this.#channel?.hangUp('NORMAL_CLEARING')
  }
}
