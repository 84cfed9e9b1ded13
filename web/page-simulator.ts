/**
 * «Кто зазвонит, если…»: a question in the address, the answer as a sentence with its ring chart, and
 * why each rule was taken or not. The server plays the call through the machine that real calls run
 * through; this page asks again with every change, one question at a time.
 */
import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { CallsReply } from '../src/api/schema.ts'
import type { SimulateReply } from '../src/api/schema-rules.ts'
import { problemText, send } from './api.ts'
import { Below, LinkButton, Skeleton, Strip } from './controls.ts'
import { openDefaultNumber } from './default-number.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { RingChart } from './ring-chart.ts'
import { Prices } from './number-price.ts'
import { navigate, place } from './router.ts'
import { TestCall } from './simulator-call.ts'
import { SimulatorForm } from './simulator-form.ts'
import type { RecentCaller } from './simulator-form.ts'
import { questionAddress, readQuestion, requestOf } from './simulator-question.ts'
import type { Question } from './simulator-question.ts'
import { Scrub } from './simulator-scrub.ts'
import { heardWords, leftOutWords, storySentence, verdictWords, whenWords } from './simulator-words.ts'
import { noteFault, now, numbers, overview, zone } from './state.ts'
import { t } from './text.ts'
import { addDays, instantOf, startOfDay } from './zone.ts'
import './text-simulator-ru.ts'

/** Whom the page asks about when nobody called yet. */
const anyCaller = '+74950000000'
/** The address follows the question when it has been the same for so long, milliseconds. */
const addressPauseMs = 300

function useRecent(): readonly RecentCaller[] | undefined {
  const [recent, setRecent] = useState<readonly RecentCaller[] | undefined>(undefined)
  useEffect(() => {
    void (async () => {
      try {
        const { calls } = await send('GET', '/calls?limit=50') as CallsReply
        const found = new Map<string, RecentCaller>()
        for (const call of calls) {
          if (call.caller === '' || found.has(call.caller)) continue
          found.set(call.caller, { number: call.caller, name: call.known?.name || call.callerName })
        }
        setRecent([...found.values()].slice(0, 20))
      } catch (fault) {
        noteFault(fault)
        setRecent([])
      }
    })()
  }, [])
  return recent
}

interface AnswerState {
  readonly reply: SimulateReply | undefined
  /** In words; '' = none. */
  readonly fault: string
}

/** Asks the server; of questions that come while one is under way only the last is asked. */
function useAnswer(question: Question | undefined): AnswerState {
  const [state, setState] = useState<AnswerState>({ reply: undefined, fault: '' })
  const wanted = useRef<Question | undefined>(undefined)
  const busy = useRef(false)
  const rules = overview.value?.rules
  useEffect(() => {
    wanted.current = question
    const ask = async (): Promise<void> => {
      if (busy.current) return
      busy.current = true
      for (let next = wanted.current; next !== undefined; next = wanted.current) {
        wanted.current = undefined
        const addresses = (numbers.peek() ?? []).map((each) => each.address)
        try {
          const request = requestOf(next, addresses, zone.peek())
          const reply = await send('POST', '/simulate', request)
          setState({ reply: reply as SimulateReply, fault: '' })
        } catch (problem) {
          noteFault(problem)
          setState((old) => ({ reply: old.reply, fault: problemText(problem) }))
        }
      }
      busy.current = false
    }
    void ask()
  }, [question, rules])
  return state
}

function Answer(props: { readonly reply: SimulateReply; readonly question: Question }): VNode {
  const { reply, question } = props
  const { story } = reply
  const mail = story.hears.find((each) => each.what === 'voicemail' || each.what === 'mailbox')
  const nowhere = story.decision.kind === 'nowhere'
  return html`<section class="card sim-answer" aria-label=${t('sim.result')}>
    <p class="caption">${whenWords(question.date, question.minute)}</p>
    <p class=${nowhere ? 'sim-sentence bad-text' : 'sim-sentence'}
      aria-live="polite">${storySentence(reply)}</p>
    ${nowhere && html`<p class="soft">${t('sim.nowhereWhy')} ${' '}<button type="button"
      class="link inline"
      onClick=${openDefaultNumber}>${t('gap.fix')}</button></p>`}
    ${(story.legs.length > 0 || mail !== undefined) && html`<${RingChart} call=${story}
      nowMs=${story.endMs}
      mail=${mail} />`}
    <p class="sim-hears soft">${heardWords(reply)}</p>
    ${leftOutWords(reply).map((text) => html`<${Below} key=${text}
      fault=${true} text=${text} />`)}
    <${Prices} addresses=${story.legs.map((leg) => leg.address)} /></section>`
}

function Verdicts(props: { readonly reply: SimulateReply }): VNode {
  const { reply } = props
  const rules = overview.value?.rules ?? []
  return html`<section class="sim-why"><h2>${t('sim.why')}</h2>
    ${reply.story.verdicts.length === 0 && html`<p class="soft">${t('sim.noRules')}</p>`}
    <ol>${reply.story.verdicts.map((each, at) => {
      const words = verdictWords(each, rules.find((rule) => rule.id === each.ruleId), reply,
        overview.value)
      return html`<li key=${each.ruleId} class=${words.look}><span class="soft">${
        reply.rules[each.ruleId]?.place ?? at + 1}</span>
        <a class="sim-rule" href=${`/rules/${each.ruleId}`}>${each.ruleName}</a>
        <span class=${`tag ${words.look}`}>${words.look === 'now'
          && html`<${Icon} name="check" size=${14} />`}${words.tag}</span>
        <span class="sim-reason soft">${words.reason}</span></li>`
    })}</ol></section>`
}

function Result(props: { readonly reply: SimulateReply; readonly question: Question }): VNode {
  const { reply, question } = props
  const { decision } = reply.story
  const from = startOfDay(question.date, zone.value)
  const to = startOfDay(addDays(question.date, 1), zone.value)
  return html`<div class="sim-result"><div class="sim-left">
    ${reply.at < reply.now - 60_000 && html`<${Strip} kind="plain" text=${t('sim.past')}
      action=${html`<a href=${`/calls?from=${from}&to=${to}`}>${t('sim.pastLink')}</a>`} />`}
    <${Answer} reply=${reply} question=${question} />
    <div class="sim-actions"><${TestCall} />${decision.ruleId !== null && html`<${LinkButton}
      kind="quiet"
      href=${`/rules/${decision.ruleId}`}>${t('sim.edit')}<//>`}</div></div>
    <${Verdicts} reply=${reply} /></div>`
}

/** The page. */
export function Simulator(): VNode {
  const recent = useRecent()
  const [question, setQuestion] = useState<Question | undefined>(undefined)
  // What this page itself wrote into the address is no new question.
  const written = useRef('')
  const first = recent?.[0]?.number ?? anyCaller
  const query = place.value.query
  // Without it this device's clock would be asked what time it is.
  const known = overview.value !== undefined
  useEffect(() => {
    if (recent === undefined || !known) return
    if (written.current !== '' && written.current === place.peek().query.toString()) return
    setQuestion(readQuestion(query, now.peek(), zone.peek(), first))
  }, [recent, query, known])
  useEffect(() => {
    document.title = `${t('sim.title')} · ${t('app.name')}`
    if (question === undefined) return undefined
    const timer = setTimeout(() => {
      // Who has just gone to another page is not brought back, although this one is still drawn.
      if (place.peek().path !== '/simulator') return
      const address = questionAddress(question)
      written.current = address.slice(address.indexOf('?') + 1)
      if (place.peek().query.toString() !== written.current) navigate(address, true)
    }, addressPauseMs)
    return () => clearTimeout(timer)
  }, [question])
  const { reply, fault } = useAnswer(question)
  return html`<div class="page"><div class="page-head"><div><h1>${t('sim.title')}</h1>
    <p>${t('sim.lead')}</p></div></div>
    ${question === undefined ? html`<${Skeleton} rows=${4} />` : html`<div
      class="card sim-question">
      <${SimulatorForm} question=${question} reply=${reply} recent=${recent ?? []}
        onChange=${setQuestion} />
      ${reply !== undefined && html`<${Scrub} reply=${reply} minute=${question.minute}
        nowMs=${now.value}
        atMs=${instantOf(question.date, question.minute, zone.value)}
        onChange=${(minute: number) => setQuestion({ ...question, minute })} />`}</div>`}
    ${fault !== '' && html`<${Strip} kind="bad" text=${fault} alert=${true} />`}
    ${reply !== undefined && question !== undefined
      && html`<${Result} reply=${reply} question=${question} />`}</div>`
}
