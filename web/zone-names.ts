/**
 * Time zones by the names people know them by: those of Russia first, the others as the browser
 * lists them, with what their clocks are ahead of UTC. Pure: the instant is a parameter.
 */
import { known, locale, t } from './text.ts'
import './text-account-ru.ts'

export interface NamedZone {
  readonly zone: string
  readonly title: string
}

export interface ZoneGroup {
  readonly name: string
  readonly zones: readonly NamedZone[]
}

const russian = ('Europe/Kaliningrad Europe/Moscow Europe/Samara Asia/Yekaterinburg Asia/Omsk'
  + ' Asia/Novosibirsk Asia/Krasnoyarsk Asia/Irkutsk Asia/Yakutsk Asia/Vladivostok Asia/Magadan'
  + ' Asia/Kamchatka').split(' ')

/** 'UTC+3', 'UTC+5:30', 'UTC'. */
function offset(zone: string, ms: number): string {
  const told = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'shortOffset' })
    .formatToParts(ms).find((each) => each.type === 'timeZoneName')?.value ?? ''
  return told.replace('GMT', 'UTC').replace('-', '−')
}

/** The town of a zone: of Russian ones as Russians write it, else by the zone's own name. */
function town(zone: string): string {
  const key = `city.${zone.slice(zone.lastIndexOf('/') + 1)}`
  return known(key) ? t(key) : zone.slice(zone.indexOf('/') + 1).replaceAll('_', ' ').replace('/',
    ', ')
}

/** 'Москва, UTC+3'. */
export function zoneTitle(zone: string, ms: number): string {
  return `${town(zone)}, ${offset(zone, ms)}`
}

let made: { readonly key: string; readonly groups: readonly ZoneGroup[] } | undefined

/** All zones in two groups; made once for a language, for it takes some 50 ms. */
export function zoneGroups(present: string, ms: number): readonly ZoneGroup[] {
  const key = `${locale()} ${present}`
  if (made?.key === key) return made.groups
  const named = (zone: string): NamedZone => ({ zone, title: zoneTitle(zone, ms) })
  const others = Intl.supportedValuesOf('timeZone')
    .filter((zone) => !russian.includes(zone) && zone.includes('/') && !zone.startsWith('Etc/'))
  if (![...russian, ...others].includes(present)) others.push(present)
  const groups = [
    { name: t('user.zoneRussia'), zones: russian.map(named) },
    { name: t('user.zoneWorld'), zones: others.map(named).sort((a,
      b) => a.title.localeCompare(b.title, locale())) },
  ]
  made = { key, groups }
  return groups
}
