/** The Prometheus page. */
import t from 'tap'
import { Metrics, serveMetrics } from '../../src/sipd/metrics.ts'

const gauges = { applications: 2, dialogs: 3, transactions: 4 }
const response = (code: string, method: string): string => `SIP/2.0 ${code} X\r\nVia: v\r\nCSeq: 1 ${method}\r\n\r\n`

t.test('counts messages by direction, method and status', async (t) => {
  const metrics = new Metrics(1_700_000_000, 'v0.9.10')
  metrics.received('INVITE sip:a@b SIP/2.0\r\n')
  metrics.received('INVITE sip:a@b SIP/2.0\r\n')
  metrics.received('X-ATTACK-1 sip:a@b SIP/2.0\r\n')
  metrics.received('\r\n\r\n')
  metrics.received(response('200', 'BYE'))
  metrics.sent('BYE sip:a@b SIP/2.0\r\n')
  metrics.sent(response('180', 'INVITE'))
  metrics.sent(response('abc', 'NOSUCH'))
  const lines = metrics.text(gauges).split('\n')
  for (const line of [
    'drachtio_sip_requests_in_total{method="INVITE"} 2',
    'drachtio_sip_requests_in_total{method="other"} 2',
    'drachtio_sip_responses_in_total{method="BYE",code="200"} 1',
    'drachtio_sip_requests_out_total{method="BYE"} 1',
    'drachtio_sip_responses_out_total{method="INVITE",code="180"} 1',
    'drachtio_sip_responses_out_total{method="other",code="other"} 1',
    'drachtio_build_info{version="v0.9.10"} 1',
    'drachtio_time_started 1700000000',
    'drachtio_stable_dialogs 3',
    'drachtio_transactions 4',
    'drachtio_app_connections 2',
  ]) t.ok(lines.includes(line), line)
  t.equal(lines.at(-1), '', 'ends with a line end')
})

t.test('is served over HTTP', async (t) => {
  const server = await serveMetrics('127.0.0.1', 0, () => 'drachtio_x 1\n')
  const bound = server.address()
  const port = bound !== null && typeof bound === 'object' ? bound.port : 0
  const page = await fetch(`http://127.0.0.1:${port}/metrics`)
  t.match(page.headers.get('content-type'), /^text\/plain; version=0\.0\.4/)
  t.equal(await page.text(), 'drachtio_x 1\n')
  const missing = await fetch(`http://127.0.0.1:${port}/secret`)
  t.equal(missing.status, 404)
  await missing.text()
  await t.rejects(serveMetrics('127.0.0.1', port, () => ''), { message: /cannot serve metrics on 127.0.0.1/ })
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
