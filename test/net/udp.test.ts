/** UDP sockets: every octet through, both address families, failures told. */
import t from 'tap'
import { UdpSocket } from '../../src/net/udp.ts'

interface Got { data: string; address: string; port: number }

async function pair(address: string): Promise<{ a: UdpSocket; b: UdpSocket; next: () => Promise<Got> }> {
  const got: Got[] = []
  let wake = (): void => {}
  const b = await UdpSocket.bind(address, 0, {
    datagram: (data, remote, port) => { got.push({ data, address: remote, port }); wake() },
    failed: (error) => { throw error },
  })
  const a = await UdpSocket.bind(address, 0, { datagram: () => {}, failed: (error) => { throw error } })
  const next = async (): Promise<Got> => {
    while (got.length === 0) await new Promise<void>((resolve) => { wake = resolve })
    return got.shift() as Got
  }
  return { a, b, next }
}

for (const address of ['127.0.0.1', '::1']) {
  t.test(`a datagram over ${address} arrives octet for octet, with its sender`, async (t) => {
    const { a, b, next } = await pair(address)
    const all = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('')
    a.send(all, address, b.port)
    t.strictSame(await next(), { data: all, address, port: a.port })
    await Promise.all([a.close(), b.close()])
  })
}

t.test('the largest datagram passes, a larger one is told to have failed', async (t) => {
  const { a, b, next } = await pair('127.0.0.1')
  a.send('x'.repeat(65_507), '127.0.0.1', b.port)
  t.equal((await next()).data.length, 65_507)
  const error = await new Promise<Error>((resolve) => a.send('x'.repeat(65_508), '127.0.0.1', b.port, resolve))
  t.match(error, { code: 'EMSGSIZE' })
  await Promise.all([a.close(), b.close()])
})

t.test('a port that is taken is refused', async (t) => {
  const { a, b } = await pair('127.0.0.1')
  const again = UdpSocket.bind('127.0.0.1', a.port, { datagram: () => {}, failed: () => {} })
  await t.rejects(again, { code: 'EADDRINUSE' })
  await Promise.all([a.close(), b.close()])
  await a.close()
})
