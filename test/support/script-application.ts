/**
 * An application on the control connection that does what a script line says, in the words of
 * drachtio-srf (header names in its mix of letter cases, To without a tag, no Via), and checks the
 * shape of every frame it gets: fields, byte counts, ids that match what was asked.
 */
import { FrameReader, formatFrame } from '../../src/drachtio/frame.ts'
import type { Details, Message } from './script-sip-peer.ts'
import { cseqMethod, header, need, parameter, readMessage, reasonOf, sdpOf } from './script-sip-peer.ts'

/** One thing an application was told. */
export interface Told {
  /** `OK`, `NO`, `NOK`, `sent`, `sip`, `unsolicited`, `cdr`. */
  readonly kind: string
  /** Rest of the line: a reason, a word, the cdr fields. */
  readonly word: string
  readonly message: Message | undefined
  readonly fields: readonly string[]
}

export interface PeerPlace {
  readonly name: string
  readonly address: string
}

const tokenPattern = /^[0-9a-f-]{36}$/
const timePattern = /^\d\d:\d\d:\d\d\.\d{6}$/

export class ScriptApplication {
  readonly name: string
  readonly client: number
  closed = false
  readonly #reader = new FrameReader()
  readonly #peers: readonly PeerPlace[]
  readonly #server: string
  readonly #pending = new Map<string, string>()
  /** Transaction of the newest request to or from a peer, by `peer METHOD`. */
  readonly #transactions = new Map<string, string>()
  readonly #requests = new Map<string, Message>()
  readonly #dialogs = new Map<string, string>()
  /** Peer of a transaction that the application began. */
  readonly #begun = new Map<string, { peer: string; method: string }>()
  readonly #echoes = new Map<string, Message>()
  #serial = 0
  /** It authenticated with the tag `trying`: only then may it be told of a 100. */
  #tellsTrying = false

  constructor(name: string, client: number, peers: readonly PeerPlace[], server: string) {
    this.name = name
    this.client = client
    this.#peers = peers
    this.#server = server
  }

  /** Frame for a script line: a plain command, a status, or a method with a peer or URI. */
  say(words: readonly string[], details: Details): string {
    const [first = '', second = '', ...rest] = words
    if (/^[1-6]\d\d$/.test(first)) return this.#respond(Number(first), second, rest[0] ?? '', details)
    if (/^[A-Z]+$/.test(first)) return this.#request(first, second, details)
    if (first === 'octets') return second
    if (first === 'payload') return formatFrame(words.slice(1).join(' ').replaceAll('\\r\\n', '\r\n'))
    return this.#command([first, second].filter((w) => w !== '').join('|'), '', first)
  }

  /** Things told by a chunk of the stream. Throws an Error on a frame that has not the right shape. */
  hear(chunk: string): Told[] {
    return this.#reader.push(chunk).map((payload) => this.#read(payload))
  }

  #command(meta: string, text: string, what: string): string {
    const id = `${this.name}-${++this.#serial}`
    if (what === 'authenticate') this.#tellsTrying = meta.split('|')[2]?.split(',').includes('trying') === true
    this.#pending.set(id, what)
    return formatFrame(`${id}|${meta}${text === '' ? '' : `\r\n${text}`}`)
  }

  #respond(status: number, peer: string, method: string, details: Details): string {
    const key = method === '' ? [...this.#requests.keys()].findLast((k) => k.startsWith(`${peer} `)) ?? '' : `${peer} ${method}`
    const request = this.#requests.get(key)
    if (request === undefined) throw new Error(`${this.name} has no ${method || 'request'} of ${peer} to answer`)
    const lines = [
      `SIP/2.0 ${status} ${reasonOf(status)}`,
      `Call-ID: ${need(request, 'Call-ID')}`,
      `cseq: ${need(request, 'CSeq')}`,
      `from: ${need(request, 'From')}`,
      `to: ${need(request, 'To')}`,
    ]
    const withSdp = request.method === 'INVITE' && status >= 200 && status < 300
    const text = finish(lines, withSdp, details)
    return this.#command(`sip|${this.#transactions.get(key) ?? ''}|`, text, `${status}`)
  }

  #request(method: string, target: string, details: Details): string {
    const route = details.find((d) => d.startsWith('route: '))?.slice(7)
    const raw = details.find((d) => d.startsWith('dialog: '))?.slice(8)
    const rest = details.filter((d) => !d.startsWith('route: ') && !d.startsWith('dialog: '))
    const inPeer = this.#peers.some((p) => p.name === target)
    const transaction = method === 'CANCEL' ? this.#transactions.get(`${target} INVITE`) ?? target : ''
    const dialog = raw ?? (inPeer && method !== 'CANCEL' ? this.#dialogs.get(target) ?? 'no-dialog' : '')
    const uri = inPeer ? 'sip:placeholder' : method === 'CANCEL' ? 'sip:x@example.com' : target
    const filled = rest.map((d) => d.replaceAll('{cseq}', this.#inviteCseq(target)))
    const text = finish([`${method} ${uri} SIP/2.0`], method === 'INVITE', filled)
    return this.#command(`sip|${transaction}|${dialog}${route === undefined ? '' : `|${route}`}`, text, method)
  }

  #inviteCseq(peer: string): string {
    const echo = this.#echoes.get(`${peer} INVITE`)
    return echo === undefined ? '' : need(echo, 'CSeq').split(' ')[0] ?? ''
  }

  #read(payload: string): Told {
    const end = payload.indexOf('\r\n')
    const meta = (end < 0 ? payload : payload.slice(0, end)).split('|')
    const message = end < 0 ? undefined : readMessage(payload.slice(end + 2))
    if (!tokenPattern.test(meta[0] ?? '')) throw new Error(`message id "${meta[0]}" is no UUID`)
    if (meta[1] === 'response') return this.#readReply(meta, message)
    if (meta[1] === 'sip' && message !== undefined) return this.#readSip(meta, message)
    if (meta[1]?.startsWith('cdr:') === true && message !== undefined) {
      check(timePattern.test(meta[3] ?? ''), `time ${meta[3]}`)
      return { kind: 'cdr', word: [meta[1], meta[2], meta[4]].filter((f) => f !== undefined).join(' '), message, fields: meta }
    }
    throw new Error(`unknown frame ${payload.slice(0, 80)}`)
  }

  #readReply(meta: string[], message: Message | undefined): Told {
    const [, , id = '', kind = '', ...rest] = meta
    const what = this.#pending.get(id)
    check(what !== undefined || id.startsWith('m-') || !id.startsWith(this.name), `reply to ${id}, which was not asked or was answered`)
    this.#pending.delete(id)
    if (kind !== 'OK' || rest[0] !== 'application') return { kind, word: rest.join('|'), message, fields: meta }
    if (message === undefined) throw new Error('an echo without a message')
    this.#checkEcho(meta, message)
    return { kind: 'sent', word: what ?? '', message, fields: meta }
  }

  #checkEcho(meta: readonly string[], message: Message): void {
    const [, , , , , bytes, protocol, address, port, time, transaction = '', dialog = ''] = meta
    check(bytes === String(message.text.length) || bytes === '0', `${bytes} bytes told, ${message.text.length} sent`)
    check(protocol === 'udp' || protocol === 'tcp', `protocol ${protocol}`)
    check(timePattern.test(time ?? ''), `time ${time}`)
    check(tokenPattern.test(transaction), `transaction ${transaction}`)
    check(Number(port) > 0, `port ${port}`)
    if (message.status > 0) {
      check(meta.at(-2) === 'Msg sent:' && meta.length === 15, `reply shape ${meta.slice(11).join('|')}`)
      if (dialog !== '') check(dialog.startsWith(`${need(message, 'Call-ID')};from-tag=`), `dialog ${dialog}`)
      return
    }
    check(meta[11] === 'Msg sent:' && meta.length === 13, `reply shape ${meta.slice(11).join('|')}`)
    check(protocol !== 'udp' || address === this.#server, `local address ${address}`)
    const peer = this.#peerOf(message)
    this.#begun.set(transaction, { peer, method: message.method })
    if (message.method === 'CANCEL' || message.method === 'ACK') return
    this.#transactions.set(`${peer} ${message.method}`, transaction)
    this.#echoes.set(`${peer} ${message.method}`, message)
  }

  #readSip(meta: readonly string[], message: Message): Told {
    const [, , source, bytes, protocol, address = '', port, time, transaction = '', dialog = ''] = meta
    check(meta.length >= 11, `${meta.length} fields`)
    check(timePattern.test(time ?? ''), `time ${time}`)
    check(protocol === 'udp' || protocol === 'tcp', `protocol ${protocol}`)
    if (transaction === 'unsolicited') {
      check(source === 'application', `source ${source}`)
      return { kind: 'unsolicited', word: message.method, message, fields: meta }
    }
    check(source === 'network' && tokenPattern.test(transaction), `source ${source}, transaction ${transaction}`)
    const peer = this.#peers.find((p) => p.address === address)?.name ?? ''
    if (message.status > 0) this.#checkResponse(message, transaction, bytes ?? '')
    else {
      // A CANCEL of 0 bytes is the server's own: it has answered in the application's stead.
      const isWhole = Number(bytes) > 0 || (bytes === '0' && message.method === 'CANCEL')
      check(isWhole && peer !== '' && Number(port) > 0, `bytes ${bytes} from ${address}`)
      const outside = dialog === '' && message.method !== 'CANCEL'
      check(meta.length === (outside ? 13 : 11), `${meta.length} fields in ${meta.slice(8).join('|')}`)
      if (outside) check(meta[10] === this.#server && Number(meta[11]) > 0, `received on ${meta[10]}:${meta[11]}`)
      this.#transactions.set(`${peer} ${message.method}`, transaction)
      this.#requests.delete(`${peer} ${message.method}`)
      if (message.method !== 'ACK' && message.method !== 'CANCEL') this.#requests.set(`${peer} ${message.method}`, message)
    }
    if (dialog !== '') {
      check(dialog.startsWith(`${need(message, 'Call-ID')};from-tag=`), `dialog ${dialog}`)
      const owner = (message.status > 0 ? this.#begun.get(transaction)?.peer : peer) || peer
      this.#dialogs.set(owner, dialog)
    } else if (message.method === 'INVITE') {
      this.#dialogs.set(peer, `${need(message, 'Call-ID')};from-tag=${parameter(need(message, 'From'), 'tag')}`)
    }
    return { kind: 'sip', word: message.method || String(message.status), message, fields: meta }
  }

  #checkResponse(message: Message, transaction: string, bytes: string): void {
    const begun = this.#begun.get(transaction)
    check(begun !== undefined, `a response to transaction ${transaction}, which is not known yet`)
    check(cseqMethod(message) === begun?.method, `a ${cseqMethod(message)} response to ${begun?.method}`)
    check(message.status !== 100 || this.#tellsTrying, '100 must not be passed up')
    check(bytes === '0' || Number(bytes) > 0, `bytes ${bytes}`)
  }

  /** Whom a request is for: the peer whose address stands in it, or whose dialog it is in. */
  #peerOf(message: Message): string {
    const known = [...this.#dialogs].find(([, dialog]) => dialog.startsWith(`${need(message, 'Call-ID')};`))
    if (known !== undefined) return known[0]
    const to = `${message.startLine} ${header(message, 'To') ?? ''}`
    return this.#peers.find((p) => to.includes(p.address))?.name ?? ''
  }
}

function finish(lines: readonly string[], withSdp: boolean, details: Details): string {
  let body = withSdp ? sdpOf('127.50.0.9') : ''
  const out = [...lines]
  for (const detail of details) {
    if (detail.startsWith('body: ')) body = detail === 'body: none' ? '' : detail === 'body: sdp' ? sdpOf('127.50.0.9') : detail.slice(6)
    else if (detail.startsWith('to-tag: ')) out[4] = `${out[4]};tag=${detail.slice(8)}`
    else {
      const name = detail.slice(0, detail.indexOf(':')).toLowerCase()
      const at = out.findIndex((line, i) => i > 0 && line.toLowerCase().startsWith(`${name}:`))
      if (at > 0) out[at] = detail
      else out.push(detail)
    }
  }
  return `${out.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

function check(good: boolean, what: string): void {
  if (!good) throw new Error(what)
}
