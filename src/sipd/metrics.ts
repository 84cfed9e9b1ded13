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

export class Metrics {
  readonly #requestsIn = new Map<string, number>()
  readonly #requestsOut = new Map<string, number>()
  readonly #responsesIn = new Map<string, number>()
  readonly #responsesOut = new Map<string, number>()
  readonly #startedSeconds: number
  readonly #version: string

  constructor(startedSeconds: number, version: string) {
    this.#startedSeconds = startedSeconds
    this.#version = version
  }

  received(data: Octets): void {
    count(data, this.#requestsIn, this.#responsesIn)
  }

  sent(data: Octets): void {
    count(data, this.#requestsOut, this.#responsesOut)
  }

  /** The whole page. */
  text(gauges: Gauges): string {
    return [
      ...family(
        'drachtio_sip_requests_in_total',
        'count of sip requests received',
        this.#requestsIn,
      ),
      ...family('drachtio_sip_requests_out_total', 'count of sip requests sent', this.#requestsOut),
      ...family(
        'drachtio_sip_responses_in_total',
        'count of sip responses received',
        this.#responsesIn,
      ),
      ...family(
        'drachtio_sip_responses_out_total',
        'count of sip responses sent',
        this.#responsesOut,
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

function count(data: Octets, requests: Map<string, number>, responses: Map<string, number>): void {
  if (data.startsWith('SIP/2.0 ')) {
    add(responses, `{method="${cseqMethod(data)}",code="${responseCode(data)}"}`)
  } else {
    add(requests, `{method="${known(data.slice(0, data.indexOf(' ')))}"}`)
  }
}

function responseCode(data: Octets): string {
  const code = data.slice(8, 11)
  return /^[1-6][0-9][0-9]$/.test(code) ? code : 'other'
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

function add(counts: Map<string, number>, labels: string): void {
  counts.set(labels, (counts.get(labels) ?? 0) + 1)
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
