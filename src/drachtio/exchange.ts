/**
 * Between applications and the SIP engine: commands of the control protocol become inputs of the
 * engine, its outputs become notifications to the application that owns the call
 * (drachtio-control-protocol §2–9, §12, §13). Owns no socket and no clock: `ExchangePorts` are
 * handed in, so that whole calls can be played in virtual time.
 */
import { CallRecorder } from './call-recorder.ts'
import { Client } from './client.ts'
import { parseCommand } from './command.ts'
import type { Command } from './command.ts'
import { FrameError } from './frame.ts'
import {
  formatNewRequest,
  formatNo,
  formatNok,
  formatOk,
  formatRequestSent,
  formatResponseSent,
  formatSip,
  formatWelcome,
  unsolicited,
} from './notification.ts'
import type { Peer, SentEcho } from './notification.ts'
import { Router } from './router.ts'
import type { Flow, Input, Ms, Octets, Output, Owner } from '../sip/events.ts'
import { SipMessage } from '../sip/message.ts'
import { parseDraft } from '../sip/parser.ts'
import { SipParseError } from '../sip/errors.ts'
import { formatMessage } from '../sip/serializer.ts'
import type { ScreeningRules, Verdict } from './screening.ts'
import { screen, unwanted } from './screening.ts'
import { formatToken, tokenClient, tokenKinds, tokenMessageId } from './token.ts'

export interface ExchangePorts {
  /** Gives the engine an input; its outputs arrive at `output`, perhaps after this has returned. */
  submit(input: Input): void
  /** Queues a payload (not yet framed) for an application, in order. */
  write(client: number, payload: Octets): void
  /** Closes an application's connection once everything written has gone; `why` is for the log. */
  close(client: number, why: string): void
  nowMs(): Ms
  /** `HH:MM:SS.uuuuuu`, UTC. */
  timeOfDay(): string
  /** A fresh UUID. */
  newId(): string
}

export interface ExchangeOptions extends ScreeningRules {
  /** Compares in constant time; the argument is what an application offered, as octets. */
  readonly secretMatches: (offered: Octets) => boolean
  /** `v1.2.3`: the library compares it with v0.8.2. */
  readonly version: string
  /** Listening points as `udp/1.2.3.4:5060,…`, external and real. */
  readonly hostPorts: () => { readonly external: string; readonly local: string }
  readonly alwaysSend180: boolean
  readonly cdrs: boolean
}

const nobody: Peer = { transport: 'udp', address: '', port: 0 }

export class Exchange {
  readonly #options: ExchangeOptions
  readonly #ports: ExchangePorts
  readonly #clients = new Map<number, Client>()
  readonly #router = new Router()
  readonly #recorder: CallRecorder | undefined

  constructor(options: ExchangeOptions, ports: ExchangePorts) {
    this.#options = options
    this.#ports = ports
    this.#recorder = options.cdrs ? new CallRecorder(this.#router, ports) : undefined
  }

  /** Applications connected and authenticated. */
  get applications(): number {
    let count = 0
    for (const client of this.#clients.values()) if (client.authenticated) count++
    return count
  }

  isAuthenticated(client: number): boolean {
    return this.#clients.get(client)?.authenticated === true
  }

  /** An application connected; `client` names the connection and is never 0. */
  connected(client: number): void {
    this.#clients.set(client, new Client(client))
  }

  /** Octets came from an application. */
  received(client: number, chunk: Octets): void {
    const from = this.#clients.get(client)
    if (from === undefined) return
    let payloads: Octets[]
    try {
      payloads = from.take(chunk)
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.#drop(from, error.message)
      return
    }
    for (const payload of payloads) {
      if (!this.#clients.has(client)) return
      this.#command(from, parseCommand(payload))
    }
  }

  /** An application is gone: its routes vanish and the engine lets go of its calls. */
  disconnected(client: number): void {
    const gone = this.#clients.get(client)
    if (gone !== undefined) this.#forget(gone)
  }

  /** Acts upon one output of the engine (all but `send` and `resolve`). */
  output(output: Output): void {
    switch (output.type) {
      case 'request':
        if (output.owner === 0 && output.dialog === '') this.#newRequest(output)
        else this.#inDialog(output)
        return
      case 'ack':
        return this.#fromNetwork(output)
      case 'cancelled':
        this.#fromNetwork(output)
        return this.#recorder?.cancelled(output)
      case 'response':
        return this.#response(output)
      case 'dialogEnded':
        return this.#dialogEnded(output)
      case 'accepted':
        return this.#accepted(output)
      case 'refused':
        return this.#refused(output.token, output.reason)
      case 'send':
      case 'resolve':
        return // the host's
    }
  }

  // Commands of applications

  #command(client: Client, command: Command): void {
    if (command.verb === 'bad') return this.#refuseConnection(client, command.id, command.answer)
    if (command.verb === 'authenticate')
      return this.#authenticate(client, command.id, command.secret, command.tags)
    if (!client.authenticated)
      return this.#refuseConnection(client, command.id, 'not authenticated')
    switch (command.verb) {
      case 'sip':
        return this.#sip(client, command)
      case 'ping':
        return this.#write(client.id, formatOk(this.#ports.newId(), command.id, 'pong'))
      case 'route':
        if (this.#router.add(client, command.method))
          return this.#write(client.id, formatOk(this.#ports.newId(), command.id))
        return this.#nok(client.id, command.id, 'too many routes')
      case 'remove_route':
        this.#router.remove(client, command.method)
        return this.#write(client.id, formatOk(this.#ports.newId(), command.id))
      case 'proxy':
        return this.#nok(client.id, command.id, 'proxy is not supported by this server')
    }
  }

  #authenticate(client: Client, id: Octets, secret: Octets, tags: readonly Octets[]): void {
    if (!this.#options.secretMatches(secret))
      return this.#refuseConnection(client, id, 'incorrect secret')
    client.authenticate(tags)
    const { external, local } = this.#options.hostPorts()
    this.#write(
      client.id,
      formatWelcome(this.#ports.newId(), id, external, this.#options.version, local),
    )
  }

  #sip(client: Client, command: Command & { verb: 'sip' }): void {
    const { id, text } = command
    const isResponse = text.startsWith('SIP/')
    if (isResponse && command.transaction === '')
      return this.#refuseConnection(client, id, 'transaction id missing')
    let draft: SipMessage
    try {
      draft = parseDraft(text)
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error
      return this.#nok(
        client.id,
        id,
        isResponse ? 'Unknown server error sending response' : unreadableRequest(text, error),
      )
    }
    if (isResponse) {
      this.#ports.submit({
        type: 'respond',
        now: this.#ports.nowMs(),
        token: formatToken(tokenKinds.response, client.id, id),
        transaction: command.transaction,
        draft,
      })
    } else this.#request(client, command, draft)
  }

  #request(client: Client, command: Command & { verb: 'sip' }, draft: SipMessage): void {
    const { id, transaction, dialog, route } = command
    const now = this.#ports.nowMs()
    const token = formatToken(tokenKinds.request, client.id, id)
    const owner = client.id
    if (draft.method === 'CANCEL') {
      const cancelToken = formatToken(tokenKinds.cancel, client.id, id, transaction)
      return this.#ports.submit({ type: 'cancel', now, token: cancelToken, transaction, draft })
    }
    if (draft.method === 'ACK')
      return this.#ports.submit({ type: 'ack', now, token, owner, dialog, draft })
    if (transaction !== '' && dialog === '')
      return this.#nok(client.id, id, 'only CANCEL may name a transaction')
    this.#ports.submit({
      type: 'request',
      now,
      token,
      owner,
      draft,
      ...(route === '' ? {} : { route }),
      ...(dialog === '' ? {} : { dialog }),
      ...(client.tellsTrying ? { trying: true } : {}),
    })
  }

  // Outputs of the engine

  #newRequest(output: Output & { type: 'request' }): void {
    const { message, transaction } = output
    const now = this.#ports.nowMs()
    this.#recorder?.newRequest(output)
    const verdict = screen(message, this.#options)
    if (verdict !== undefined) return this.#answer(transaction, verdict)
    const client = this.#router.pick(message.method.toLowerCase())
    if (client === undefined) return this.#answer(transaction, unwanted(message.method))
    this.#ports.submit({ type: 'claim', now, transaction, owner: client.id })
    if (this.#options.alwaysSend180 && message.method === 'INVITE') {
      this.#answer(transaction, { status: 180, reason: 'Ringing' })
    }
    const { flow } = output
    this.#write(
      client.id,
      formatNewRequest(
        this.#ports.newId(),
        {
          source: 'network',
          bytes: output.bytes,
          peer: remoteOf(flow),
          time: this.#ports.timeOfDay(),
          transaction,
          dialog: '',
          text: output.data,
        },
        flow.localAddress,
        flow.localPort,
      ),
    )
  }

  #inDialog(output: Output & { type: 'request' }): void {
    this.#fromNetwork(output)
    this.#recorder?.inDialog(output)
  }

  #fromNetwork(output: Output & { type: 'request' | 'ack' | 'cancelled' }): void {
    this.#write(
      output.owner,
      formatSip(this.#ports.newId(), {
        source: 'network',
        bytes: output.bytes,
        peer: remoteOf(output.flow),
        time: this.#ports.timeOfDay(),
        transaction: output.transaction,
        dialog: output.dialog,
        text: output.data,
      }),
    )
  }

  #response(output: Output & { type: 'response' }): void {
    this.#write(
      output.owner,
      formatSip(this.#ports.newId(), {
        source: 'network',
        bytes: output.bytes,
        peer: output.flow === undefined ? nobody : remoteOf(output.flow),
        time: this.#ports.timeOfDay(),
        transaction: output.transaction,
        dialog: output.dialog,
        text: output.data,
      }),
    )
    this.#recorder?.response(output)
  }

  #dialogEnded(output: Output & { type: 'dialogEnded' }): void {
    this.#write(
      output.owner,
      formatSip(this.#ports.newId(), {
        source: 'application',
        bytes: output.data.length,
        peer: localOf(output.flow),
        time: this.#ports.timeOfDay(),
        transaction: unsolicited,
        dialog: output.dialog,
        text: output.data,
      }),
    )
    this.#recorder?.dialogEnded(output)
  }

  #accepted(output: Output & { type: 'accepted' }): void {
    const { token, message } = output
    const kind = token.charAt(0)
    if (kind === '') return
    const client = tokenClient(token)
    const text = output.data !== '' || message === undefined ? output.data : formatMessage(message)
    const echo: SentEcho = {
      bytes: output.data.length,
      peer: echoPeer(output.flow, kind),
      time: this.#ports.timeOfDay(),
      transaction: output.transaction,
      dialog: output.dialog,
      text,
    }
    if (kind === tokenKinds.response) {
      this.#write(client, formatResponseSent(this.#ports.newId(), tokenMessageId(token), echo))
    } else if (kind !== tokenKinds.own) {
      this.#write(client, formatRequestSent(this.#ports.newId(), tokenMessageId(token), echo))
    }
    this.#recorder?.accepted(output, text)
  }

  #refused(token: string, reason: string): void {
    const kind = token.charAt(0)
    if (kind !== '' && kind !== tokenKinds.own)
      this.#nok(tokenClient(token), tokenMessageId(token), reason)
  }

  /** Answers a request in the server's own name. */
  #answer(transaction: string, verdict: Verdict): void {
    const draft = SipMessage.response(verdict.status, verdict.reason)
    this.#ports.submit({
      type: 'respond',
      now: this.#ports.nowMs(),
      token: tokenKinds.own,
      transaction,
      draft,
    })
  }

  #nok(client: number, id: Octets, reason: string): void {
    this.#write(client, formatNok(this.#ports.newId(), id, reason))
  }

  #refuseConnection(client: Client, id: Octets, reason: string): void {
    this.#write(client.id, formatNo(this.#ports.newId(), id, reason))
    this.#drop(client, reason)
  }

  #drop(client: Client, why: string): void {
    this.#forget(client)
    this.#ports.close(client.id, why)
  }

  #forget(client: Client): void {
    this.#clients.delete(client.id)
    this.#router.removeAll(client)
    this.#ports.submit({ type: 'release', now: this.#ports.nowMs(), owner: client.id })
  }

  #write(client: Owner, payload: Octets): void {
    this.#ports.write(client, payload)
  }
}

function remoteOf(flow: Flow): Peer {
  return { transport: flow.transport, address: flow.remoteAddress, port: flow.remotePort }
}

function localOf(flow: Flow): Peer {
  return { transport: flow.transport, address: flow.localAddress, port: flow.localPort }
}

/** §3.2: our own end for a request over UDP, the other end for a response or a stream. */
function echoPeer(flow: Flow, kind: string): Peer {
  return kind === tokenKinds.response || flow.transport !== 'udp' ? remoteOf(flow) : localOf(flow)
}

function unreadableRequest(text: Octets, error: SipParseError): string {
  const lineEnd = text.indexOf('\n')
  const startLine = (lineEnd < 0 ? text : text.slice(0, lineEnd)).trim()
  if (error.offset < startLine.length || startLine === '')
    return `invalid request-uri: ${startLine}`
  return `Error creating sip transaction for uac request: ${error.reason}`
}
