/**
 * English words of files in the support, of «Вопрос ONLINE» without a log-in and of the referral
 * programme.
 */
import type { ruTalk } from './text-talk-ru.ts'

export const enTalk: Readonly<Record<keyof typeof ruTalk, string>> = {
  'support.state.new': 'waiting', 'support.state.waiting': 'waiting',
  'support.unread': 'new answer',
  'files.add': 'Attach files', 'files.busy': 'Uploading',
  'files.hint': 'PNG, JPEG, PDF, text or WAV, up to {n} files of 5 MB.',
  'files.many': 'No more than {n} files in a message.',
  'files.big': 'The file “{name}” is larger than 5 MB.', 'files.remove': 'Remove the file {name}',
  'files.kilobytes': '{n} kB', 'files.megabytes': '{n} MB', 'files.gone': '{name} (removed)',
  'error.bad_file': 'Such a file cannot be attached. PNG, JPEG, PDF, text and WAV can.',
  'error.attachments_off': 'Files are not taken at present.',
  'ask.lead': 'Ask what you want to know of the service. No log-in is needed.',
  'ask.online': 'We are here now: the answer will show here.',
  'ask.away': 'Nobody is here now. We shall answer as soon as we are back.',
  'ask.awayMail': 'Nobody is here now. Leave your e-mail, and the answer will come as a letter.',
  'ask.willMail': 'The answer will show here; if you leave, it will come to {email}.',
  'ask.willStay': 'The answer will show here. You may close the page and open it in this browser.',
  'ask.name': 'Your name', 'ask.nameEmpty': 'Write how to call you.',
  'ask.email': 'E-mail for the answer', 'ask.emailHint': 'Optional: in case you cannot wait.',
  'ask.emailBad': 'This does not look like an address. Example: anna@example.ru.',
  'ask.question': 'Your question', 'ask.example': 'For instance: can I bring my own number?',
  'ask.send': 'Ask', 'ask.more': 'Add', 'ask.subscriber': 'A subscriber already?',
  'ask.enter': 'Log in: then we see which number it is about.',
  'referral.lead':
    'Give the link to a friend. When he is a subscriber and tops up by {min} or more,'
      + ' you get {bonus}.',
  'referral.off': 'Your tariff has no bonuses for invitations.',
  'referral.link': 'Your link', 'referral.copy': 'Copy', 'referral.copied': 'The link is copied',
  'referral.notCopied': 'It could not be copied: please select the link yourself.',
  'referral.rules':
    'The bonus is given once for each. If his payment is returned within 30 days, it is taken back.'
      + ' You cannot invite yourself.',
  'referral.list': 'Whom you invited', 'referral.none': 'Nobody yet',
  'referral.noneText': 'Everybody who joined by your link will be listed here.',
  'referral.total': 'Bonuses in all', 'referral.who': 'Subscriber', 'referral.since': 'Since',
  'referral.state': 'State', 'referral.bonus': 'Bonus',
  'referral.state.joined': 'has not topped up yet', 'referral.state.paid': 'bonus received',
  'referral.state.takenBack': 'payment returned, bonus taken back',
  'referral.charges': 'Bonuses in the statement',
  'charges.pdf': 'PDF', 'calls.askSupport': 'Ask the support',
}
