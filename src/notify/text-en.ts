/**
 * What notices say in English: sentence case, the same order of parts as in Russian.
 */
import type { CallFacts, MissedWhy } from '../call/notice.ts'
import type { DigestFacts } from '../store/notice.ts'
import type { Format, Forms } from './format.ts'
import { englishLetters } from './letters-en.ts'
import type { Saying, Sayings } from './words.ts'

const calls: Forms = { one: 'call', other: 'calls' }
const times: Forms = { one: 'time', other: 'times' }
const seconds: Forms = { one: 'second', other: 'seconds' }
const days: Forms = { one: 'day', other: 'days' }
const messages: Forms = { one: 'message', other: 'messages' }

const ourFault = 'The fault is ours and we have noted it.'

/** Why nobody was reached, as a sentence. */
const reasons: Readonly<Record<MissedWhy, string>> = {
  noAnswer: 'Nobody answered.',
  hungUp: 'The caller hung up.',
  interrupted: `The call broke off before it was answered. ${ourFault}`,
  doNotDisturb: '“Do not disturb” is on.',
  ruleRefuses: 'A rule declines such calls.',
  nothingActs: 'No rule was active, so the call was sent nowhere.',
  noMoney: 'Forwarding does not work: there is no money on the account. Please top up.',
  dayLimit: 'Forwarding stops until tomorrow: the limit of the day’s spending is used up.',
  notActive: 'Forwarding does not work: the service is suspended.',
  callerTooOften: 'This number called too often.',
  tooManyCalls: 'There were more calls at a time than the tariff allows.',
  tooManyHops: 'The call had been forwarded too many times before it reached us.',
  overload: `The call was not taken. ${ourFault}`,
  databaseDown: `The call was not taken. ${ourFault}`,
  recordingUnavailable: 'The call could not be recorded, and you asked not to connect without it.',
  voicemailUnavailable: `Nobody answered, and voicemail did not take the call. ${ourFault}`,
  blocked: 'This number is on the list of blocked ones.',
  merged: 'Nobody answered.',
  loop: 'Nobody answered.',
  malformed: 'Nobody answered.',
  unknownNumber: 'Nobody answered.',
}

const afterwards = {
  keep: '',
  heard: ' It is marked as heard in the box.',
  delete: ' It is deleted from the box and can be restored for 30 days.',
} as const

export const english: Sayings = {
  greeting: (name) => name === '' ? 'Hello,' : `Hello ${name},`,
  footer: (brand, url) =>
    `${brand}. You choose which notices come, and where, in the settings: ${url}`,
  plainFooter: (brand) => brand,
  say: {
    ...englishLetters,
    missedCall: ({ call, why }, f) => missed('Missed call', call, why, f),
    refused: ({ call, why }, f) => missed('Call not taken', call, why, f),
    voicemail: ({ call, durationMs }, f, { attached, afterMail }) => ({
      subject: `Voicemail: ${f.caller(call)}`,
      lines: [
        `${f.caller(call)} left you a message: ${
          f.length(durationMs / 1000)}, ${f.at(call.startedAt)}.`,
        ...(attached ? [`It is attached to this letter.${afterwards[afterMail]}`] : []),
        'Listen to it in the panel:',
      ],
      short: `Voicemail ${f.length(durationMs / 1000)}: ${f.caller(call)}, ${
        f.time(call.startedAt)}`,
    }),
    recording: ({ call, durationMs }, f) => ({
      subject: `Call recording: ${f.caller(call)}`,
      lines: [
        `The recording of your call with ${f.caller(call)} is ready: ${
          f.length(durationMs / 1000)}, ${f.at(call.startedAt)}.`,
        'It is in the journal:',
      ],
    }),
    lowBalance: ({ balanceKopecks, feeKopecks }, f) => feeKopecks !== undefined ? {
      subject: `Not enough for the monthly fee: ${f.money(balanceKopecks)} left`,
      lines: [
        `A new month has begun. The monthly fee is ${f.money(feeKopecks)}, your balance is ${
          f.money(balanceKopecks)}.`,
        'Calls are not forwarded until it is paid. Top up your balance:',
      ],
      short: `The monthly fee of ${f.money(feeKopecks)} is not paid: calls are not forwarded.`,
    } : ({
      subject: `Low balance: ${f.money(balanceKopecks)} left`,
      lines: [
        `There is ${f.money(balanceKopecks)} on the account.`,
        'When it is used up, calls are not forwarded any more. Top up here:',
      ],
      short: `${f.money(balanceKopecks)} left. Without money calls are not forwarded.`,
    }),
    payment: ({ amountKopecks, balanceKopecks }, f) => ({
      subject: `Payment received: ${f.money(amountKopecks)}`,
      lines: [
        `${f.money(amountKopecks)} was added. There is ${f.money(balanceKopecks)} on the account now.`,
      ],
      short: `Payment ${f.money(amountKopecks)} received, balance ${f.money(balanceKopecks)}`,
    }),
    silentTarget: ({ address, description, days: count }, f) => {
      const phone = description === '' ? f.phone(address) : `“${description}” (${f.phone(address)})`
      return count === 0
        ? {
          subject: `Number not in service: ${f.phone(address)}`,
          lines: [
            `The network says that ${phone} does not exist. Calls do not reach it.`,
            'Check the number:',
          ],
        }
        : {
          subject: `Number does not answer: ${f.phone(address)}`,
          lines: [
            `Nobody has answered ${phone} for ${f.count(count, days)}, though it was called.`,
            'Check the number and the rules that ring it:',
          ],
        }
    },
    newLogin: ({ atMs, from, agent }, f) => ({
      subject: 'Log-in from a new place',
      lines: [
        `Somebody logged in from where nobody did before: ${f.at(atMs)}, address ${from}.`,
        ...(agent === '' ? [] : [`Program: ${agent}`]),
        'If it was not you, change the password: that ends the other log-ins.',
      ],
      short: `Log-in from a new place, ${f.at(atMs)}, address ${
        from}. Not you? Change the password.`,
    }),
    supportAnswer: ({ subject, text }) => ({
      subject: subject === '' ? 'Answer of the support' : `Answer of the support: ${subject}`,
      lines: [text, 'You can answer in the panel:'],
    }),
    askAnswer: ({ question, text }) => ({
      subject: 'An answer to your question',
      lines: [
        `You asked: "${question}"`, text, 'Go on where you asked, in the same browser:',
      ],
    }),
    dailyDigest: (facts, f) => digest(`Calls of ${f.date(facts.from)}`, facts, f),
    weeklyDigest: (facts, f) =>
      digest(`Calls of the week, ${f.dates(facts.from, facts.to)}`, facts, f),
    test: (_, __, { brand }) => ({
      subject: `${brand}: trial notice`,
      lines: ['This is a trial notice. You are reading it, so everything works.'],
      short: `${brand}: trial notice. Everything works.`,
    }),
  },
}

function missed(what: string, call: CallFacts, why: MissedWhy, f: Format): Saying {
  const { startedAt, endedAt, dialled } = call
  const waited = Math.round((endedAt - startedAt) / 1000)
  const wait = waited > 0 && (why === 'hungUp' || why === 'noAnswer')
    ? ` The call lasted ${f.count(waited, seconds)}.` : ''
  return {
    subject: `${what}: ${f.caller(call)}`,
    lines: [
      `You were called: ${f.caller(call)}, ${f.at(startedAt)}, on ${f.phone(dialled)}.`,
      `${reasons[why]}${wait}`,
      'More in the journal:',
    ],
    short: `${what}: ${f.caller(call)}, ${f.time(startedAt)}`,
  }
}

function digest(subject: string, facts: DigestFacts, f: Format): Saying {
  const { calls: all, answered, missed: lost, messages: left, talkSeconds, callers } = facts
  return {
    subject: `${subject}: ${all}`,
    lines: [
      `${f.count(all, calls)}: ${answered} answered, ${lost} missed${
        left === 0 ? '' : `, ${f.count(left, messages)} in voicemail`}. Talk: ${
        f.length(talkSeconds)}.`,
      ...(callers.length === 0 ? [] : [
        ['Did not get through:', ...callers.map(({ caller, name, missed: count }) =>
          `  ${f.caller({ caller, callerName: name })}, ${f.count(count, times)}`)].join('\n'),
      ]),
      'More in the statistics:',
    ],
    short: `${subject}: ${all}, ${answered} answered, ${lost} missed`,
  }
}
