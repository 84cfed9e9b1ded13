/**
 * The ranking of product §4.5, row by row, and what a leg's status means.
 */
import t from 'tap'
import { finalResponse, legOutcome, stageOutcome } from '../../src/call/outcome.ts'
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
  ['answered, and nobody pressed a key', ['notConfirmed'], 480, 19, 'noAnswer'],
  ['nobody pressed a key, the other was busy', ['notConfirmed', 'busy'], 480, 19,
    'busyAndRangOut'],
  ['one sent him to a voicemail that is off', ['toVoicemail', 'cancelled'], 480, 21,
    'allDeclined'],
  ['one declined for all, «отбой = отказ»', ['declined', 'cancelled', 'cancelled'], 603, 21,
    'allDeclined', { declineIsRefusal: true }],
  ['one rang out before, then one declined for all', ['noAnswer', 'declined', 'cancelled'], 480,
    19, 'noAnswer', { declineIsRefusal: true }],
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

t.test('how a stage ended, where a rule has an action of its own for it', async (t) => {
  const leg = (outcome: LegOutcome, status = 0, ringMs?: number) => ({ outcome, status, ringMs })
  for (const [name, legs, expected] of [
    ['no leg', [], 'noAnswer'],
    ['all busy', [leg('busy', 486, 90), leg('busy', 600)], 'busy'],
    ['busy, and one taken back', [leg('busy', 486), leg('cancelled')], 'busy'],
    ['all taken back', [leg('cancelled')], 'noAnswer'],
    ['wrong number, network, redirection', [leg('unknownNumber', 404), leg('failed', 503),
      leg('redirected', 302)], 'unreachable'],
    ['a mobile that is switched off', [leg('noAnswer', 480)], 'unreachable'],
    ['a phone that rang out', [leg('noAnswer', 480, 90)], 'noAnswer'],
    ['a phone that never said it rings', [leg('noAnswer')], 'noAnswer'],
    ['a failure after it rang', [leg('failed', 503, 90)], 'noAnswer'],
    ['busy and unreachable', [leg('busy', 486), leg('failed', 503)], 'noAnswer'],
    ['unreachable and busy', [leg('failed', 503), leg('busy', 486)], 'noAnswer'],
    ['busy and declined', [leg('busy', 486), leg('declined', 603)], 'noAnswer'],
    ['nobody pressed a key', [leg('notConfirmed', 200)], 'noAnswer'],
  ] as const) t.equal(stageOutcome(legs), expected, name)
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
