/**
 * The one way to the panel's words: `t(key, values)` in the language chosen on this device. A phrase
 * may hold {places} and, where a number matters, forms by Intl.PluralRules. Dictionaries are
 * `text-ru.ts` (the source of the keys) and `text-en.ts`; a part of the panel that is loaded later
 * brings its Russian words along (`text-rules-ru.ts` …, which calls `addWords` and is named in `Key`),
 * English is one file that gathers all parts. No text is glued from pieces.
 */
import { signal } from '@preact/signals'
import { ru } from './text-ru.ts'
import type { ruAccount } from './text-account-ru.ts'
import type { ruCalls } from './text-calls-ru.ts'
import type { ruHome } from './text-home-ru.ts'
import type { ruInsight } from './text-insight-ru.ts'
import type { ruMoney } from './text-money-ru.ts'
import type { ruPeople } from './text-people-ru.ts'
import type { ruPublic } from './text-public-ru.ts'
import type { ruRules } from './text-rules-ru.ts'
import type { ruSimulator } from './text-simulator-ru.ts'
import type { ruTalk } from './text-talk-ru.ts'

/**
 * Forms of a phrase by plural category of its value `n`. `other` serves fractions and every category
 * that has no form of its own: in Russian mostly «few», as in 2 номера, 1,5 номера.
 */
export interface Forms {
  readonly one?: string
  readonly few?: string
  readonly many?: string
  readonly other: string
}
export type Phrase = string | Forms
export type Key = keyof typeof ru | keyof typeof ruAccount | keyof typeof ruCalls | keyof typeof ruHome
  | keyof typeof ruInsight | keyof typeof ruMoney | keyof typeof ruPeople | keyof typeof ruPublic
  | keyof typeof ruRules | keyof typeof ruSimulator | keyof typeof ruTalk
export type Language = 'ru' | 'en'
export type Values = Readonly<Record<string, string | number>>

/** A stretch of a phrase: plain text, or the value of a place with the place's name. */
export interface Piece {
  readonly text: string
  readonly place?: string
}

type Dictionary = Readonly<Record<string, Phrase>>

/** Russian is always there, part by part; English comes when it is first chosen. */
const dictionaries: Record<Language, Dictionary> = { ru, en: {} }

/** Adds the Russian words of a part of the panel: called once by the part's dictionary. */
export function addWords(part: Dictionary): void {
  dictionaries.ru = { ...dictionaries.ru, ...part }
}

/** How the English words come: the panel's all at once, the manager's desk brings its own. */
const english = [async (): Promise<Dictionary> => (await import('./text-en.ts')).en]

/** Adds English words that are loaded when English is chosen. */
export function addEnglish(load: () => Promise<Dictionary>): void {
  english.push(load)
}

/** The language of the panel on this device. */
export const language = signal<Language>('ru')

/** Changes the language, loading its dictionary if need be. */
export async function speak(wanted: Language): Promise<void> {
  if (wanted === 'en') {
    dictionaries.en = Object.assign({}, ...await Promise.all(english.map((load) => load()))) as Dictionary
  }
  language.value = wanted
}

/** BCP 47 tag for Intl. */
export function locale(): string {
  return language.value === 'ru' ? 'ru-RU' : 'en-GB'
}

const pluralRules = new Map<string, Intl.PluralRules>()
const numberFormats = new Map<string, Intl.NumberFormat>()

function plural(n: number): Intl.LDMLPluralRule {
  const tag = locale()
  let rules = pluralRules.get(tag)
  if (rules === undefined) pluralRules.set(tag, rules = new Intl.PluralRules(tag))
  return rules.select(n)
}

/** A number as people of the language write it: no-break spaces between thousands. */
export function number(value: number): string {
  const tag = locale()
  let format = numberFormats.get(tag)
  if (format === undefined) numberFormats.set(tag, format = new Intl.NumberFormat(tag))
  return format.format(value)
}

function template(key: Key, values: Values | undefined): string {
  // In the bundle a key is a number; one without a phrase is shown as it is.
  const phrase = dictionaries[language.value][key] ?? dictionaries.ru[key] ?? String(key)
  if (typeof phrase === 'string') return phrase
  const form = plural(Number(values?.['n'] ?? 0))
  return (phrase as unknown as Readonly<Record<string, string | undefined>>)[form] ?? phrase.other
}

/**
 * A phrase cut at its places, for texts in which some words are links or chips.
 * An unknown place stays visible as {name}: better than a silent hole.
 */
export function pieces(key: Key, values?: Values): Piece[] {
  const found: Piece[] = []
  for (const part of template(key, values).split(/(\{\w+\})/)) {
    if (part === '') continue
    const place = part.startsWith('{') && part.endsWith('}') ? part.slice(1, -1) : undefined
    const value = place === undefined ? undefined : values?.[place]
    if (place === undefined || value === undefined) found.push({ text: part })
    else found.push({ text: typeof value === 'number' ? number(value) : value, place })
  }
  return found
}

/** The phrase of a key with its places filled in: `t('numbers.count', { n: 3 })`. */
export function t(key: Key, values?: Values): string {
  let text = ''
  for (const piece of pieces(key, values)) text += piece.text
  return text
}

/** Whether the dictionary has this key: for codes that come from the server. */
export function known(key: string): key is Key {
  return Object.hasOwn(dictionaries.ru, key)
}
