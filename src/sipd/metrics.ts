/**
 * Counters in Prometheus' text format under the names that drachtio-server's dashboards use
 * (control protocol §17). Counts raw messages by their start line and CSeq, so that nothing else
 * has to know that somebody counts; serves them over HTTP.
 */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { Octets } from '../sip/events.ts'

/** Values read at the moment of a scrape. */
export interface Gauges {
  readonly applications: number
  readonly dialogs: number
  readonly transactions: number
}

/** Methods told apart; an attacker must not be able to make a new time series for each word. */
const knownMethods: ReadonlySet<string> = new Set([
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'PRACK',
  'UPDATE',
  'INFO',
  'MESSAGE',
  'SUBSCRIBE',
  'NOTIFY',
  'PUBLISH',
  'REFER',
])

/** What passed in one direction under one method; label texts are made when somebody looks. */
interface Tally {
  requests: number
  /** By status code; 0 is a code that is none. */
  readonly responses: Map<number, number>
}

export class Metrics {
  readonly #in = new Map<string, Tally>()
  readonly #out = new Map<string, Tally>()
  readonly #startedSeconds: number
  readonly #version: string

  constructor(startedSeconds: number, version: string) {
    this.#startedSeconds = startedSeconds
    this.#version = version
  }

  received(data: Octets): void {
    count(data, this.#in)
  }

  sent(data: Octets): void {
    count(data, this.#out)
  }

  /** The whole page. */
  text(gauges: Gauges): string {
    return [
      ...family(
        'drachtio_sip_requests_in_total',
        'count of sip requests received',
        requestsOf(this.#in),
      ),
      ...family(
        'drachtio_sip_requests_out_total',
        'count of sip requests sent',
        requestsOf(this.#out),
      ),
      ...family(
        'drachtio_sip_responses_in_total',
        'count of sip responses received',
        responsesOf(this.#in),
      ),
      ...family(
        'drachtio_sip_responses_out_total',
        'count of sip responses sent',
        responsesOf(this.#out),
      ),
      ...gauge(
        'drachtio_build_info',
        'drachtio version running',
        1,
        `{version="${this.#version}"}`,
      ),
      ...gauge('drachtio_time_started', 'drachtio start time', this.#startedSeconds),
      ...gauge('drachtio_stable_dialogs', 'count of SIP dialogs in progress', gauges.dialogs),
      ...gauge(
        'drachtio_transactions',
        'count of SIP transactions in progress',
        gauges.transactions,
      ),
      ...gauge(
        'drachtio_app_connections',
        'count of connections to drachtio applications',
        gauges.applications,
      ),
      '',
    ].join('\n')
  }
}

function count(data: Octets, tallies: Map<string, Tally>): void {
  const isResponse = data.startsWith('SIP/2.0 ')
  const method = isResponse ? cseqMethod(data) : known(data.slice(0, data.indexOf(' ')))
  let tally = tallies.get(method)
  if (tally === undefined) {
    tally = { requests: 0, responses: new Map() }
    tallies.set(method, tally)
  }
  if (isResponse) {
    const code = responseCode(data)
    tally.responses.set(code, (tally.responses.get(code) ?? 0) + 1)
  } else tally.requests++
}

/** 100 to 699; 0 for anything else. */
function responseCode(data: Octets): number {
  let code = 0
  for (let i = 8; i < 11; i++) {
    const digit = data.charCodeAt(i) - 0x30
    if (!(digit >= 0 && digit <= 9)) return 0
    code = code * 10 + digit
  }
  return code >= 100 && code < 700 ? code : 0
}

function cseqMethod(data: Octets): string {
  const line = data.indexOf('\nCSeq:')
  if (line < 0) return 'other'
  const end = data.indexOf('\r', line)
  return known(data.slice(data.lastIndexOf(' ', end) + 1, end))
}

function known(method: string): string {
  return knownMethods.has(method) ? method : 'other'
}

function requestsOf(tallies: ReadonlyMap<string, Tally>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [method, { requests }] of tallies) {
    if (requests > 0) counts.set(`{method="${method}"}`, requests)
  }
  return counts
}

function responsesOf(tallies: ReadonlyMap<string, Tally>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [method, { responses }] of tallies) {
    for (const [code, value] of responses) {
      counts.set(`{method="${method}",code="${code === 0 ? 'other' : code}"}`, value)
    }
  }
  return counts
}

function family(name: string, help: string, counts: ReadonlyMap<string, number>): string[] {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} counter`]
  for (const [labels, value] of counts) lines.push(`${name}${labels} ${value}`)
  return lines
}

function gauge(name: string, help: string, value: number, labels = ''): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name}${labels} ${value}`]
}

/** Serves `page` at /metrics (and /). Port 0 takes any free one. */
export async function serveMetrics(
  address: string,
  port: number,
  page: () => string,
): Promise<Server> {
  const server = createServer((request, response) => {
    const found = request.url === '/metrics' || request.url === '/'
    response.writeHead(found ? 200 : 404, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    })
    response.end(found ? page() : 'not found\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const what = `cannot serve metrics on ${address} port ${port}: ${error.message}`
      reject(new Error(what, { cause: error }))
    })
    server.listen({ host: address, port }, resolve)
  })
  return server
}
