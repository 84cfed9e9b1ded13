/** Ids of messages to applications. */
import t from 'tap'
import { messageIds } from '../../src/sipd/message-ids.ts'

t.test('message ids look like UUIDs and differ, also between servers', async (t) => {
  const [one, other] = [messageIds(), messageIds()]
  const ids = [...Array.from({ length: 1000 }, one), ...Array.from({ length: 1000 }, other)]
  t.equal(new Set(ids).size, 2000)
  for (const id of ids.slice(0, 3)) t.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9]{12}$/)
})
