/**
 * The rule editor, quick and advanced: one form, five questions or all of them. Saves under the
 * version it was opened with; leaving with changes asks. Which field does what is in the parts.
 */
import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { RuleReply } from '../src/api/schema.ts'
import type { CallerListReply } from '../src/api/schema-rules.ts'
import { api, ApiProblem, problemText } from './api.ts'
import { rulesApi } from './api-rules.ts'
import { Below, Button, Field, Skeleton, Strip } from './controls.ts'
import { phone as isPhone } from './device.ts'
import { EditorHours } from './editor-hours.ts'
import { EditorMore } from './editor-more.ts'
import { EditorLimits, EditorMode, EditorNext } from './editor-next.ts'
import { EditorWarnings, WeekPreview } from './editor-preview.ts'
import { EditorTargets } from './editor-targets.ts'
import { RuleWords } from './editor-words.ts'
import { html } from './html.ts'
import type { PageProps } from './pages.ts'
import { arrive, navigate, place, unsaved } from './router.ts'
import { RuleChain } from './rule-chain.ts'
import { faultsOf } from './rule-faults.ts'
import type { Faults } from './rule-faults.ts'
import { formOf, needsAdvanced, requestOf, startingForm } from './rule-form.ts'
import type { RuleForm } from './rule-form.ts'
import { RuleMerge } from './rule-merge.ts'
import { usePreview } from './rule-preview.ts'
import type { Preview } from './rule-preview.ts'
import { maySave, noteFault, numbers, overview, refresh, saveBarred } from './state.ts'
import { showToast } from './toast.ts'
import { t } from './text.ts'
import './text-rules-ru.ts'

/** Hook: whether the window fits a media query, also when it changes. */
function useMedia(query: string): boolean {
  const [fits, setFits] = useState(matchMedia(query).matches)
  useEffect(() => {
    const media = matchMedia(query)
    const changed = (): void => setFits(media.matches)
    media.addEventListener('change', changed)
    return () => media.removeEventListener('change', changed)
  }, [query])
  return fits
}

interface EditorProps {
  readonly rule: RuleReply | undefined
}

function Footer(props: {
  readonly busy: boolean; readonly advanced: boolean; readonly fault: string | undefined
  readonly onMode: () => void
}): VNode {
  const phone = isPhone.value
  const mode = props.advanced ? t('editor.quick') : t(phone ? 'editor.moreSettings' : 'editor.advanced')
  return html`<div class="editor-bar">
    <${Button} kind="primary" type="submit" disabled=${!maySave.value}
      busy=${props.busy ? t('common.saving') : undefined}>${t('common.save')}<//>
    ${!phone && html`<${Button} kind="quiet"
      onClick=${() => navigate('/rules')}>${t('common.cancel')}<//>`}
    ${saveBarred.value !== undefined
      ? html`<${Below} fault=${false} text=${t(saveBarred.value)} />`
      : props.fault !== undefined && html`<${Below} fault=${true} text=${props.fault} />`}
    <span class="editor-bar-end">${!phone && html`<span
      class="key-hint"><kbd>Ctrl</kbd> <kbd>Enter</kbd> ${' '}${
      t('editor.saveHint')}</span>`}<${Button} onClick=${props.onMode}>${mode}<//></span></div>`
}

interface Editing {
  readonly form: RuleForm
  readonly set: (patch: Partial<RuleForm>) => void
  readonly advanced: boolean
  readonly onAdvanced: () => void
  readonly faults: Faults
  readonly ruleId: string | undefined
  readonly lists: readonly CallerListReply[] | undefined
  readonly preview: Preview
}

function NameField(props: Editing): VNode {
  return html`<${Field} id="rule-name" label=${t('editor.name')} value=${props.form.name}
    maxLength=${64}
    fault=${props.faults['name']} placeholder=${t('editor.nameExample')}
    autofocus=${props.ruleId === undefined}
    onInput=${(name: string) => props.set({ name })} />`
}

function QuickBody(props: Editing): VNode {
  const words = html`<${RuleWords} form=${props.form} lists=${props.lists}
    plain=${isPhone.value} />`
  return html`<div class="editor-columns"><div class="editor-main">
    ${isPhone.value && words}<${NameField} ...${props} /><${EditorTargets} ...${props} />
    <${EditorMode} ...${props} /><${EditorHours} ...${props} />
    <${EditorNext} ...${props} /></div>
    <div class="editor-side">${!isPhone.value && words}<${WeekPreview} ...${props} />
      <${EditorWarnings} ...${props} /></div></div>`
}

function AdvancedBody(props: Editing): VNode {
  const rings = props.form.reaction === 'ring'
  // In one column the phones come where the quick mode has them.
  const early = useMedia('(max-width: 1199px)')
  const phones = html`<div class="editor-phones">${rings && html`<${EditorTargets} ...${props} />`}
    <${EditorLimits} ...${props} /></div>`
  return html`<div><${RuleWords} form=${props.form} lists=${props.lists} plain=${true} />
    <div class="editor-columns advanced"><div class="editor-main"><${NameField} ...${props} />
      ${early && phones}<${EditorHours} ...${props} />
      ${rings && html`<${EditorMode} ...${props} />`}${rings && html`<${EditorNext} ...${props} />`}<${EditorMore} ...${props} /></div>
    <div class="editor-side">${!early && phones}<${EditorWarnings} ...${props} />
      <${WeekPreview} ...${props} /></div></div>
    <${RuleChain} form=${props.form} ruleId=${props.ruleId} /></div>`
}

/** Stores the form; resolves to the newer rule when somebody else was faster. */
async function store(
  form: RuleForm, rule: RuleReply | undefined, version: number | undefined,
): Promise<RuleReply | undefined> {
  try {
    const saved = rule === undefined ? await api.addRule(requestOf(form))
      : await api.changeRule(rule.id, requestOf(form, version))
    // The list one comes back to shows the rule as it is stored.
    await refresh()
    arrive(isPhone.value ? '/' : '/rules')
    showToast({ text: t('rule.saved', { name: saved.name }) })
    return undefined
  } catch (fault) {
    if (fault instanceof ApiProblem && fault.code === 'rule_changed' && rule !== undefined) {
      return fault.rule ?? await api.rule(rule.id)
    }
    throw fault
  }
}

/** What a new rule begins with: journal and statistics name a caller, hours, a phone. */
function firstForm(rule: RuleReply | undefined): RuleForm {
  if (rule !== undefined) return formOf(rule)
  const own = numbers.value ?? []
  const { query } = place.value
  const asked = own.filter((each) => each.id === query.get('target'))
  const only = own.length === 1 && overview.value?.rules.length === 0 ? own : asked
  return startingForm(query, only.map((each) => each.id))
}

interface Saving {
  readonly busy: boolean
  readonly tried: boolean
  readonly fault: string | undefined
  readonly newer: RuleReply | undefined
  readonly save: () => Promise<void>
  readonly forget: () => void
}

/** Saving: once it was tried, faults are shown; a conflict gives the newer rule. */
function useSaving(
  form: RuleForm, rule: RuleReply | undefined, version: number | undefined, faults: Faults,
): Saving {
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const [newer, setNewer] = useState<RuleReply | undefined>(undefined)
  const save = async (): Promise<void> => {
    if (busy || !maySave.value) return
    setTried(true)
    if (Object.keys(faults).length > 0) {
      setFault(t('editor.errFix'))
      return
    }
    setBusy(true)
    setFault(undefined)
    try {
      setNewer(await store(form, rule, version))
    } catch (problem) {
      noteFault(problem)
      setFault(t('error.save', { reason: problemText(problem) }))
    }
    setBusy(false)
  }
  return { busy, tried, fault, newer, save, forget: () => setNewer(undefined) }
}

function useCallerLists(): readonly CallerListReply[] | undefined {
  const [lists, setLists] = useState<readonly CallerListReply[] | undefined>(undefined)
  useEffect(() => { rulesApi.callerLists().then(setLists, noteFault) }, [])
  return lists
}

function Editor(props: EditorProps): VNode {
  const { rule } = props
  const first = useMemo(() => firstForm(rule), [])
  const [form, setForm] = useState(first)
  const [version, setVersion] = useState(rule?.version)
  const [advanced, setAdvanced] = useState(
    place.value.query.get('mode') === 'advanced' || needsAdvanced(first))
  const faults = faultsOf(form)
  const { busy, tried, fault, newer, save, forget } = useSaving(form, rule, version, faults)
  const dirty = JSON.stringify(form) !== JSON.stringify(first)
  const lists = useCallerLists()
  const preview = usePreview(form, rule?.id, Object.keys(faults).every((field) => field === 'name'))
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save()
    else if (event.key === 'Escape' && !event.defaultPrevented) navigate('/rules')
  }
  const editing: Editing = {
    form, advanced, ruleId: rule?.id, lists, preview, faults: tried ? faults : {},
    onAdvanced: () => setAdvanced(true), set: (patch) => setForm((now) => ({ ...now, ...patch })),
  }
  const title = rule === undefined ? t('editor.new') : rule.name
  document.title = `${title} · ${t('app.name')}`
  return html`<form class="page editor" noValidate onKeyDown=${onKeyDown}
    ...${unsaved(dirty, t('editor.leaveText', { name: form.name }))}
    onSubmit=${(event: Event) => { event.preventDefault(); void save() }}>
    ${isPhone.value ? html`<div class="editor-head"><${Button} kind="quiet" icon="left"
      label=${t('editor.back')}
        onClick=${() => navigate('/rules')} /><h1>${title}</h1></div>`
      : html`<div><p class="crumbs"><a href="/rules">${t('nav.rules')}</a> ›</p>
        <h1>${title}</h1></div>`}
    ${advanced ? html`<${AdvancedBody} ...${editing} />` : html`<${QuickBody} ...${editing} />`}
    <${Footer} busy=${busy} advanced=${advanced} fault=${fault}
      onMode=${() => setAdvanced(!advanced)} />
    ${newer !== undefined && html`<${RuleMerge} mine=${form} theirs=${newer} lists=${lists}
      onClose=${forget}
      onDone=${(merged: RuleForm, on: number) => { setForm(merged); setVersion(on); forget() }} />`}
  </form>`
}

/** The page: loads the rule by id, or starts a new one. */
export function RuleEditor(props: PageProps): VNode {
  const id = props.id === 'new' ? undefined : props.id
  const [rule, setRule] = useState<RuleReply | undefined>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const load = (): void => {
    setRule(undefined)
    setFault(undefined)
    if (id === undefined) return
    api.rule(id).then(setRule, (problem: unknown) => {
      noteFault(problem)
      setFault(problemText(problem))
    })
  }
  useEffect(load, [id])
  if (fault !== undefined) {
    return html`<div class="page"><${Strip} kind="bad" text=${t('error.load', { reason: fault })}
      alert=${true}
      action=${html`<${Button} small=${true} onClick=${load}>${t('common.retry')}<//>`} />
      <p><a href="/rules">${t('nav.rules')}</a></p></div>`
  }
  const ready = numbers.value !== undefined && overview.value !== undefined
  if (!ready || (id !== undefined && rule?.id !== id)) return html`<${Skeleton} rows=${4} />`
  return html`<${Editor} key=${id ?? 'new'} rule=${rule} />`
}
