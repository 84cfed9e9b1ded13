/**
 * The limits against fraud: what each is called, what it counts, what holds when nobody has set it
 * otherwise, and why. A manager sets them for all or for one subscriber; rows of other values are
 * the store's.
 */

export const limitNames = [
  'concurrentCalls', 'concurrentLegs', 'callMinutes', 'callerCallsPerHour',
  'spendPerDayKopecks', 'accountsPerTarget', 'newTargetMinutes',
] as const

export type LimitName = (typeof limitNames)[number]
export type LimitUnit = 'calls' | 'legs' | 'minutes' | 'callsPerHour' | 'kopecks' | 'accounts'

export interface LimitFact {
  readonly unit: LimitUnit
  /** What holds for everybody unless a row says otherwise. 0 = no limit. */
  readonly value: number
  readonly least: number
  readonly most: number
  /** The subscriber sees it on his page. */
  readonly shown: boolean
  /** Why this number, for those who think of changing it. */
  readonly reason: { readonly ru: string; readonly en: string }
}

export const limitTable: Readonly<Record<LimitName, LimitFact>> = {
  concurrentCalls: {
    unit: 'calls', value: 3, least: 1, most: 10_000, shown: true,
    reason: {
      ru: 'Один человек разговаривает с одним, второй ждёт, третий идёт на почту. ' +
        'Больше линий сразу нужно тому, кто накачивает звонки.',
      en: 'One person talks to one, a second waits, a third goes to voicemail. ' +
        'More lines at once are what call pumping needs.',
    },
  },
  concurrentLegs: {
    unit: 'legs', value: 0, least: 0, most: 100_000, shown: false,
    reason: {
      ru: 'Звонок и так зовёт не больше пяти телефонов. Ставьте меньше, ' +
        'если абонент рассылает звонки по чужим номерам.',
      en: 'A call rings five phones at most anyway. Set it lower for a subscriber ' +
        'who spreads calls over numbers of others.',
    },
  },
  callMinutes: {
    unit: 'minutes', value: 60, least: 0, most: 1440, shown: true,
    reason: {
      ru: 'Почти все разговоры короче часа, а забытая или подстроенная линия ' +
        'стоит денег каждую минуту.',
      en: 'Nearly all talks are shorter than an hour, and a line forgotten or staged ' +
        'costs money each minute.',
    },
  },
  callerCallsPerHour: {
    unit: 'callsPerHour', value: 60, least: 0, most: 1_000_000, shown: false,
    reason: {
      ru: 'Столько раз в час человек не звонит на один номер; столько звонит программа.',
      en: 'No person calls one number as often as that within an hour; a program does.',
    },
  },
  spendPerDayKopecks: {
    unit: 'kopecks', value: 3000_00, least: 0, most: 10_000_000_00, shown: true,
    reason: {
      ru: 'Больше тысячи минут по России за день. Украденный вход не унесёт больше, ' +
        'а остаток дня звонки идут на почту.',
      en: 'More than a thousand minutes within Russia a day. A stolen log-in takes no more than ' +
        'that; for the rest of the day calls go to voicemail.',
    },
  },
  accountsPerTarget: {
    unit: 'accounts', value: 5, least: 0, most: 10_000, shown: false,
    reason: {
      ru: 'Семья или небольшая контора. Один телефон у многих абонентов — ' +
        'так собирают деньги со взломанных кабинетов.',
      en: 'A family or a small office. One telephone in many accounts is how money ' +
        'of broken accounts is gathered.',
    },
  },
  newTargetMinutes: {
    unit: 'minutes', value: 30, least: 0, most: 10_080, shown: true,
    reason: {
      ru: 'Номер за границей начинает звонить не сразу: за это время хозяин успевает ' +
        'прочесть письмо о том, что его добавили.',
      en: 'A number abroad does not ring at once: meanwhile the owner can read the letter ' +
        'that it was added.',
    },
  },
}

/** The values in force for somebody. */
export type LimitValues = Readonly<Record<LimitName, number>>

/** Values set by rows, of all or of one subscriber. */
export type SetLimits = Partial<LimitValues>

/** His own before those of all before the defaults. */
export function limitsInForce(ofAll: SetLimits, own: SetLimits = {}): LimitValues {
  return Object.fromEntries(limitNames.map((name) =>
    [name, limitInForce(name, ofAll, own)])) as Record<LimitName, number>
}

/** One of them. */
export function limitInForce(name: LimitName, ofAll: SetLimits, own: SetLimits = {}): number {
  return own[name] ?? ofAll[name] ?? limitTable[name].value
}

export function isLimitName(name: string): name is LimitName {
  return Object.hasOwn(limitTable, name)
}
