/**
 * The ranking of product §4.5, row by row, and what a leg's status means.
 */
import t from 'tap'
import { finalResponse, legOutcome } from '../../src/call/outcome.ts'
import type { LegOutcome } from '../../src/call/record.ts'
import { settings } from './fixtures.ts'

const rows: readonly (readonly [
  name: string, legs: readonly LegOutcome[], status: number, q850: number, reason: string,
    when?: Partial<typeof settings>,
])[] = [
  ['all busy', ['busy', 'busy'], 486, 17, 'allBusy'],
  ['somebody rang, nobody answered', ['noAnswer'], 480, 19, 'noAnswer'],
  ['rang out beside a failure', ['noAnswer', 'failed'], 480, 19, 'noAnswer'],
  ['busy + rang out', ['busy', 'noAnswer'], 480, 19, 'busyAndRangOut'],
  ['busy + rang out, «занято важнее»', ['busy', 'noAnswer'], 486, 17, 'busyAndRangOut',
    { busyMattersMore: true }],
  ['busy + failed, «занято важнее» says nothing', ['busy', 'failed'], 480, 19, 'mixed',
    { busyMattersMore: true }],
  ['all declined', ['declined', 'declined'], 480, 21, 'allDeclined'],
  ['all declined, «отбой = отказ»', ['declined'], 603, 21, 'allDeclined',
    { declineIsRefusal: true }],
  ['declined + rang out, «отбой = отказ»', ['declined', 'noAnswer'], 480, 19, 'noAnswer',
    { declineIsRefusal: true }],
  ['all unknown numbers', ['unknownNumber'], 480, 20, 'allUnknown'],
  ['only failures', ['failed', 'failed'], 480, 41, 'allFailed'],
  ['a refused redirection is a failure', ['redirected', 'failed'], 480, 41, 'allFailed'],
  ['busy + unknown number', ['busy', 'unknownNumber'], 480, 19, 'mixed'],
  ['no leg at all', [], 480, 20, 'nothingRang'],
]

for (const [name, legs, status, q850, reason, when] of rows) {
  t.test(name, async (t) => {
    const found = finalResponse(legs.map((outcome) => ({ outcome })), { ...settings, ...when })
    t.match(found, { status, q850, reason })
    t.ok(found.phrase.length > 0)
  })
}

t.test('never 408, never 503 for what lies with the subscriber', async (t) => {
  const outcomes: readonly LegOutcome[] =
    ['busy', 'declined', 'noAnswer', 'unknownNumber', 'failed', 'cancelled', 'redirected',
      'ringing']
  for (const a of outcomes) {
    for (const b of outcomes) {
      const { status } = finalResponse([{ outcome: a }, { outcome: b }], settings)
      t.ok(status === 480 || status === 486, `${a} + ${b}: ${status}`)
    }
  }
})

t.test('what a final status of a leg means', async (t) => {
  const statuses: readonly (readonly [status: number, rang: boolean, outcome: LegOutcome])[] = [
    [486, true, 'busy'], [600, false, 'busy'],
    [603, true, 'declined'], [403, false, 'declined'], [607, true, 'declined'],
      [608, false, 'declined'],
    [404, false, 'unknownNumber'], [410, false, 'unknownNumber'], [484, false, 'unknownNumber'],
      [604, false, 'unknownNumber'],
    [480, true, 'noAnswer'], [480, false, 'noAnswer'], [408, true, 'noAnswer'],
      [408, false, 'failed'],
    [487, true, 'noAnswer'], [302, false, 'redirected'], [305, true, 'redirected'],
    [500, true, 'failed'], [503, false, 'failed'], [488, false, 'failed'], [482, false, 'failed'],
      [0, false, 'failed'],
  ]
  for (const [status, rang, outcome] of statuses) t.equal(legOutcome(status, rang), outcome,
    `${status} ${rang ? 'rang' : 'silent'}`)
})
