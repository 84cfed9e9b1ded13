/** Tokens: what goes in comes out. */
import t from 'tap'
import { formatToken, tokenClient, tokenKinds, tokenMessageId, tokenTransaction } from '../../src/drachtio/token.ts'

for (const id of ['340c17ab-e697-406d-a34b-85f4a2490631', 'm-1', '']) {
  for (const kind of [tokenKinds.request, tokenKinds.response] as const) {
    t.test(`${kind} "${id}"`, async (t) => {
      const token = formatToken(kind, 12, id)
      t.ok(token.startsWith(kind))
      t.equal(tokenClient(token), 12)
      t.equal(tokenMessageId(token), id)
    })
  }
  t.test(`CANCEL "${id}"`, async (t) => {
    const token = formatToken(tokenKinds.cancel, 7, id, 'txn-1')
    t.equal(tokenClient(token), 7)
    t.equal(tokenMessageId(token), id)
    t.equal(tokenTransaction(token), 'txn-1')
  })
}
