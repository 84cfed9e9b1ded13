/**
 * «Регистрация» (manual §1): name, telephone and e-mail, and which number one would like; beside it
 * what comes next. A request that was sent has a page of its own, `page-request.ts`.
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { RegisterForm } from '../src/api/schema-people.ts'
import { peopleApi } from './api-people.ts'
import { ApiProblem, problemText } from './api.ts'
import { Below, Button, Field, Strip } from './controls.ts'
import { html } from './html.ts'
import { faultsOfDraft, keepDraft, startingDraft } from './register-draft.ts'
import type { Draft, Faults } from './register-draft.ts'
import { RequestSteps } from './request-steps.ts'
import { arrive, place } from './router.ts'
import { language, t } from './text.ts'
import './text-public-ru.ts'

interface Filling {
  readonly draft: Draft
  readonly faults: Faults
  /** What went wrong with the whole. */
  readonly fault: string | undefined
  readonly busy: boolean
  readonly set: (patch: Partial<Draft>) => void
  readonly submit: (event: Event) => Promise<void>
}

/** The server's word for a field, as the form has it. */
function fieldOf(problem: unknown): keyof Draft | undefined {
  const field = problem instanceof ApiProblem ? problem.field : undefined
  if (field === 'name') return 'first'
  return field === 'phone' || field === 'email' || field === 'consent' ? field : undefined
}

async function store(draft: Draft): Promise<void> {
  const { token } = await peopleApi.register({
    formKey: draft.formKey, name: `${draft.first.trim()} ${draft.last.trim()}`,
    phone: draft.phone.trim(), email: draft.email.trim(), wish: draft.wish,
    referralCode: draft.from, language: language.value, consent: true,
  })
  keepDraft(undefined)
  arrive(`/register/${token}`)
}

function focusFault(form: Element | null): void {
  // After the faults are drawn.
  setTimeout(() => form?.querySelector<HTMLElement>('[aria-invalid]')?.focus(), 0)
}

function useRegistration(): Filling {
  const [draft, setDraft] = useState(() => startingDraft(place.value.query.get('from') ?? ''))
  const [faults, setFaults] = useState<Faults>({})
  const [fault, setFault] = useState<string | undefined>(undefined)
  const [busy, setBusy] = useState(false)
  useEffect(() => keepDraft(draft), [draft])
  const set = (patch: Partial<Draft>): void => {
    setDraft((now) => ({ ...now, ...patch }))
    setFaults((now) => Object.fromEntries(
      Object.entries(now).filter(([field]) => !Object.hasOwn(patch, field))))
  }
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (busy) return
    const form = event.currentTarget as Element
    const wrong = faultsOfDraft(draft)
    setFaults(wrong)
    setFault(undefined)
    if (Object.keys(wrong).length > 0) return focusFault(form)
    setBusy(true)
    try {
      await store(draft)
    } catch (problem) {
      const field = fieldOf(problem)
      if (field === undefined) setFault(problemText(problem))
      else {
        setFaults({ [field]: problemText(problem) })
        focusFault(form)
      }
    }
    setBusy(false)
  }
  return { draft, faults, fault, busy, set, submit }
}

function Wish(props: Filling): VNode | null {
  const [offered, setOffered] = useState<RegisterForm['wishes']>([])
  useEffect(() => {
    // Without the offer any number will do.
    peopleApi.form().then(({ wishes }) => setOffered(wishes), () => undefined)
  }, [])
  if (offered.length === 0) return null
  const choices = [...offered.map(({ prefix }) => prefix), '']
  const name = (prefix: string): string => prefix === '' ? t('register.any')
    : prefix.replace(/^\+7(\d{3})$/, '+7 $1')
  return html`<div class="field" role="group" aria-label=${t('register.wish')}>
    <span class="label">${t('register.wish')}</span><div class="chips">${choices.map((prefix) =>
      html`<button type="button" key=${prefix} class="chip"
        aria-pressed=${String(props.draft.wish === prefix)}
        onClick=${() => props.set({ wish: prefix })}>${name(prefix)}</button>`)}</div></div>`
}

function Fields(props: Filling): VNode {
  const { draft, faults, set } = props
  return html`<div class="public-form"><div class="register-name">
      <${Field} label=${t('register.first')} value=${draft.first} autocomplete="given-name"
        maxLength=${60} fault=${faults.first} autofocus=${true}
        onInput=${(first: string) => set({ first })} />
      <${Field} label=${t('register.last')} value=${draft.last} autocomplete="family-name"
        maxLength=${59} fault=${faults.last} onInput=${(last: string) => set({ last })} /></div>
    <${Field} label=${t('register.phone')} value=${draft.phone} type="tel" inputMode="tel"
      autocomplete="tel" maxLength=${64} placeholder=${t('register.phoneExample')}
      fault=${faults.phone} onInput=${(phone: string) => set({ phone })} />
    <${Field} label=${t('register.email')} value=${draft.email} type="email" inputMode="email"
      autocomplete="email" maxLength=${254} hint=${t('register.emailHint')} fault=${faults.email}
      onInput=${(email: string) => set({ email })} />
    <${Wish} ...${props} />
    <div><label class="check"><input type="checkbox" checked=${draft.consent}
      aria-invalid=${faults.consent === undefined ? undefined : 'true'}
      aria-describedby="consent-below"
      onChange=${() => set({ consent: !draft.consent })} /><span>${t('register.consent')}</span>
      </label>${faults.consent !== undefined && html`<${Below} id="consent-below" fault=${true}
        text=${faults.consent} />`}</div></div>`
}

/** The page. */
export function Register(): VNode {
  const filling = useRegistration()
  const { draft, fault, busy, submit } = filling
  document.title = `${t('register.title')} · ${t('app.name')}`
  return html`<div class="public-columns"><form class="public-form" noValidate onSubmit=${submit}>
      <div><h1>${t('register.title')}</h1><p class="soft">${t('register.lead')}</p></div>
      ${draft.from !== '' && html`<p>${t('register.invited', { code: draft.from })}</p>`}
      ${fault !== undefined && html`<${Strip} kind="bad" text=${fault} alert=${true} />`}
      <${Fields} ...${filling} />
      <div class="register-send"><${Button} kind="primary" type="submit"
        busy=${busy ? t('register.sending') : undefined}>${t('register.send')}<//>
        <p class="soft">${t('register.known')} <a href="/">${t('register.enter')}</a></p></div>
      <p class="small soft">${t('register.draft')}</p></form>
    <${RequestSteps} done=${0} /></div>`
}
