/** Session timers: who refreshes after which offer, a row per case of RFC 4028 table 2. */
import t from 'tap'
import {
  agreedTimer, answerRefresh, answerTimer, offerTimer, readSessionExpires, refreshTimer,
} from '../../src/app/session-timer.ts'
import { message } from '../support/fake-sip-server.ts'

t.test('reading', async (t) => {
  t.same(readSessionExpires(message({ 'session-expires': '1800' })), { seconds: 1800, refresher: undefined })
  t.same(readSessionExpires(message({ 'session-expires': '90 ; Refresher=UAS' })), { seconds: 90, refresher: 'uas' })
  t.same(readSessionExpires(message({ 'session-expires': '90;refresher=me' })), { seconds: 90, refresher: undefined })
  for (const text of ['', 'x', '-5', '1800,1800']) t.equal(readSessionExpires(message({ 'session-expires': text })), undefined)
  t.equal(readSessionExpires(message({})), undefined)
})

t.test('answering an INVITE', async (t) => {
  const rows: [string, Parameters<typeof answerTimer>, string | undefined, string | undefined][] = [
    ['asked, he refreshes', [{ seconds: 600, refresher: 'uac' }, true, 1800], '600;refresher=uac', 'them'],
    ['asked, we refresh', [{ seconds: 600, refresher: 'uas' }, true, 1800], '600;refresher=uas', 'us'],
    ['asked, nobody named', [{ seconds: 600, refresher: undefined }, true, 1800], '600;refresher=uac', 'them'],
    ['not asked, he knows timers', [undefined, true, 1800], '1800;refresher=uas', 'us'],
    ['not asked, he does not', [undefined, false, 1800], undefined, undefined],
    ['not asked, ours is off', [undefined, true, 0], undefined, undefined],
  ]
  for (const [name, args, header, refresher] of rows) {
    const { headers, timer } = answerTimer(...args)
    t.equal(headers['Session-Expires'], header, name)
    t.equal(headers['Require'], header?.endsWith('uac') ? 'timer' : undefined, name)
    t.equal(timer?.refresher, refresher, name)
  }
})

t.test('offer, agreement, refresh', async (t) => {
  t.same(offerTimer(0), { Supported: 'timer' })
  t.same(offerTimer(600), { Supported: 'timer', 'Session-Expires': '600', 'Min-SE': '90' })
  t.same(agreedTimer(message({ 'session-expires': '300' })), { seconds: 300, refresher: 'us' })
  t.same(agreedTimer(message({ 'session-expires': '300;refresher=uas' })), { seconds: 300, refresher: 'them' })
  t.equal(agreedTimer(message({})), undefined)
  t.equal(refreshTimer({ seconds: 300, refresher: 'us' })['Session-Expires'], '300;refresher=uac')
  t.equal(refreshTimer({ seconds: 300, refresher: 'them' })['Session-Expires'], '300;refresher=uas')
  t.same(refreshTimer(undefined), { Supported: 'timer' })
  const current = { seconds: 300, refresher: 'them' } as const
  t.same(answerRefresh(message({}), current), { headers: {}, timer: current })
  t.same(answerRefresh(message({ 'session-expires': '120;refresher=uas' }), current).timer, { seconds: 120, refresher: 'us' })
})
