/**
 * Russian words of files in the support, of «Вопрос ONLINE» without a log-in and of the referral
 * programme. A file that uses them imports this one. English ones are in `text-talk-en.ts`.
 */
import { addWords } from './text.ts'

export const ruTalk = {
  'support.state.new': 'ждёт ответа', 'support.state.waiting': 'ждёт ответа',
  'support.unread': 'новый ответ',
  'files.add': 'Приложить файлы', 'files.busy': 'Загружаем',
  'files.hint': 'PNG, JPEG, PDF, текст или WAV, до {n} файлов по 5 МБ.',
  'files.many': 'Больше {n} файлов в одном сообщении нельзя.',
  'files.big': 'Файл «{name}» больше 5 МБ.', 'files.remove': 'Убрать файл {name}',
  'files.kilobytes': '{n} КБ', 'files.megabytes': '{n} МБ', 'files.gone': '{name} (уже удалён)',
  'error.bad_file': 'Такой файл приложить нельзя. Можно PNG, JPEG, PDF, текст и WAV.',
  'error.attachments_off': 'Файлы сейчас не принимаются.',
  'ask.lead': 'Спросите, что хотите узнать об услуге. Входить не нужно.',
  'ask.online': 'Сейчас мы на месте: ответ появится здесь.',
  'ask.away': 'Сейчас никого нет на месте. Ответим, как только придём.',
  'ask.awayMail': 'Сейчас никого нет на месте. Оставьте e-mail, и ответ придёт письмом.',
  'ask.willMail': 'Ответ появится здесь, а если Вы уйдёте, придёт на {email}.',
  'ask.willStay': 'Ответ появится здесь. Страницу можно закрыть и открыть в этом же браузере.',
  'ask.name': 'Как к Вам обращаться', 'ask.nameEmpty': 'Напишите, как к Вам обращаться.',
  'ask.email': 'E-mail для ответа', 'ask.emailHint': 'Необязательно: если Вы не дождётесь ответа.',
  'ask.emailBad': 'Это не похоже на адрес. Пример: anna@example.ru.',
  'ask.question': 'Ваш вопрос', 'ask.example': 'Например: можно ли перенести свой номер?',
  'ask.send': 'Спросить', 'ask.more': 'Дописать', 'ask.subscriber': 'Уже наш абонент?',
  'ask.enter': 'Войдите: так мы увидим, о каком номере речь.',
  'referral.lead':
    'Дайте ссылку другу. Когда он станет абонентом и пополнит счёт на {min} или больше,'
      + ' Вы получите {bonus}.',
  'referral.off': 'На Вашем тарифе бонусов за приглашения нет.',
  'referral.link': 'Ваша ссылка', 'referral.copy': 'Скопировать',
  'referral.copied': 'Ссылка скопирована',
  'referral.notCopied': 'Скопировать не удалось: выделите ссылку сами.',
  'referral.rules':
    'Бонус даётся один раз за каждого. Если его платёж вернут в течение 30 дней, бонус снимается.'
      + ' Пригласить самого себя нельзя.',
  'referral.list': 'Кого Вы пригласили', 'referral.none': 'Пока никого',
  'referral.noneText': 'Здесь появятся все, кто подключился по Вашей ссылке.',
  'referral.total': 'Всего бонусов', 'referral.who': 'Абонент', 'referral.since': 'Подключён',
  'referral.state': 'Состояние', 'referral.bonus': 'Бонус',
  'referral.state.joined': 'ещё не пополнил счёт', 'referral.state.paid': 'бонус получен',
  'referral.state.takenBack': 'платёж возвращён, бонус снят',
  'referral.charges': 'Бонусы в детализации',
  'charges.pdf': 'PDF', 'calls.askSupport': 'Спросить поддержку',
} as const

addWords(ruTalk)
