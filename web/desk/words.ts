/**
 * The words of the desk: the panel's machinery (`web/text.ts`) with the desk's own dictionaries.
 * The Russian ones come with the pages that use them, the English ones when they are chosen.
 */
import { addEnglish, t as say } from '../text.ts'
import type { Key, Values } from '../text.ts'
import type { ruPeople } from './text-people-ru.ts'
import type { ruDesk } from './text-ru.ts'
import type { ruTrade } from './text-trade-ru.ts'
import type { ruWatch } from './text-watch-ru.ts'
import './text-ru.ts'

export type DeskKey = Key | keyof typeof ruDesk | keyof typeof ruPeople | keyof typeof ruTrade
  | keyof typeof ruWatch

addEnglish(async () => (await import('./text-en.ts')).enDesk)

/** The phrase of a key with its places filled in; the keys of panel and desk. */
export const t = say as (key: DeskKey, values?: Values) => string
