/**
 * The proof that a number is the subscriber's own: a code spoken by a call or sent by SMS, and the
 * check of a phone that no longer answers. Drawn below the number's row in «Мои номера».
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { NumberReply } from '../src/api/schema.ts'
import type { Verification } from '../src/api/schema-rules.ts'
import { ApiProblem, problemText } from './api.ts'
import { rulesApi } from './api-rules.ts'
import { Below, Button } from './controls.ts'
import { duration, formatPhone, phoneName, timeOf } from './format.ts'
import { html } from './html.ts'
import { maySave, noteFault, refresh, serverNow, zone } from './state.ts'
import { showToast } from './toast.ts'
import { t } from './text.ts'
import './text-rules-ru.ts'

/** Server time, told again each second while it matters. */
function useSeconds(until: number): number {
  const [ms, setMs] = useState(serverNow())
  useEffect(() => {
    if (ms >= until) return undefined
    const timer = setInterval(() => setMs(serverNow()), 1000)
    return () => clearInterval(timer)
  }, [until, ms >= until])
  return ms
}

interface Asking {
  /** What is under way. */
  readonly busy: Verification['by'] | 'check' | undefined
  readonly fault: string | undefined
  readonly ask: (by: Verification['by']) => void
  readonly check: (code: string) => void
}

/** Asks for a code and checks one; «Мои номера» are loaded again after each. */
function useVerification(phone: NumberReply): Asking {
  const [busy, setBusy] = useState<Asking['busy']>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const run = (
    what: Asking['busy'], work: () => Promise<unknown>, done: () => void,
  ): void => {
    setBusy(what)
    setFault(undefined)
    work().then(done, (problem: unknown) => {
      noteFault(problem)
      setFault(problem instanceof ApiProblem && problem.code === 'wrong_code'
        ? t('verify.wrong', { n: Number(problem.details['triesLeft'] ?? 0) }) : problemText(problem))
    }).then(refresh).finally(() => setBusy(undefined))
  }
  return {
    busy, fault,
    ask: (by) => run(by, () => rulesApi.sendCode(phone.id, by), () => undefined),
    check: (code) => run('check', () => rulesApi.checkCode(phone.id, code), () =>
      showToast({ text: t('verify.done', { name: phoneName(phone) }) })),
  }
}

function CodeField(props: {
  readonly phone: NumberReply; readonly code: Verification; readonly asking: Asking
}): VNode {
  const { phone, code, asking } = props
  const [typed, setTyped] = useState('')
  const id = `code-${phone.id}`
  const ms = useSeconds(Math.max(code.againAt, code.expiresAt))
  const wait = Math.ceil((code.againAt - ms) / 1000)
  const again = wait > 0 ? html`<span class="num">${t('verify.againIn', { time: duration(wait) })}</span>`
    : html`<button type="button" class="link" onClick=${() => asking.ask(code.by)}>${
      t('verify.again')}</button>`
  const other = code.by === 'call' ? 'sms' : 'call'
  const submit = (event: Event): void => {
    event.preventDefault()
    asking.check(typed)
    setTyped('')
  }
  return html`<form class="code-form" onSubmit=${submit}><label for=${id}>${
    t(code.by === 'call' ? 'verify.fromCall' : 'verify.fromSms')}</label>
    <div class="code-line"><input id=${id} class="code" inputMode="numeric"
      autocomplete="one-time-code" value=${typed} aria-describedby=${`${id}-hint`}
      aria-invalid=${asking.fault === undefined ? undefined : 'true'}
      onInput=${(event: InputEvent) => {
        // Pasted as it was told, with spaces: only its digits stay in the field.
        const field = event.currentTarget as HTMLInputElement
        field.value = field.value.replace(/\D/g, '').slice(0, 4)
        setTyped(field.value)
      }} />
      <${Button} kind="primary" type="submit" disabled=${typed.length < 4 || !maySave.value}
        busy=${asking.busy === 'check' ? t('verify.checking') : undefined}>${t('verify.confirm')}<//></div>
    ${asking.fault !== undefined && html`<${Below} fault=${true} text=${asking.fault} />`}
    <p class="below code-hint" id=${`${id}-hint`}><span>${
      t(code.by === 'call' ? 'verify.called' : 'verify.sent', {
      number: formatPhone(phone.address), time: timeOf(code.sentAt, zone.value),
    })}</span> ${again} ${wait <= 0 && html`<button type="button" class="link"
      onClick=${() => asking.ask(other)}>${
        t(other === 'sms' ? 'verify.bySms' : 'verify.byCall')}</button>`}</p></form>`
}

/** The row's second line: the code that is under way, or the two ways to one. */
export function NumberVerify(props: {
  readonly phone: NumberReply
  /** Tells why; once is enough where several numbers wait. */
  readonly tells: boolean
}): VNode {
  const { phone } = props
  const asking = useVerification(phone)
  const code = phone.verification
  const alive = code !== null && code.expiresAt > serverNow() && code.triesLeft > 0
  return html`<div class="verify">${alive
    ? html`<${CodeField} phone=${phone} code=${code} asking=${asking} />`
    : html`<div class="code-form"><div class="code-line"><${Button}
      disabled=${!maySave.value || asking.busy === 'sms'}
      busy=${asking.busy === 'call' ? t('verify.asking') : undefined} icon="call"
      onClick=${() => asking.ask('call')}>${t('verify.byCall')}<//>
      <${Button} kind="quiet" disabled=${!maySave.value || asking.busy === 'call'}
        busy=${asking.busy === 'sms' ? t('verify.asking') : undefined}
        onClick=${() => asking.ask('sms')}>${t('verify.bySms')}<//></div>
      ${asking.fault !== undefined && html`<${Below} fault=${true} text=${asking.fault} />`}</div>`}
    ${(props.tells || phone.usedBy.length > 0) && html`<p class="soft verify-why">${
      whyWords(phone, props.tells)}</p>`}</div>`
}

function whyWords(phone: NumberReply, whole: boolean): string {
  const rules = phone.usedBy.map((name) => t('common.quoted', { name })).join(', ')
  if (!whole) return t('verify.rules', { rules })
  return rules === '' ? t('verify.why') : t('verify.whyRules', { rules })
}

const errandPollMs = 2000
const errandPolls = 45

/** Rings a silent phone and tells how it went; the call asks for nothing. */
export async function checkSilent(phone: NumberReply): Promise<void> {
  const name = phoneName(phone)
  try {
    const { errandId } = await rulesApi.sendCode(phone.id, 'call')
    showToast({ text: t('watch.checking', { name }) })
    for (let turn = 0; errandId !== null && turn < errandPolls; turn += 1) {
      await new Promise((done) => setTimeout(done, errandPollMs))
      const { state } = await rulesApi.errand(errandId)
      if (state === 'open' || state === 'taken') continue
      showToast(state === 'done' ? { text: t('watch.answered', { name }) }
        : { text: t(state === 'noAnswer' ? 'watch.noAnswer' : 'watch.notChecked', { name }), bad: true })
      return
    }
  } catch (fault) {
    noteFault(fault)
    showToast({ text: problemText(fault), bad: true })
  }
}
