/**
 * Cases about an answered call: hold from both sides, glare, session timers, INFO, REFER
 * (issue 2 §5.3; product.md §4.12, 4.14).
 */
import type { CallCase } from '../support/call-case.ts'

const answered = [{ outcome: 'answered', status: 200, endedBy: 'caller' }] as const

export const midCallCases: readonly CallCase[] = [
  {
    name: 'the caller puts the phone on hold and takes it off again',
    phones: [{ scenario: 'uas-answer-hold' }],
    callers: [{ scenario: 'uac-hold-expect-answer' }], records: answered,
  },
  {
    name: 'the phone puts the caller on hold and takes him off again',
    phones: [{ scenario: 'uas-hold-caller' }],
    callers: [{ scenario: 'uac-held-by-callee-expect-answer', pauseMs: 600 }], records: answered,
  },
  {
    name: 'both hold at once: 491 to both, the second try succeeds',
    phones: [{ scenario: 'uas-hold-glare' }],
    callers: [{ scenario: 'uac-hold-glare-expect-491-then-answer' }], records: answered,
  },
  {
    name: 'the caller refreshes the session by UPDATE and by re-INVITE',
    phones: [{ scenario: 'uas-refreshed' }],
    callers: [{ scenario: 'uac-session-refresh-expect-answer' }], records: answered,
  },
  {
    name: 'the phone refreshes the session by re-INVITE',
    phones: [{ scenario: 'uas-session-refresh' }],
    callers: [{ scenario: 'uac-call-with-refresh-expect-answer', pauseMs: 800 }], records: answered,
  },
  {
    name: 'a session interval below our minimum: 422, the call goes on',
    phones: [{ scenario: 'uas-refreshed' }],
    callers: [{ scenario: 'uac-too-short-session-expect-422' }], records: answered,
  },
  {
    name: 'an INVITE without SDP: the phone offers, the answer comes with the ACK',
    phones: [{ scenario: 'uas-late-offer' }],
    callers: [{ scenario: 'uac-late-offer-expect-answer' }], records: answered,
  },
  {
    name: 'a proxy stays in the path: the BYE goes through it',
    phones: [{ scenario: 'uas-ring-answer-hang-up' }],
    callers: [{ scenario: 'uac-behind-proxy-expect-answer' }],
    records: [{ outcome: 'answered', status: 200, endedBy: 'callee' }],
  },
  {
    name: 'the caller talks over TCP',
    phones: [{ scenario: 'uas-ring-answer' }],
    callers: [{ scenario: 'uac-call-expect-answer', more: ['-t', 't1'] }], records: answered,
  },
  {
    name: 'the caller never sends ACK: the call is ended when 64·T1 are over',
    phones: [{ scenario: 'uas-ring-answer' }],
    callers: [{ scenario: 'uac-no-ack-expect-bye' }],
    records: [{ outcome: 'answered', status: 200 }],
  },
  {
    name: 'a digit by INFO reaches the phone',
    phones: [{ scenario: 'uas-info-dtmf' }],
    callers: [{ scenario: 'uac-info-expect-200' }], records: answered,
  },
  {
    name: 'a transfer is refused, the call goes on',
    phones: [{ scenario: 'uas-ring-answer' }],
    callers: [{ scenario: 'uac-refer-expect-refusal' }], records: answered,
  },
]
