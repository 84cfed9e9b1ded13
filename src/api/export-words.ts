/**
 * Words of the exported journal: the file is read without the panel, so the server must say them.
 */
import type { CallOutcome } from '../call/record.ts'

export type ExportLanguage = 'ru' | 'en'

export const sheetNames: Readonly<Record<ExportLanguage, string>> = { ru: 'Журнал', en: 'Calls' }

export const columnNames: Readonly<Record<ExportLanguage, readonly string[]>> = {
  ru: [
    'Дата', 'Время', 'Номер звонившего', 'Кто звонил', 'На номер', 'Правило', 'Кто ответил', 'Итог',
    'До ответа, с', 'Разговор, с', 'Заметка',
  ],
  en: [
    'Date', 'Time', 'Caller', 'Caller name', 'Called number', 'Rule', 'Answered by', 'Outcome',
    'Wait, s', 'Talk, s', 'Note',
  ],
}

export const outcomeNames:
  Readonly<Record<ExportLanguage, Readonly<Record<CallOutcome | 'live', string>>>> = {
    ru: {
      answered: 'отвечен', missed: 'пропущен', abandoned: 'звонивший не дождался',
      voicemail: 'голосовая почта', refused: 'отклонён', interrupted: 'прерван',
      mailbox: 'прослушивание почты', live: 'идёт',
    },
    en: {
      answered: 'answered', missed: 'missed', abandoned: 'caller gave up',
      voicemail: 'voicemail', refused: 'refused', interrupted: 'interrupted',
      mailbox: 'mailbox', live: 'in progress',
    },
  }
