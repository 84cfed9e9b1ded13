/**
 * Destination classes: what kind of line an E.164 number is and in which country, and whether rules
 * may ring it. A forwarded call is paid by the owner of the personal number, so lines that pay
 * whoever answers them are closed to everybody, and other countries to those who have not opened
 * them. The class itself comes from a numbering plan (store/number-class.ts); this file decides.
 */

export const destinationClasses = [
  'mobile', 'fixed', 'fixedOrMobile', 'tollFree', 'shared', 'premium', 'satellite', 'special',
  'sip', 'unknown',
] as const

/** 'unknown': in no numbering plan; whether it exists is for the network to say. */
export type DestinationClass = (typeof destinationClasses)[number]

export interface Destination {
  readonly class: DestinationClass
  /** ISO 3166-1, two capital letters; '' = none: SIP addresses, international services. */
  readonly country: string
}

/** Why a number is not rung. */
export type BarredWhy =
  /** It costs more than a telephone, whoever asks. */
  | 'class'
  /** Its country is not open to this subscriber. */
  | 'country'
  /** It was added abroad too short a time ago. */
  | 'coolOff'

/** Open to everybody: one numbering plan, and what most subscribers' own phones belong to. */
export const homeCountries: readonly string[] = ['RU', 'KZ']

/**
 * Where the lines are that revenue share fraud uses, or the numbering plan says nothing of its
 * lines: never open by the subscriber himself.
 */
const closedClasses: ReadonlySet<DestinationClass> = new Set([
  'premium', 'shared', 'satellite', 'special',
])

/** Abkhazia and South Ossetia dial as Russia and cost as abroad. */
const notRussia: readonly string[] = ['+7840', '+7940', '+7850']

/** International codes that no country has, as ITU-T E.164 annex 1 gives them out. */
const codesOfNoCountry: readonly (readonly [prefix: string, class_: DestinationClass])[] = [
  ['+800', 'special'], // universal international freephone (UIFN)
  ['+808', 'shared'],
  ['+870', 'satellite'], // Inmarsat
  ['+871', 'satellite'],
  ['+872', 'satellite'],
  ['+873', 'satellite'],
  ['+874', 'satellite'],
  ['+878', 'special'], // universal personal telecommunications
  ['+881', 'satellite'], // Iridium, Globalstar
  ['+882', 'special'], // international networks
  ['+883', 'special'],
  ['+888', 'special'],
  ['+979', 'premium'],
  ['+991', 'special'],
]

/**
 * The destination of addresses that need no numbering plan: SIP addresses and codes of no country.
 * undefined: the plan is to be asked.
 */
export function plainDestination(address: string): Destination | undefined {
  if (!address.startsWith('+')) return { class: 'sip', country: '' }
  for (const [prefix, kind] of codesOfNoCountry) {
    if (address.startsWith(prefix)) return { class: kind, country: '' }
  }
  return undefined
}

/** What the plan says, put right where the world is not as the plan has it. */
export function correctedDestination(address: string, said: Destination): Destination {
  for (const prefix of notRussia) {
    if (address.startsWith(prefix)) return { class: said.class, country: 'GE' }
  }
  return said.country === '' && address.startsWith('+7')
    ? { class: said.class, country: isKazakh(address) ? 'KZ' : 'RU' }
    : said
}

/** Behind the 7 Kazakhstan has 6 and 7. */
function isKazakh(address: string): boolean {
  const second = address.charAt(2)
  return second === '6' || second === '7'
}

/**
 * Why a subscriber who has opened `countries` may not ring this destination; undefined: he may. A
 * number in no country's plan is refused, as nobody could open its country.
 */
export function whyBarred(
  { class: kind, country }: Destination,
  countries: readonly string[],
): 'class' | 'country' | undefined {
  if (kind === 'sip') return undefined
  if (closedClasses.has(kind)) return 'class'
  return homeCountries.includes(country) || countries.includes(country) ? undefined : 'country'
}

/** Whether a call to it leaves the home countries. */
export function isAbroad({ class: kind, country }: Destination): boolean {
  return kind !== 'sip' && !homeCountries.includes(country)
}
