/**
 * Where the account is logged in: each browser by its name and address, the present one marked, the
 * others ended one by one or all at once.
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { SessionsReply } from '../src/api/schema-media.ts'
import { accountApi } from './api-account.ts'
import { problemText } from './api.ts'
import { Button } from './controls.ts'
import { formatDate, timeOf } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { maySave, noteFault, today, zone } from './state.ts'
import { Group } from './settings-parts.ts'
import { t } from './text.ts'
import { showToast } from './toast.ts'
import { localTime } from './zone.ts'

type Session = SessionsReply['sessions'][number]

/** Names are looked for in this order: browsers also call themselves by the names of others. */
const browsers = [
  ['Edg', 'Edge'], ['OPR', 'Opera'], ['YaBrowser', 'Яндекс Браузер'], ['Firefox', 'Firefox'],
  ['SamsungBrowser', 'Samsung Internet'], ['CriOS', 'Chrome'], ['Chrome', 'Chrome'], ['Safari',
    'Safari'],
] as const
const systems = [
  ['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Android', 'Android'], ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'], ['CrOS', 'ChromeOS'], ['Linux', 'Linux'],
] as const

/** 'Chrome, Windows' of a User-Agent; '' when it tells nothing that is known. */
export function deviceName(agent: string): string {
  const find = (names: readonly (readonly [string, string])[]): string =>
    names.find(([mark]) => agent.includes(mark))?.[1] ?? ''
  return [find(browsers), find(systems)].filter((part) => part !== '').join(', ')
}

/** An instant as people say it: «сегодня, 14:20», «16 ноября, 13:20». */
export function momentOf(ms: number): string {
  const { date } = localTime(ms, zone.value)
  const time = timeOf(ms, zone.value)
  if (date === today.value) return t('when.todayAt', { time })
  const style = date.slice(0, 4) === today.value.slice(0, 4) ? 'day' : 'dayYear'
  return t('when.dayAt', { date: formatDate(date, style), time })
}

function Row(props: { readonly one: Session; readonly onEnd: () => void }): VNode {
  const { one } = props
  const name = deviceName(one.agent) || one.agent || t('session.unknown')
  return html`<li class="set-row"><${Icon}
    name=${/Mobile|iPhone|Android/.test(one.agent) ? 'phone' : 'user'} />
    <div class="set-words"><p title=${one.agent}>${name}${one.current && html` <span
      class="tag ok">${t('session.current')}</span>`}</p>
      <p class="small soft">${t('session.seen', { at: momentOf(one.seenAt) })} · <span
        class="num">${one.address}</span></p></div>
    ${!one.current && html`<${Button} small=${true} disabled=${!maySave.value} onClick=${props.onEnd}
      label=${t('set.of', { action: t('session.end'), name })}>${t('session.end')}<//>`}</li>`
}

/** The group; nothing but words when it cannot be loaded. */
export function Sessions(): VNode {
  const [sessions, setSessions] = useState<readonly Session[] | undefined>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const load = async (): Promise<void> => {
    try {
      setSessions((await accountApi.sessions()).sessions)
      setFault(undefined)
    } catch (problem) {
      noteFault(problem)
      setFault(problemText(problem))
    }
  }
  useEffect(() => { void load() }, [])
  const others = (sessions ?? []).filter((each) => !each.current)
  const end = async (ended: readonly Session[]): Promise<void> => {
    try {
      for (const each of ended) await accountApi.endSession(each.id)
      showToast({ text: t('session.ended', { n: ended.length }) })
    } catch (problem) {
      noteFault(problem)
      showToast({ text: problemText(problem), bad: true })
    }
    await load()
  }
  const ordered = [...sessions ?? []].sort((a, b) => Number(b.current) - Number(a.current)
    || b.seenAt - a.seenAt)
  return html`<${Group} title=${t('session.title')}><p class="small soft">${t('session.text')}</p>
    ${fault !== undefined && html`<p class="below bad">${fault}</p>`}
    <ul class="set-rows">${ordered.map((one) => html`<${Row} key=${one.id} one=${one}
      onEnd=${() => void end([one])} />`)}</ul>
    ${others.length > 1 && html`<${Button} small=${true} disabled=${!maySave.value}
      onClick=${() => void end(others)}>${t('session.endOthers')}<//>`}<//>`
}
