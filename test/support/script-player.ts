/**
 * Plays a script against the SIP engine and the control protocol in virtual time, without sockets:
 *
 *     app > authenticate cymru          the application says something (`app2`, `app3` are others)
 *     app < OK                          and must be told exactly this next
 *     app > route invite
 *     app < OK
 *     alice > INVITE                    a telephone sends a request (`> new INVITE`: another call)
 *       Subject: hello                  … with this header (`+X:` one more, `-X` without, `body: none`)
 *     alice < 100                       and must receive exactly this next
 *     app < INVITE                      `sip|network|…` with that request
 *       Subject: hello                  … whose header matches (`*` = anything, `-X` = not there)
 *     app > 200 alice                   the application answers alice's newest request (`200 alice BYE`)
 *     alice < 200 INVITE
 *     app < sent 200                    reply OK with the message as sent
 *     alice > ACK                       goes into the dialog, or acknowledges a failure
 *     app < ACK
 *     app > BYE alice                   a request in the dialog with alice (`> INVITE sip:bob@…`: a new one)
 *     wait 500                          milliseconds; everything sent until now must have been expected
 *     until alice 5000                  the same, at most, but no longer than until alice hears something
 *     alice < nothing
 *     left nothing                      no transaction, dialog or timer in the engine
 *
 * Application lines: `authenticate S` (`S|TAG`), `route V`, `remove_route V`, `ping`, `STATUS PEER [METHOD]`,
 * `METHOD PEER|URI` (details `route: URI`, `dialog: ID`), `payload TEXT` (framed), `octets TEXT`.
 * Application expectations: `OK [word]`, `NO reason`, `NOK reason`, `sent METHOD|STATUS`, METHOD,
 * STATUS, `unsolicited METHOD`, `cdr cdr:… source detail`, `closed`, `nothing`. Details under them
 * match headers of the message, `meta N: pattern` a field of the meta line.
 * Telephone lines besides: `again` (repeats the last message), `raw` (the details are the message),
 * `octets TEXT`. Elsewhere: `app gone`, `alice over tcp`, `alice closes`, `answers NAME ADDRESS`.
 *
 * A script stands for a transcript of the original server: what it checks is meaning (who is told
 * what, in which order, with which headers), never tokens that are drawn at random.
 */
import { Exchange } from '../../src/drachtio/exchange.ts'
import { formatFrame } from '../../src/drachtio/frame.ts'
import type { Flow, Input, ListenPoint, Output } from '../../src/sip/events.ts'
import type { StackOptions } from '../../src/sip/core.ts'
import { Stack } from '../../src/sip/stack.ts'
import { ScriptApplication } from './script-application.ts'
import type { PeerPlace, Told } from './script-application.ts'
import type { Details, Message } from './script-sip-peer.ts'
import { cseqMethod, header, SipPeer } from './script-sip-peer.ts'
import { VirtualClock } from './virtual-clock.ts'

export interface PlayOptions {
  readonly stack?: Partial<StackOptions>
  readonly listenPoint?: Partial<ListenPoint>
  readonly cdrs?: boolean
  readonly spammers?: readonly string[]
  readonly optionsAutoRespond?: string
  /** Hears of every line that held; the test counts them. */
  readonly held?: (line: string) => void
}

const server = '127.50.0.1'
const places: readonly PeerPlace[] = [
  { name: 'alice', address: '127.50.0.2' }, { name: 'bob', address: '127.50.0.3' }, { name: 'carol', address: '127.50.0.4' },
]

interface Line {
  readonly number: number
  readonly words: readonly string[]
  readonly details: Details
}

/** Plays a script; throws an Error that names the line which does not hold. */
export function play(script: string, options: PlayOptions = {}): void {
  const player = new Player(options)
  for (const line of readScript(script)) {
    try {
      player.line(line)
    } catch (error) {
      throw new Error(`line ${line.number} "${line.words.join(' ')}": ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
    options.held?.(line.words.join(' '))
  }
  player.allExpected()
}

/** A line that is not one of these belongs to the line above it. */
const lineStart = /^((app\d*|alice|bob|carol) (>|<|gone|over|closes)|(wait|until|left|answers) )/

function readScript(script: string): Line[] {
  const lines: { number: number; words: string[]; details: string[] }[] = []
  script.split('\n').forEach((text, i) => {
    const content = text.trim()
    if (content === '' || content.startsWith('#')) return
    if (lineStart.test(content)) lines.push({ number: i + 1, words: content.split(/ +/), details: [] })
    else lines.at(-1)?.details.push(content)
  })
  return lines
}

class Player {
  readonly #clock = new VirtualClock()
  readonly #stack: Stack
  readonly #exchange: Exchange
  readonly #peers = new Map(places.map((p) => [p.name, new SipPeer(p.name, p.address, server)]))
  readonly #apps = new Map<string, ScriptApplication>()
  readonly #toPeer = new Map<string, Message[]>(places.map((p) => [p.name, []]))
  readonly #toApp = new Map<string, Told[]>()
  readonly #names = new Map<string, string>()
  readonly #inputs: Input[] = []
  #busy = false
  #ids = 0
  #connections = 0
  #seed = 42

  constructor(options: PlayOptions) {
    const point = { address: server, port: 5060, ...options.listenPoint }
    this.#stack = new Stack({
      listenPoints: [{ ...point, transport: 'udp' }, { ...point, transport: 'tcp' }],
      random: () => this.#random(), newId: () => this.#newId(), ...options.stack,
    })
    this.#exchange = new Exchange({
      spammers: { userAgent: options.spammers ?? [], from: [], to: [] },
      optionsAutoRespond: options.optionsAutoRespond,
      rejectRegisterWithNoRealm: false,
      secretMatches: (offered) => offered === 'cymru',
      version: 'v0.9.10',
      hostPorts: () => ({ external: `tcp/${server}:5060,udp/${server}:5060`, local: `tcp/${server}:5060,udp/${server}:5060` }),
      alwaysSend180: false,
      cdrs: options.cdrs === true,
    }, {
      submit: (input) => this.#submit(input),
      write: (client, payload) => this.#tell(client, formatFrame(payload)),
      close: (client) => { const app = this.#appOf(client); if (app !== undefined) app.closed = true },
      nowMs: () => this.#clock.nowMs(),
      timeOfDay: () => '12:34:56.000001',
      newId: () => this.#newId(),
    })
  }

  line({ words, details }: Line): void {
    const [who = '', arrow = '', ...rest] = words
    if (who === 'wait') return this.#wait(Number(arrow))
    if (who === 'until') return this.#wait(Number(rest[0]), arrow)
    if (who === 'left') return this.#leftNothing()
    if (who === 'answers') { this.#names.set(arrow, rest[0] ?? ''); return }
    const peer = this.#peers.get(who)
    if (peer !== undefined) this.#peerLine(peer, arrow, rest, details)
    else if (who.startsWith('app')) this.#appLine(this.#app(who, arrow === '>'), arrow, rest, details)
    else throw new Error('who is that?')
  }

  /** Everything that was sent has been expected by some line. */
  allExpected(): void {
    for (const [name, messages] of this.#toPeer) {
      if (messages.length > 0) throw new Error(`${name} received more: ${messages.map((m) => m.startLine).join(', ')}`)
    }
    for (const [name, told] of this.#toApp) {
      if (told.length > 0) throw new Error(`${name} was told more: ${told.map(show).join(', ')}`)
    }
  }

  #peerLine(peer: SipPeer, arrow: string, words: readonly string[], details: Details): void {
    if (arrow === 'over') { peer.transport = words[0] === 'tcp' ? 'tcp' : 'udp'; return }
    if (arrow === 'closes') return this.#submit({ type: 'flowClosed', now: this.#clock.nowMs(), connection: connectionOf(peer) })
    if (arrow === '<') return this.#expectAtPeer(peer, words, details)
    const [first = '', second = ''] = words
    let text: string
    if (first === 'again') text = peer.lastSent
    else if (first === 'raw') text = `${details.join('\r\n')}\r\n\r\n`
    else if (first === 'octets') text = second.replaceAll('\\r\\n', '\r\n')
    else if (/^\d/.test(first)) text = peer.response(Number(first), second, details)
    else if (first === 'new') text = peer.request(second, true, details)
    else text = peer.request(first, false, details)
    peer.lastSent = text
    this.#submit({ type: 'received', now: this.#clock.nowMs(), flow: flowOf(peer), data: text })
  }

  #expectAtPeer(peer: SipPeer, words: readonly string[], details: Details): void {
    const queue = this.#toPeer.get(peer.name) ?? []
    const message = queue.shift()
    const [what = '', method] = words
    if (what === 'nothing') {
      if (message !== undefined) throw new Error(`${peer.name} received ${message.startLine}`)
      return
    }
    if (message === undefined) throw new Error(`${peer.name} received nothing`)
    const got = message.status > 0 ? String(message.status) : message.method
    if (got !== what) throw new Error(`${peer.name} received ${message.startLine}`)
    if (method !== undefined && cseqMethod(message) !== method) throw new Error(`the ${got} answers ${cseqMethod(message)}`)
    checkDetails(message, details)
  }

  #appLine(app: ScriptApplication, arrow: string, words: readonly string[], details: Details): void {
    if (arrow === 'gone') return this.#exchange.disconnected(app.client)
    if (arrow === '>') return this.#exchange.received(app.client, app.say(words, details))
    const [what = ''] = words
    if (what === 'closed') {
      if (!app.closed) throw new Error('the connection is open')
      return
    }
    const told = this.#toApp.get(app.name)?.shift()
    if (what === 'nothing') {
      if (told !== undefined) throw new Error(`${app.name} was told ${show(told)}`)
      return
    }
    if (told === undefined) throw new Error(`${app.name} was told nothing`)
    if (!patternOf(words.join(' ')).test(show(told))) throw new Error(`${app.name} was told ${show(told)}`)
    for (const detail of details.filter((d) => d.startsWith('meta '))) checkMeta(told, detail)
    const rest = details.filter((d) => !d.startsWith('meta '))
    if (told.message !== undefined) checkDetails(told.message, rest)
  }

  /** An application that was put out connects anew when it has something to say. */
  #app(name: string, speaks: boolean): ScriptApplication {
    const known = this.#apps.get(name)
    if (known !== undefined && !(known.closed && speaks)) return known
    const app = new ScriptApplication(name, ++this.#connections, places, server)
    this.#apps.set(name, app)
    this.#toApp.set(name, [])
    this.#exchange.connected(app.client)
    return app
  }

  #appOf(client: number): ScriptApplication | undefined {
    return [...this.#apps.values()].find((app) => app.client === client)
  }

  #tell(client: number, frame: string): void {
    const app = this.#appOf(client)
    if (app !== undefined) this.#toApp.get(app.name)?.push(...app.hear(frame))
  }

  /** Lets time pass, but only until something is sent to `peer` if one is named. */
  #wait(ms: number, peer = ''): void {
    this.allExpected()
    const end = this.#clock.nowMs() + ms
    for (;;) {
      if ((this.#toPeer.get(peer)?.length ?? 0) > 0) return
      const due = this.#stack.nextTimeout()
      if (due === undefined || due > end) break
      this.#clock.advance(Math.max(0, due - this.#clock.nowMs()))
      this.#submit({ type: 'time', now: this.#clock.nowMs() })
    }
    this.#clock.advance(end - this.#clock.nowMs())
  }

  #leftNothing(): void {
    this.allExpected()
    const { transactions, dialogs, timers } = this.#stack.counts
    if (transactions + dialogs + timers > 0) throw new Error(JSON.stringify({ transactions, dialogs, timers }))
  }

  #submit(input: Input): void {
    this.#inputs.push(input)
    if (this.#busy) return
    this.#busy = true
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        for (const output of this.#stack.handle(next)) this.#act(output)
      }
    } finally {
      this.#busy = false
    }
  }

  #act(output: Output): void {
    if (output.type === 'resolve') {
      const address = this.#names.get(output.host)
      const found = address === undefined ? [] : [{ transport: output.transport ?? 'udp', address, port: output.port ?? 5060 }]
      this.#inputs.push({ type: 'resolved', now: this.#clock.nowMs(), query: output.query, addresses: found })
    } else if (output.type === 'send') {
      const peer = [...this.#peers.values()].find((p) => p.address === output.flow.remoteAddress)
      if (peer === undefined) throw new Error(`sent to ${output.flow.remoteAddress}, where nobody is`)
      this.#toPeer.get(peer.name)?.push(peer.hear(output.data))
    } else this.#exchange.output(output)
  }

  #newId(): string {
    return `00000000-0000-4000-8000-${String(++this.#ids).padStart(12, '0')}`
  }

  /** A linear congruential generator (Numerical Recipes): the same calls in every run. */
  #random(): number {
    this.#seed = (this.#seed * 1_664_525 + 1_013_904_223) % 2 ** 32
    return this.#seed / 2 ** 32
  }
}

function connectionOf(peer: SipPeer): number {
  return places.findIndex((p) => p.name === peer.name) + 1
}

function flowOf(peer: SipPeer): Flow {
  return {
    transport: peer.transport, localAddress: server, localPort: 5060, remoteAddress: peer.address,
    remotePort: peer.transport === 'tcp' ? 40_000 : peer.port, connection: peer.transport === 'tcp' ? connectionOf(peer) : 0,
  }
}

function show(told: Told): string {
  if (told.kind === 'sip') return told.word
  if (told.kind === 'sent') return `sent ${told.message?.method || told.message?.status}`
  return `${told.kind} ${told.word}`.trim()
}

function checkDetails(message: Message, details: Details): void {
  for (const detail of details) {
    if (detail.startsWith('R-URI: ')) {
      if (message.startLine.split(' ')[1] !== detail.slice(7)) throw new Error(`start line is ${message.startLine}`)
    } else if (detail === 'body: none' || detail === 'body: sdp') {
      if ((message.body === '') !== (detail === 'body: none')) throw new Error(`body is "${message.body.slice(0, 40)}"`)
    } else if (detail.startsWith('body: ')) {
      if (message.body !== detail.slice(6)) throw new Error(`body is "${message.body}"`)
    } else if (detail.startsWith('-')) {
      if (header(message, detail.slice(1)) !== undefined) throw new Error(`${detail.slice(1)} is there`)
    } else {
      const colon = detail.indexOf(':')
      checkPattern(detail.slice(0, colon), header(message, detail.slice(0, colon)), detail.slice(colon + 1).trim())
    }
  }
}

function checkMeta(told: Told, detail: string): void {
  const [, index = '', pattern = ''] = /^meta (\d+): ?(.*)$/.exec(detail) ?? []
  checkPattern(`field ${index}`, told.fields[Number(index)], pattern)
}

function checkPattern(name: string, value: string | undefined, pattern: string): void {
  if (value === undefined || !patternOf(pattern).test(value)) throw new Error(`${name} is "${value}", not "${pattern}"`)
}

/** `*` stands for anything, everything else for itself. */
function patternOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's')
}
