/** Letters for tests of the channels, and a clock whose hours pass at a word. */
import { systemClock } from '../../src/clock.ts'
import type { Clock } from '../../src/clock.ts'
import type { Notice } from '../../src/store/notice.ts'
import type { Letter } from '../../src/store/outbox-letters.ts'

/** Monday 23 November 2026, 15:00 in Moscow. */
export const noticeMs = Date.UTC(2026, 10, 23, 12)
export const house = { brand: 'OneTel', publicUrl: 'https://panel.example' }
export const endless = new AbortController().signal

const call = {
  callId: 'c'.repeat(32), caller: '+79031112233', callerName: '', dialled: '+74996740782',
  startedAt: noticeMs, endedAt: noticeMs + 25_000,
}

/** One of each kind, as they are written. */
export const notices = {
  missedCall: { kind: 'missedCall', call, why: 'noAnswer', mayHaveMessage: false },
  refused: { kind: 'refused', call, why: 'noMoney', mayHaveMessage: false },
  voicemail: { kind: 'voicemail', call, messageId: 'a'.repeat(32), durationMs: 32_000 },
  recording: { kind: 'recording', call, durationMs: 247_000 },
  lowBalance: { kind: 'lowBalance', balanceKopecks: 4950 },
  payment: { kind: 'payment', amountKopecks: 500_00, balanceKopecks: 1_234_00 },
  silentTarget: { kind: 'silentTarget', address: '+74961234504', description: 'Дача', days: 21 },
  deadTarget: { kind: 'silentTarget', address: '+306912345678', description: '', days: 0 },
  newLogin: { kind: 'newLogin', atMs: noticeMs, from: '198.51.100.7', agent: 'Firefox' },
  passwordChange: {
    kind: 'accountChange', what: 'password', atMs: noticeMs, from: '198.51.100.7', agent: '',
  },
  emailChange: {
    kind: 'accountChange', what: 'email', email: 'new@example.com', atMs: noticeMs,
    from: '198.51.100.7', agent: '',
  },
  emailAsked: {
    kind: 'accountChange', what: 'emailAsked', email: 'new@example.com', atMs: noticeMs,
    from: '198.51.100.7', agent: '',
  },
  secondFactorOn: {
    kind: 'accountChange', what: 'secondFactorOn', atMs: noticeMs, from: '198.51.100.7', agent: '',
  },
  secondFactorOff: {
    kind: 'accountChange', what: 'secondFactorOff', atMs: noticeMs, from: '198.51.100.7', agent: '',
  },
  recoveryCodes: {
    kind: 'accountChange', what: 'recoveryCodes', atMs: noticeMs, from: '198.51.100.7', agent: '',
  },
  requestTaken: { kind: 'requestTaken', number: 17, token: 'REQUEST-TOKEN' },
  requestRejected: { kind: 'requestRejected', number: 17, reason: 'Телефон не отвечает.' },
  firstLink: {
    kind: 'accountLink', purpose: 'first', linkId: 'd'.repeat(32), login: 'elena',
    personalNumber: '+74996740001',
  },
  temporaryPassword: {
    kind: 'accountLink', purpose: 'temporary', linkId: 'd'.repeat(32), login: 'elena',
    personalNumber: '+74996740001',
  },
  resetLink: { kind: 'accountLink', purpose: 'reset', linkId: 'd'.repeat(32), login: 'elena' },
  emailLink: { kind: 'accountLink', purpose: 'email', linkId: 'd'.repeat(32), login: 'elena' },
  supportAnswer: {
    kind: 'supportAnswer', requestId: 'e'.repeat(32), subject: 'Запись', text: 'Она готова.',
  },
  askAnswer: { kind: 'askAnswer', question: 'Сколько стоит?', text: '150 ₽ в месяц.' },
  dailyDigest: {
    kind: 'dailyDigest', from: '2026-11-22', to: '2026-11-22', calls: 21, answered: 15, missed: 4,
    messages: 2, talkSeconds: 4350, callers: [{ caller: '+79031112233', name: '', missed: 2 }],
  },
  weeklyDigest: {
    kind: 'weeklyDigest', from: '2026-11-16', to: '2026-11-22', calls: 1, answered: 1, missed: 0,
    messages: 0, talkSeconds: 61, callers: [],
  },
  test: { kind: 'test' },
} as const satisfies Readonly<Record<string, Notice>>

/** A letter of the outbox; `wanted` says what is different. */
export function letter(wanted: Partial<Letter> & { readonly notice?: Notice } = {}): Letter {
  return {
    id: '1'.repeat(32),
    key: `call:${'c'.repeat(32)}:email`,
    channel: 'email',
    address: 'mironov@example.com',
    notice: notices.missedCall,
    reader: {
      subscriberId: '2'.repeat(32), name: 'Михаил', zone: 'Europe/Moscow', language: 'ru',
      delivery: {
        smsNumberId: null, afterMail: 'keep', webhookUrl: '', webhookSecret: 's3cret', telegramChat: '',
      },
    },
    tries: 1,
    createdAt: noticeMs,
    owner: '3'.repeat(32),
    fence: 1,
    ...wanted,
  }
}

/** The system's clock, moved ahead by `pass`. Wake-ups come in real time. */
export interface PassingClock extends Clock {
  pass(ms: number): void
}

export function passingClock(wallStart = noticeMs): PassingClock {
  let ahead = 0
  const began = performance.now()
  const nowMs = () => performance.now() + ahead
  return {
    ...systemClock,
    nowMs,
    wallMs: () => wallStart + nowMs() - began,
    wakeAt: (at, run) => systemClock.wakeAt(at - ahead, run),
    pass(ms) {
      ahead += ms
    },
  }
}
