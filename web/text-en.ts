/** The English dictionary. */
import { ru } from './text-ru.ts'
import type { Key, Phrase } from './text.ts'
export const en: Readonly<Record<Key, Phrase>> = ru
