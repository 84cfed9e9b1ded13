/** Digest: the examples of RFC 2617 §3.5, RFC 7616 §3.9.1 and RFC 3261 practice, and hostile headers. */
import { createHash } from 'node:crypto'
import t from 'tap'
import type { Hash } from '../../src/sip/digest.ts'
import {
  answerChallenge, digestAlgorithm, digestResponse, parseChallenge, parseCredentials
} from '../../src/sip/digest.ts'
import { faultOf } from '../support/sip-text.ts'

const hash: Hash = (algorithm, text) =>
  createHash(algorithm === 'MD5' ? 'md5' : 'sha256').update(text, 'latin1').digest('hex')

const mufasa = {
  username: 'Mufasa', realm: 'testrealm@host.com', password: 'Circle Of Life',
  nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', method: 'GET', uri: '/dir/index.html',
  cnonce: '0a4f113b', nc: 1
} as const

t.test('responses', async (t) => {
  t.equal(digestResponse({ ...mufasa, algorithm: 'MD5', qop: 'auth' }, hash),
    '6629fae49393a05397450978507c4ef1', 'RFC 2617 §3.5')
  t.equal(digestResponse({ ...mufasa, algorithm: 'MD5', qop: undefined }, hash),
    '670fd8c2df070c60b045671b8b24ff02', 'the same without qop (RFC 2069)')
  const circle = {
    username: 'Mufasa', realm: 'http-auth@example.org', password: 'Circle of Life',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v', method: 'GET', uri: '/dir/index.html',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ', nc: 1, qop: 'auth'
  } as const
  t.equal(digestResponse({ ...circle, algorithm: 'MD5' }, hash),
    '8ca523f5e9506fed4657c9700eebdbec', 'RFC 7616 §3.9.1')
  t.equal(digestResponse({ ...circle, algorithm: 'SHA-256' }, hash),
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1', 'RFC 7616 §3.9.1')
  const session = digestResponse({ ...circle, algorithm: 'SHA-256-sess' }, hash)
  const secret = hash('SHA-256', 'Mufasa:http-auth@example.org:Circle of Life')
  const a1 = hash('SHA-256', `${secret}:${circle.nonce}:${circle.cnonce}`)
  const a2 = hash('SHA-256', 'GET:/dir/index.html')
  t.equal(session, hash('SHA-256', `${a1}:${circle.nonce}:00000001:${circle.cnonce}:auth:${a2}`),
    'RFC 7616 §3.4.2, -sess')
})

t.test('algorithms', async (t) => {
  t.equal(digestAlgorithm('md5'), 'MD5')
  t.equal(digestAlgorithm('sha-256-SESS'), 'SHA-256-sess')
  t.equal(digestAlgorithm('SHA-512-256'), undefined)
  t.equal(digestAlgorithm(''), undefined)
})

t.test('a challenge', async (t) => {
  t.strictSame(parseChallenge('Digest realm="a \\"b\\", c", nonce="n=/+", opaque="", stale=TRUE, algorithm=SHA-256, qop="auth, auth-int", userhash=true'), {
    realm: 'a "b", c', nonce: 'n=/+', opaque: '', stale: true, algorithm: 'SHA-256',
    qop: ['auth', 'auth-int'], userhash: true
  })
  t.strictSame(parseChallenge('dIGEST  nonce = "n" ,realm=r,,'), {
    realm: 'r', nonce: 'n', opaque: undefined, stale: false, algorithm: 'MD5', qop: [], userhash: false
  })
})

t.test('credentials', async (t) => {
  const value = 'Digest username="bob", realm="r", nonce="n", uri="sip:r", response="ABC", algorithm=MD5, cnonce="c", qop=auth, nc=00000002, opaque="o"'
  t.strictSame(parseCredentials(value), {
    username: 'bob', realm: 'r', nonce: 'n', uri: 'sip:r', response: 'abc', algorithm: 'MD5',
    cnonce: 'c', opaque: 'o', qop: 'auth', nc: '00000002', userhash: false
  })
})

t.test('our answer to a challenge can be read, and is right', async (t) => {
  const by = { username: 'bob "x"', password: 'p', method: 'INVITE', uri: 'sip:b@h', cnonce: 'c', nc: 17 }
  for (const algorithm of ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess'] as const) {
    for (const qop of ['', ',qop="auth-int,auth"']) {
      const challenge = parseChallenge(`Digest realm="r",nonce="n",opaque="o",algorithm=${algorithm}${qop}`)
      const answer = parseCredentials(answerChallenge(challenge, by, hash) ?? '')
      t.equal(answer.username, by.username)
      t.equal(answer.opaque, 'o')
      t.equal(answer.nc, qop === '' ? undefined : '00000011')
      t.equal(answer.response, digestResponse({
        ...by, algorithm, realm: 'r', nonce: 'n', qop: qop === '' ? undefined : 'auth'
      }, hash))
    }
  }
  t.equal(answerChallenge(parseChallenge('Digest realm="r",nonce="n",algorithm=AKAv1-MD5'), by, hash), undefined)
  t.equal(answerChallenge(parseChallenge('Digest realm="r",nonce="n",qop="auth-int"'), by, hash), undefined)
})

const hostile: readonly [string, string][] = [
  ['', '400 Unsupported Authentication Scheme'],
  ['Basic x', '400 Unsupported Authentication Scheme'],
  ['Digest', '400 Unsupported Authentication Scheme'],
  ['DigestX realm="a"', '400 Unsupported Authentication Scheme'],
  ['NoOneKnowsThisScheme opaque-data=here', '400 Unsupported Authentication Scheme'],
  ['Digest ', '400 Missing Digest realm'],
  ['Digest nonce="n"', '400 Missing Digest realm'],
  ['Digest realm="r"', '400 Missing Digest nonce'],
  ['Digest realm', '400 Malformed Credentials'],
  ['Digest realm r', '400 Malformed Credentials'],
  ['Digest ="r"', '400 Malformed Credentials'],
  ['Digest realm="r', '400 Malformed Credentials'],
  ['Digest realm="r\\"', '400 Malformed Credentials'],
  ['Digest realm="r" nonce', '400 Malformed Credentials'],
  ['Digest realm="r"nonce="n"', '400 Malformed Credentials'],
  ['Digest realm="r",realm="s",nonce="n"', '400 Malformed Credentials'],
  [`Digest ${Array.from({ length: 500 }, (_, i) => `p${i}=1`).join(',')}`, '400 Malformed Credentials'],
  [`Digest realm="${'r'.repeat(64_000)}",nonce="n"`, 'none'],
  ['Digest realm=,nonce=', 'none'],
  ['Digest __proto__="x",constructor="y",realm="r",nonce="n"', 'none']
]

for (const [value, fault] of hostile) {
  t.equal(faultOf(() => parseChallenge(value)), fault, `challenge ${value.slice(0, 60)}`)
}

for (const missing of ['username', 'realm', 'nonce', 'uri', 'response']) {
  const value = ['username', 'realm', 'nonce', 'uri', 'response'].filter((name) => name !== missing)
    .map((name) => `${name}="x"`).join(',')
  t.equal(faultOf(() => parseCredentials(`Digest ${value}`)), `400 Missing Digest ${missing}`)
}
