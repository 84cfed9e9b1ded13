/**
 * The desk's English dictionary, gathered; loaded only when English is chosen.
 */
import type { Phrase } from '../text.ts'
import { enFirst } from './text-first-en.ts'
import { enPeople } from './text-people-en.ts'
import type { ruPeople } from './text-people-ru.ts'
import type { ruDesk } from './text-ru.ts'
import { enTrade } from './text-trade-en.ts'
import type { ruTrade } from './text-trade-ru.ts'
import { enWatch } from './text-watch-en.ts'
import type { ruWatch } from './text-watch-ru.ts'

type DeskOwn = keyof typeof ruDesk | keyof typeof ruPeople | keyof typeof ruTrade | keyof typeof ruWatch

export const enDesk: Readonly<Record<DeskOwn, Phrase>> = {
  ...enFirst, ...enPeople, ...enTrade, ...enWatch,
}
