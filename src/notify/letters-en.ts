/**
 * Letters about one's account and one's request, in English. They go to one address, and some of
 * their readers have no account yet.
 */
import type { AccountChange, LinkPurpose } from '../store/notice.ts'
import type { Sayings } from './words.ts'

type Letters = Pick<Sayings['say'],
  'accountChange' | 'requestTaken' | 'requestRejected' | 'accountLink'>

const changes: Readonly<Record<AccountChange, {
  readonly subject: string
  readonly told: (when: string, email: string) => string
}>> = {
  password: {
    subject: 'Password changed',
    told: (when) => `The password of the panel was changed: ${when}.`,
  },
  email: {
    subject: 'E-mail address changed',
    told: (when, email) => email === '' ? `The e-mail address was removed: ${when}.`
      : `Notices now go to ${email}: changed ${when}.`,
  },
  emailAsked: {
    subject: 'Another e-mail address was asked for',
    told: (when, email) => `${email} was given as your new address: ${
      when}. It will count once the link sent there is followed.`,
  },
  secondFactorOn: {
    subject: 'Log-in with a code is on',
    told: (when) => `Logging in now asks for a code: switched on ${when}.`,
  },
  secondFactorOff: {
    subject: 'Log-in with a code is off',
    told: (when) => `Logging in asks for no code any more: switched off ${when}.`,
  },
  recoveryCodes: {
    subject: 'New recovery codes',
    told: (when) => `New recovery codes were made, the old ones count no more: ${when}.`,
  },
  countries: {
    subject: 'Calls abroad were opened',
    told: (when, names) =>
      `Rules may now ring numbers of these countries: ${names}. Opened ${when}.`,
  },
  frozen: {
    subject: 'Your number is frozen',
    told: (when) => `No phone rings any more, calls go to voicemail if it is on: ${
      when}. Too much was spent or something looked wrong; write to the support.`,
  },
  active: {
    subject: 'Your number works again',
    told: (when) => `Phones ring by your rules again: ${when}.`,
  },
}

const links: Readonly<Record<LinkPurpose, {
  readonly subject: string
  readonly lines: (login: string, secret: string) => readonly string[]
}>> = {
  first: {
    subject: 'Your personal number is ready',
    lines: (login) => [
      `Your login: ${login}`,
      'Choose a password by the link below. It works once, for 24 hours. When it has expired, the ' +
        'same page gives you a new one.',
    ],
  },
  temporary: {
    subject: 'Your personal number is ready',
    lines: (login, secret) => [
      `Your login: ${login}\nTemporary password: ${secret}`,
      'You change it when you log in for the first time:',
    ],
  },
  reset: {
    subject: 'A new password',
    lines: (login) => [
      `Somebody, probably you, asked for a new password for the login ${login}.`,
      'Set it by the link below. It works once, for 24 hours. If it was not you, there is nothing ' +
        'to do: the password has not changed.',
    ],
  },
  email: {
    subject: 'Confirm your e-mail address',
    lines: (login) => [
      `This address was given as the new one for the login ${login}.`,
      'If it was you, confirm it by the link below. It works for 24 hours. If not, ignore this ' +
        'letter.',
    ],
  },
}

export const englishLetters: Letters = {
  accountChange: ({ what, email = '', countries = [], atMs, from }, f) => {
    const { subject, told } = changes[what]
    return {
      subject,
      lines: [
        told(from === '' ? f.at(atMs) : `${f.at(atMs)}, address ${from}`,
          what === 'countries' ? f.countries(countries) : email),
        'If it was not you, change the password at once and write to the support.',
      ],
      short: `${subject}, ${f.at(atMs)}. Not you? Write to the support.`,
    }
  },
  requestTaken: ({ number }) => ({
    subject: `Request no. ${number} was received`,
    lines: [
      `Your request for a personal number was received. Its number is ${number}.`,
      'A manager will check it and call you on the telephone you gave. When the number is ready, ' +
        'a letter with your login and a link to set the password will come.',
      'The state of the request:',
    ],
  }),
  requestRejected: ({ number, reason }) => ({
    subject: `Request no. ${number} was declined`,
    lines: [
      `We are sorry that we could not give you a number on request no. ${number}.`,
      reason,
      'If you do not agree or have a question, write to us:',
    ],
  }),
  accountLink: ({ purpose, login, personalNumber }, f, { secret }) => {
    const { subject, lines } = links[purpose]
    return {
      subject,
      lines: [
        ...(personalNumber === undefined ? []
          : [`Your personal number: ${f.phone(personalNumber)}`]),
        ...lines(login, secret),
      ],
    }
  },
}
