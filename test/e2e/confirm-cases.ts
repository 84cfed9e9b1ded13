/**
 * Cases about "press 1 to accept": who presses what, in which way, when, and who learns what of it
 * (issue 3 §3.3; product.md R-12). Phones here are SIP addresses, so the number says that it asks.
 */
import { alignAside } from '../support/align-aside.ts'
import type { CallCase, PhonePlan, Played } from '../support/call-case.ts'
import { sampleRate, samplesOf } from '../support/heard-sound.ts'
import type { Line, Talk } from '../support/line.ts'
import { measured } from '../support/measured.ts'
import { toneShare } from '../support/rtp-peer.ts'
import { keyTone, must, promptFile, seenAt, silence } from './voices.ts'

const asked: PhonePlan = { scenario: 'uas-answer-with-rtp', pauseMs: 300, confirm: true }
const missed: PhonePlan = { scenario: 'uas-ring-until-missed' }
const elsewhere: PhonePlan = { scenario: 'uas-ring-until-answered-elsewhere' }
const talks = { scenario: 'uac-call-expect-answer', pauseMs: 400 }
const unanswered = { scenario: 'uac-unanswered-expect-480' }
const answered = { outcome: 'answered', status: 200, endedBy: 'caller' } as const

/** Says nothing, presses the key when its time has come, and says nothing again. */
function presses(key: string, afterMs: number): Talk {
  return async ({ voice, port, pause }) => {
    voice.talk(port, 0)
    await pause(afterMs)
    voice.hush()
    await voice.press(port, key)
    voice.talk(port, 0)
  }
}

const nobody: Talk = async ({ voice, port }) => { voice.talk(port, 0) }

/** Keeps what was heard until the product hung up. */
function listens(heard: Int16Array[], talk: Talk): Talk {
  return async (line) => {
    await talk(line)
    await line.seen(/^BYE /)
    heard.push(line.voice.heard())
  }
}

/** The end of what was heard is this prompt. */
async function endsWith(heard: Int16Array | undefined, prompt: string): Promise<boolean> {
  const wanted = samplesOf(promptFile(prompt))[0]!
  const end = (heard ?? new Int16Array()).slice(-wanted.length - sampleRate)
  // On a busy machine frames are skipped; no other prompt comes near this.
  return (await alignAside(wanted, end)).correlation > 0.7
}

/** The caller is told nothing but ringing until this phone has pressed its key. */
function connectedAfterKey({ callers, phones }: Played): void {
  const ok = seenAt(callers[0]?.messages, 'SIP/2.0 200')
  const answer = seenAt(phones[0]?.messages, 'ACK ')
  measured(ok - answer > 500, `the caller was connected ${Math.round(ok - answer)} ms after the phone answered`)
}

const ways: readonly { readonly way: string; readonly phone: PhonePlan }[] = [
  { way: 'by telephone-event', phone: { ...asked, talk: presses('1', 1500) } },
  { way: 'by INFO', phone: { ...asked, scenario: 'uas-press-info', keys: { digit: '1' } } },
  {
    way: 'as tones', phone: {
      ...asked, scenario: 'uas-speak',
      files: { 'speech.ul': Buffer.concat([silence(1500), keyTone('1'), silence(500)]) },
    },
  },
]

/** Both phones press in the same instant, when both have been asked for a second. */
const bothPress = (): CallCase => {
  const heard: Int16Array[] = []
  let waiting: (() => void)[] = []
  const together: Talk = listens(heard, async ({ voice, port, pause }) => {
    voice.talk(port, 0)
    const everybody = new Promise<void>((done) => { waiting.push(done) })
    if (waiting.length === 2) for (const go of waiting.splice(0)) go()
    await everybody
    await pause(1500)
    voice.hush()
    await voice.press(port, '1')
    voice.talk(port, 0)
  })
  return {
    name: 'press 1: two people press at once: one gets the call, the other hears that it was taken',
    phones: [{ ...asked, talk: together }, { ...asked, talk: together }], callers: [{ ...talks, pauseMs: 3000 }],
    records: [answered],
    check: async ({ records }) => {
      waiting = []
      const outcomes = records[0]?.legs.map((leg) => leg.outcome).toSorted().join(' ')
      must(outcomes === 'answered answeredElsewhere', `the legs ended as ${outcomes}`)
      const told = await Promise.all(heard.splice(0).map((sound) => endsWith(sound, 'taken')))
      measured(told.filter(Boolean).length === 1, `${told.join(', ')} of the two heard that the call was taken`)
    },
  }
}

const bothSpeak = (): CallCase => {
  const heard: Record<string, Int16Array> = {}
  const speaks = (name: string, frequency: number, before: (line: Line) => Promise<void>): Talk => async (line) => {
    await before(line)
    line.voice.talk(line.port, frequency)
    await line.pause(1000)
    heard[name] = line.voice.heard().slice(-sampleRate / 4)
  }
  return {
    name: 'press 1: afterwards the two hear each other',
    phones: [{ ...asked, talk: speaks('phone', 700, presses('1', 1000)) }],
    callers: [{
      scenario: 'uac-call-with-rtp-expect-answer', pauseMs: 1500,
      talk: speaks('caller', 1300, () => Promise.resolve()),
    }],
    records: [{ ...answered, legs: ['answered'] }],
    check: () => {
      const shares = [toneShare(heard['phone']!, 1300), toneShare(heard['caller']!, 700)]
      measured(Math.min(...shares) > 0.8, `they hear ${shares.map((share) => share.toFixed(2)).join(' and ')} of each other`)
    },
  }
}

const callerGone = (): CallCase => {
  const heard: Int16Array[] = []
  return {
    name: 'press 1: the caller gives up while a phone is asked: it hears so',
    phones: [{ ...asked, talk: listens(heard, nobody) }],
    callers: [{ scenario: 'uac-cancel-while-ringing-expect-487', pauseMs: 2500 }],
    records: [{ outcome: 'abandoned', status: 487, endedBy: 'caller', legs: ['cancelled'] }],
    check: async () => {
      const [sound] = heard.splice(0)
      measured(await endsWith(sound, 'caller-gone'), 'the phone did not hear that the caller is gone')
    },
  }
}

export const confirmCases: readonly CallCase[] = [
  ...ways.map(({ way, phone }): CallCase => ({
    name: `press 1 ${way}: the call is taken, another phone rang until then`,
    phones: [phone, elsewhere], callers: [talks],
    records: [{ ...answered, legs: ['answered', 'answeredElsewhere'], trace: ['confirm:asked', 'confirm:accept'] }],
    check: connectedAfterKey,
  })),
  bothSpeak(),
  {
    name: 'press 2: declined, the other phone rings on and answers',
    phones: [{ ...asked, talk: presses('2', 1000) }, { scenario: 'uas-ring-answer', pauseMs: 4000 }], callers: [talks],
    rules: [{ waitSeconds: 10 }],
    records: [{ ...answered, legs: ['declined', 'answered'], trace: ['confirm:asked', 'confirm:decline'] }],
  },
  {
    name: 'press 3: the caller gets voicemail, the other phone stops ringing',
    phones: [{ ...asked, talk: presses('3', 1000) }, missed], rules: [{ waitSeconds: 20 }],
    settings: { voicemail: true, voicemailAfterSeconds: 60 },
    callers: [{ scenario: 'uac-call-with-rtp-expect-answer', pauseMs: 700, talk: nobody }],
    records: [{
      outcome: 'missed', status: 200, endedBy: 'caller', legs: ['toVoicemail', 'noAnswer'],
      trace: ['confirm:asked', 'confirm:voicemail', 'voicemail'],
    }],
  },
  {
    name: 'press 1: nobody presses: not confirmed, 480',
    phones: [{ ...asked, talk: nobody }], rules: [{ waitSeconds: 20 }], media: { confirmSeconds: 5 },
    callers: [unanswered],
    records: [{ outcome: 'missed', status: 480, legs: ['notConfirmed'], trace: ['confirm:asked', 'confirm:nobody'] }],
  },
  bothPress(),
  {
    name: 'press 1: the wait ends while a phone is asked: it may still press, the other one stops ringing',
    phones: [{ ...asked, pauseMs: 4000, talk: presses('1', 7000) }, missed], callers: [talks],
    records: [{ ...answered, legs: ['answered', 'noAnswer'], trace: ['confirm:asked', 'confirm:accept'] }],
  },
  {
    name: 'press 1: the wait ends while a phone is asked, and nobody presses: 480',
    phones: [{ ...asked, pauseMs: 4000, talk: nobody }], media: { confirmSeconds: 5 }, callers: [unanswered],
    records: [{ outcome: 'missed', status: 480, legs: ['notConfirmed'] }],
  },
  {
    name: 'press 1: the called person hangs up instead: the other phone rings on',
    phones: [
      { ...asked, scenario: 'uas-ring-answer-hang-up' }, { scenario: 'uas-ring-answer', pauseMs: 2500 },
    ],
    callers: [talks],
    records: [{ ...answered, legs: ['notConfirmed', 'answered'], trace: ['confirm:asked'] }],
  },
  callerGone(),
]
