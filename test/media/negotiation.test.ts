import t from 'tap'
import { firstAudio, Negotiation } from '../../src/media/negotiation.ts'

const wallMs = Date.UTC(2026, 10, 23)

function offer(media: string, address = '192.0.2.7'): string {
  return `v=0\r\no=peer 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\n${media}`
}

const pcmu = 'm=audio 40000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n'

t.test('an offer is answered and its address is where to send', async (t) => {
  const negotiation = new Negotiation('192.0.2.1', 20_000, wallMs)
  const negotiated = negotiation.answer(offer(pcmu))
  if (negotiated.type !== 'agreed') return t.fail('refused')
  t.match(negotiated.agreement, { codec: 'PCMU', sendEventType: 101, remote: { address: '192.0.2.7', port: 40_000 }, direction: 'sendrecv' })
  t.match(negotiated.sdp, /^v=0\r\no=Mediaserver \d+ \d+ IN IP4 192\.0\.2\.1\r\ns=Mediaserver\r\nc=IN IP4 192\.0\.2\.1\r\n/)
  t.equal(negotiation.localText, negotiated.sdp)
  t.equal(negotiation.remoteText, offer(pcmu))
})

const refusals: { name: string; body: string; status: number }[] = [
  { name: 'only G.729', body: offer('m=audio 40000 RTP/AVP 18\r\n'), status: 488 },
  { name: 'only video', body: offer('m=video 40000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n'), status: 488 },
  { name: 'T.38', body: offer('m=image 40000 udptl t38\r\n'), status: 488 },
  { name: 'SRTP', body: offer('m=audio 40000 RTP/SAVP 0\r\n'), status: 488 },
  {
    name: 'an address of the other family', status: 488,
    body: offer(pcmu).replaceAll('IN IP4 192.0.2.7', 'IN IP6 2001:db8::9'),
  },
  { name: 'no media', body: offer(''), status: 488 },
  { name: 'multicast', body: offer(pcmu, '224.0.0.1'), status: 488 },
  { name: 'nonsense', body: 'hello', status: 400 },
]

for (const { name, body, status } of refusals) {
  t.test(`refuses ${name} and keeps what was agreed before`, async (t) => {
    const negotiation = new Negotiation('192.0.2.1', 20_000, wallMs)
    negotiation.answer(offer(pcmu))
    const before = negotiation.localText
    t.match(negotiation.answer(body), { type: 'refused', status })
    t.equal(negotiation.localText, before)
    t.equal(negotiation.remoteText, offer(pcmu))
  })
}

t.test('the version of o= rises with each change and not without one', async (t) => {
  const negotiation = new Negotiation('192.0.2.1', 20_000, wallMs)
  const version = (body: string): number => {
    const negotiated = negotiation.answer(body)
    return Number(/^o=\S+ \d+ (\d+)/m.exec(negotiated.type === 'agreed' ? negotiated.sdp : '')?.[1])
  }
  const first = version(offer(pcmu))
  t.equal(version(offer(pcmu, '192.0.2.8')), first, 'their address is no change of ours')
  t.equal(version(offer(`${pcmu}a=sendonly\r\n`)), first + 1)
  t.equal(version(offer(`${pcmu}a=inactive\r\n`)), first + 2)
  t.equal(version(offer(pcmu)), first + 3)
})

t.test('a late offer names all codecs, and its answer comes in the ACK', async (t) => {
  const negotiation = new Negotiation('192.0.2.1', 20_000, wallMs)
  t.match(negotiation.offer(), 'm=audio 20000 RTP/AVP 0 8 101 13\r\n')
  t.match(negotiation.acknowledge(offer(pcmu)), { codec: 'PCMU', remote: { address: '192.0.2.7', port: 40_000 } })
  t.equal(negotiation.acknowledge(offer(pcmu)), undefined, 'no answer without an offer')
})

t.test('an answer that is our own offer means that there is no far end yet', async (t) => {
  const negotiation = new Negotiation('192.0.2.1', 20_000, wallMs)
  const echoed = negotiation.offer().replace('t=0 0\r\n', 't=0 0\r\na=recvonly\r\n')
  t.match(negotiation.acknowledge(echoed), { remote: undefined, isHeld: false })
  t.strictSame(firstAudio(negotiation.remoteText), { address: '192.0.2.1', port: 20_000 }, 'which is told as it came')
})

t.test('an ACK without a usable answer changes nothing', async (t) => {
  for (const body of ['', 'nonsense', offer('m=audio 0 RTP/AVP 0\r\n'), offer('m=audio 4 RTP/AVP 18\r\n')]) {
    const negotiation = new Negotiation('192.0.2.1', 20_000, wallMs)
    negotiation.offer()
    t.equal(negotiation.acknowledge(body), undefined)
  }
})
