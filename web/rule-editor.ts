/**
 * The rule editor, quick and advanced: one form, five questions or all of them. Saves under the
 * version it was opened with; leaving with changes asks. Which field does what is in the parts.
 */
import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { RuleReply } from '../src/api/schema.ts'
import { api, ApiProblem, problemText } from './api.ts'
import { Below, Button, Field, Skeleton, Strip } from './controls.ts'
import { phone as isPhone } from './device.ts'
import { Dialog } from './dialog.ts'
import { EditorHours } from './editor-hours.ts'
import { EditorLimits, EditorMode, EditorNext } from './editor-next.ts'
import { EditorWarnings, RuleWords, WeekPreview } from './editor-preview.ts'
import { EditorTargets } from './editor-targets.ts'
import { html } from './html.ts'
import { guardLeaving, navigate, place } from './router.ts'
import { RuleChain } from './rule-chain.ts'
import { faultsOf, formOf, needsAdvanced, newRule, requestOf } from './rule-form.ts'
import type { RuleForm } from './rule-form.ts'
import { RuleMerge } from './rule-merge.ts'
import { noteFault, numbers, online, overview, refresh } from './state.ts'
import { showToast } from './toast.ts'
import { t } from './text.ts'

interface EditorProps {
  readonly rule: RuleReply | undefined
}

/** Asks before changes are lost: on links, back, and closing the window. */
function useLeaveGuard(dirty: boolean): { asked: (() => void) | undefined; forget: () => void } {
  const [asked, setAsked] = useState<(() => void) | undefined>(undefined)
  useEffect(() => {
    if (!dirty) return undefined
    guardLeaving((go) => {
      setAsked(() => go)
      return false
    })
    const unload = (event: BeforeUnloadEvent): void => event.preventDefault()
    addEventListener('beforeunload', unload)
    return () => {
      guardLeaving(undefined)
      removeEventListener('beforeunload', unload)
    }
  }, [dirty])
  return { asked, forget: () => setAsked(undefined) }
}

function LeaveDialog(props: {
  readonly name: string; readonly go: () => void; readonly stay: () => void
}): VNode {
  return html`<${Dialog} label=${t('editor.leaveTitle')}
    onClose=${props.stay}><h2>${t('editor.leaveTitle')}</h2>
    <p>${t('editor.leaveText', { name: props.name })}</p>
    <div class="dialog-actions"><button type="button" class="button default" autofocus
      onClick=${props.stay}>${
      t('common.keep')}</button><${Button} kind="danger"
      onClick=${props.go}>${t('common.leave')}<//></div><//>`
}

function Footer(props: {
  readonly busy: boolean; readonly advanced: boolean; readonly fault: string | undefined
  readonly onSave: () => void; readonly onMode: () => void
}): VNode {
  const phone = isPhone.value
  const mode = props.advanced ? t('editor.quick') : t(phone ? 'editor.moreSettings' : 'editor.advanced')
  return html`<div class="editor-bar">
    <${Button} kind="primary" type="submit" disabled=${!online.value}
      busy=${props.busy ? t('common.saving') : undefined}>${t('common.save')}<//>
    ${!phone && html`<${Button} kind="quiet"
      onClick=${() => navigate('/rules')}>${t('common.cancel')}<//>`}
    ${!online.value ? html`<${Below} fault=${false} text=${t('offline.save')} />`
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
  readonly faults: Readonly<Record<string, string>>
  readonly rule: RuleReply | undefined
}

function NameField(props: Editing): VNode {
  return html`<${Field} id="rule-name" label=${t('editor.name')} value=${props.form.name}
    maxLength=${64}
    fault=${props.faults['name']} placeholder=${t('editor.nameExample')}
    autofocus=${props.rule === undefined}
    onInput=${(name: string) => props.set({ name })} />`
}

function QuickBody(props: Editing): VNode {
  const words = html`<${RuleWords} form=${props.form} plain=${isPhone.value} />`
  return html`<div class="editor-columns"><div class="editor-main">
    ${isPhone.value && words}<${NameField} ...${props} /><${EditorTargets} ...${props} />
    <${EditorMode} ...${props} /><${EditorHours} ...${props} />
    <${EditorNext} ...${props} ruleId=${props.rule?.id} /></div>
    <div class="editor-side">${!isPhone.value && words}<${WeekPreview} form=${props.form} />
      <${EditorWarnings} ...${props} /></div></div>`
}

function AdvancedBody(props: Editing): VNode {
  return html`<div><${RuleWords} form=${props.form} plain=${true} />
    <div class="editor-columns"><div class="editor-main"><${NameField} ...${props} />
      <${EditorHours} ...${props} /><${EditorMode} ...${props} /></div>
    <div class="editor-side"><${EditorTargets} ...${props} /><${EditorLimits} ...${props} />
      <${EditorNext} ...${props} ruleId=${props.rule?.id} /><${EditorWarnings} ...${props} /></div></div>
    <${RuleChain} form=${props.form} ruleId=${props.rule?.id} /></div>`
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
    guardLeaving(undefined)
    navigate(isPhone.value ? '/' : '/rules')
    showToast({ text: t('rule.saved', { name: saved.name }) })
    return undefined
  } catch (fault) {
    if (fault instanceof ApiProblem && fault.code === 'rule_changed' && rule !== undefined) {
      return fault.rule ?? await api.rule(rule.id)
    }
    throw fault
  }
}

function Editor(props: EditorProps): VNode {
  const { rule } = props
  const first = useMemo(() => rule === undefined ? newRule() : formOf(rule), [])
  const [form, setForm] = useState(first)
  const [version, setVersion] = useState(rule?.version)
  const [advanced, setAdvanced] = useState(
    place.value.query.get('mode') === 'advanced' || needsAdvanced(first))
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const [newer, setNewer] = useState<RuleReply | undefined>(undefined)
  const dirty = JSON.stringify(form) !== JSON.stringify(first)
  const leave = useLeaveGuard(dirty && !busy)
  const faults = faultsOf(form)
  const save = async (): Promise<void> => {
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
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save()
    else if (event.key === 'Escape' && !event.defaultPrevented) navigate('/rules')
  }
  const editing: Editing = {
    form, advanced, rule, faults: tried ? faults : {}, onAdvanced: () => setAdvanced(true),
    set: (patch) => setForm((now) => ({ ...now, ...patch })),
  }
  const title = rule === undefined ? t('editor.new') : rule.name
  document.title = `${title} · ${t('app.name')}`
  return html`<form class="page editor" noValidate onKeyDown=${onKeyDown}
    onSubmit=${(event: Event) => { event.preventDefault(); void save() }}>
    ${isPhone.value ? html`<div class="editor-head"><${Button} kind="quiet" icon="left"
      label=${t('editor.back')}
        onClick=${() => navigate('/rules')} /><h1>${title}</h1></div>`
      : html`<div><p class="crumbs"><a href="/rules">${t('nav.rules')}</a> ›</p><h1>${title}</h1></div>`}
    ${advanced ? html`<${AdvancedBody} ...${editing} />` : html`<${QuickBody} ...${editing} />`}
    <${Footer} busy=${busy} advanced=${advanced} fault=${fault} onSave=${() => void save()}
      onMode=${() => setAdvanced(!advanced)} />
    ${leave.asked !== undefined && html`<${LeaveDialog} name=${form.name} go=${leave.asked}
      stay=${leave.forget} />`}
    ${newer !== undefined && html`<${RuleMerge} mine=${form} theirs=${newer}
      onClose=${() => setNewer(undefined)}
      onDone=${(merged: RuleForm, on: number) => { setForm(merged); setVersion(on); setNewer(undefined) }} />`}
  </form>`
}

/** The page: loads the rule by id, or starts a new one. */
export function RuleEditor(props: { readonly id: string | undefined }): VNode {
  const [rule, setRule] = useState<RuleReply | undefined>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const load = (): void => {
    const id = props.id
    if (id === undefined) return
    setFault(undefined)
    api.rule(id).then(setRule, (problem: unknown) => {
      noteFault(problem)
      setFault(problemText(problem))
    })
  }
  useEffect(load, [props.id])
  if (fault !== undefined) {
    return html`<div class="page"><${Strip} kind="bad" text=${t('error.load', { reason: fault })}
      alert=${true}
      action=${html`<${Button} small=${true} onClick=${load}>${t('common.retry')}<//>`} />
      <p><a href="/rules">${t('nav.rules')}</a></p></div>`
  }
  const ready = numbers.value !== undefined && overview.value !== undefined
  if (!ready || (props.id !== undefined && rule === undefined)) return html`<${Skeleton}
  rows=${4} />`
  return html`<${Editor} rule=${rule} />`
}
