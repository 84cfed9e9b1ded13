/**
 * Cases about which rule acts and what follows when nobody answers: default number, chains, legal
 * cycles, voicemail without a media server, gates (product.md §1.4, §1.6).
 */
import type { CallCase, PhonePlan, Played } from '../support/call-case.ts'
import { measured } from '../support/measured.ts'

const answers: PhonePlan = { scenario: 'uas-ring-answer', pauseMs: 200 }
const missed: PhonePlan = { scenario: 'uas-ring-until-missed' }
const busy: PhonePlan = { scenario: 'uas-busy-486' }
const untouched: PhonePlan = { ...missed, expect: 'maybe' }
const talks = { scenario: 'uac-call-expect-answer' }
const unanswered = { scenario: 'uac-unanswered-expect-480' }

export const ruleCases: readonly CallCase[] = [
  {
    name: 'the larger priority wins over the higher place',
    phones: [untouched, answers],
    rules: [{ phones: [0], priority: 0 }, { phones: [1], priority: 5 }], callers: [talks],
    records: [{ outcome: 'answered', status: 200, trace: ['ruleTaken:rule 1'] }],
  },
  {
    name: 'a disabled rule never acts',
    phones: [untouched, answers],
    rules: [{ phones: [0], enabled: false }, { phones: [1] }], callers: [talks],
    records: [{ outcome: 'answered', status: 200, trace: ['ruleSkipped:rule 0:disabled', 'ruleTaken:rule 1'] }],
  },
  {
    name: 'all rules disabled: the default number rings',
    phones: [untouched, answers], defaultPhone: 1,
    rules: [{ phones: [0], enabled: false }], callers: [talks],
    records: [{ outcome: 'answered', status: 200, legs: ['answered'], trace: ['defaultNumber'] }],
  },
  {
    name: 'nothing acts and there is no default number: 480',
    phones: [untouched], rules: [{ phones: [0], enabled: false }], callers: [unanswered],
    records: [{ status: 480, outcome: 'missed', legs: [] }],
  },
  {
    name: 'no answer leads to another rule, whose phone answers',
    phones: [busy, answers],
    rules: [{ phones: [0], next: 1 }, { phones: [1], enabled: true, priority: 0 }], callers: [talks],
    records: [{
      outcome: 'answered', status: 200, legs: ['busy', 'answered'],
      trace: ['ruleTaken:rule 0', 'ruleTaken:rule 1'],
    }],
  },
  {
    name: 'the next rule is disabled: the chain ends with 486 for a busy phone',
    phones: [busy, untouched],
    rules: [{ phones: [0], next: 1 }, { phones: [1], enabled: false }],
    callers: [{ scenario: 'uac-all-busy-expect-486' }],
    records: [{ outcome: 'missed', status: 486, legs: ['busy'], trace: ['chainEnded:nextDisabled'] }],
  },
  {
    name: 'two rules that ring and call each other: cut at the cycle time',
    phones: [{ ...missed, calls: 2 }, missed],
    // Four seconds each, so that the limit of ten falls into the first rule's second turn.
    rules: [{ phones: [0], waitSeconds: 4, next: 1 }, { phones: [1], waitSeconds: 4, next: 0 }],
    callers: [unanswered],
    records: [{
      outcome: 'missed', status: 480, legs: ['noAnswer', 'noAnswer', 'noAnswer'],
      trace: ['ruleTaken:rule 0', 'ruleTaken:rule 1', 'ruleTaken:rule 0', 'chainEnded:cycleTime'],
    }],
    check: ({ callers }) => lasted(callers[0], 10_000),
  },
  {
    name: 'two rules whose phones are busy at once and call each other: pauses, no storm of INVITEs',
    phones: [{ ...busy, calls: 100, expect: 'any' }, { ...busy, calls: 100, expect: 'any' }],
    rules: [{ phones: [0], next: 1 }, { phones: [1], next: 0 }],
    callers: [{ scenario: 'uac-all-busy-expect-486' }],
    records: [{ outcome: 'missed', status: 486, trace: ['paused', 'paused', 'chainEnded'] }],
    check: ({ phones, records }) => {
      const invites = phones.reduce((sum, phone) => sum + (phone?.messages ?? [])
        .filter((m) => m.direction === 'received' && m.text.startsWith('INVITE ')).length, 0)
      // At most ten transitions (product.md §1.5), so at most eleven passes of one phone.
      if (invites > 11 || invites < 2) throw new Error(`${invites} INVITEs in one call`)
      if (invites !== records[0]?.legs.length) throw new Error('legs of the record and INVITEs differ')
    },
  },
  {
    name: 'voicemail is due and there is no media server: 480, recorded as such',
    phones: [busy], rules: [{ noAnswer: 'voicemail' }],
    settings: { voicemail: true, voicemailAfterSeconds: 20 }, callers: [unanswered],
    records: [{ status: 480, outcome: 'missed', trace: ['voicemail:noAnswerAction:false'] }],
  },
  {
    name: 'voicemail time passes while a phone rings, and there is no media server: 480 at once',
    phones: [missed], rules: [{ waitSeconds: 30 }],
    settings: { voicemail: true, voicemailAfterSeconds: 2 }, callers: [unanswered],
    records: [{ status: 480, outcome: 'missed', trace: ['voicemail:timeout:false'] }],
    check: ({ callers }) => lasted(callers[0], 2000),
  },
  {
    name: 'no money: neutral 480, no phone rings',
    phones: [untouched], subscriber: { balanceKopecks: 0 }, callers: [unanswered],
    records: [{ outcome: 'refused', status: 480, legs: [], trace: ['refused:noMoney'] }],
  },
  {
    name: 'suspended: 480, no phone rings',
    phones: [untouched], subscriber: { status: 'suspended' }, callers: [unanswered],
    records: [{ outcome: 'refused', status: 480, legs: [], trace: ['refused:notActive'] }],
  },
]

/** From INVITE to the final response. */
function lasted(caller: Played['callers'][number] | undefined, ms: number): void {
  const messages = caller?.messages ?? []
  const start = messages.find((m) => m.text.startsWith('INVITE '))?.atMs ?? 0
  const end = messages.findLast((m) => m.text.startsWith('SIP/2.0 4'))?.atMs ?? 0
  const seen = Math.round(end - start)
  measured(Math.abs(seen - ms) <= 900, `the caller waited ${seen} ms instead of ${ms}`)
}
