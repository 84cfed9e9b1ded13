/**
 * Letters about one's account and one's request, in Russian. They go to one address, and some of
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
  password: { subject: 'Пароль изменён', told: (when) => `Пароль от панели изменён: ${when}.` },
  email: {
    subject: 'Адрес почты изменён',
    told: (when, email) => email === '' ? `Адрес почты убран из профиля: ${when}.`
      : `Уведомления теперь приходят на ${email}: изменено ${when}.`,
  },
  emailAsked: {
    subject: 'Запрошена смена адреса почты',
    told: (when, email) => `В Вашем профиле указан новый адрес почты, ${email}: ${
      when}. Он начнёт действовать, когда его подтвердят по ссылке.`,
  },
  secondFactorOn: {
    subject: 'Вход с кодом включён',
    told: (when) => `Вход в панель теперь просит код из приложения: включено ${when}.`,
  },
  secondFactorOff: {
    subject: 'Вход с кодом выключен',
    told: (when) => `Вход в панель больше не просит код: выключено ${when}.`,
  },
  recoveryCodes: {
    subject: 'Новые коды восстановления',
    told: (when) => `Коды восстановления для входа сделаны заново, прежние не подходят: ${when}.`,
  },
  countries: {
    subject: 'Открыты звонки за границу',
    told: (when, names) => `Правилам разрешены номера этих стран: ${names}. Открыто ${when}.`,
  },
  frozen: {
    subject: 'Номер заморожен',
    told: (when) => `Телефоны больше не звонят, голосовая почта работает, если включена: ${
      when}. Потрачено слишком много или звонки показались странными; напишите в поддержку.`,
  },
  active: {
    subject: 'Номер снова работает',
    told: (when) => `Телефоны снова звонят по Вашим правилам: ${when}.`,
  },
}

const links: Readonly<Record<LinkPurpose, {
  readonly subject: string
  readonly lines: (login: string, secret: string) => readonly string[]
}>> = {
  first: {
    subject: 'Ваш персональный номер подключён',
    lines: (login) => [
      `Ваш логин: ${login}`,
      'Придумайте пароль по ссылке ниже. Она действует 24 часа и один раз. Если она устарела, ' +
        'на той же странице можно получить новую.',
    ],
  },
  temporary: {
    subject: 'Ваш персональный номер подключён',
    lines: (login, secret) => [
      `Ваш логин: ${login}\nВременный пароль: ${secret}`,
      'При первом входе Вы смените его на свой. Войти:',
    ],
  },
  reset: {
    subject: 'Новый пароль',
    lines: (login) => [
      `Кто-то, наверное Вы, попросил новый пароль для логина ${login}.`,
      'Задайте его по ссылке ниже. Она действует 24 часа и один раз. Если Вы этого не просили, ' +
        'ничего делать не нужно: пароль остался прежним.',
    ],
  },
  email: {
    subject: 'Подтвердите адрес почты',
    lines: (login) => [
      `Этот адрес указан как новый для логина ${login}.`,
      'Если это Вы, подтвердите его по ссылке ниже. Она действует 24 часа. Если нет, не обращайте ' +
        'внимания на это письмо.',
    ],
  },
}

export const russianLetters: Letters = {
  accountChange: ({ what, email = '', countries = [], atMs, from }, f) => {
    const { subject, told } = changes[what]
    return {
      subject,
      lines: [
        told(from === '' ? f.at(atMs) : `${f.at(atMs)}, адрес ${from}`,
          what === 'countries' ? f.countries(countries) : email),
        'Если это были не Вы, немедленно смените пароль и напишите в поддержку.',
      ],
      short: `${subject}, ${f.at(atMs)}. Не Вы? Напишите в поддержку.`,
    }
  },
  requestTaken: ({ number }) => ({
    subject: `Заявка № ${number} принята`,
    lines: [
      `Ваша заявка на персональный номер принята. Её номер: ${number}.`,
      'Менеджер проверит данные и позвонит Вам по указанному телефону. Когда номер будет ' +
        'подключён, придёт письмо с логином и ссылкой, по которой Вы зададите пароль.',
      'Что с заявкой:',
    ],
  }),
  requestRejected: ({ number, reason }) => ({
    subject: `Заявка № ${number} отклонена`,
    lines: [
      `К сожалению, мы не смогли подключить номер по заявке № ${number}.`,
      reason,
      'Если Вы не согласны или хотите спросить, напишите нам:',
    ],
  }),
  accountLink: ({ purpose, login, personalNumber }, f, { secret }) => {
    const { subject, lines } = links[purpose]
    return {
      subject,
      lines: [
        ...(personalNumber === undefined ? []
          : [`Ваш персональный номер: ${f.phone(personalNumber)}`]),
        ...lines(login, secret),
      ],
    }
  },
}
