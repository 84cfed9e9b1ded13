/**
 * «Звонящие»: the lists by which rules know who calls, and the one of those who are refused. Names,
 * numbers and beginnings of numbers; what a list does is told by the rules that ask for it.
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { CallerListReply } from '../src/api/schema-rules.ts'
import { problemText } from './api.ts'
import { rulesApi } from './api-rules.ts'
import { Button, Field, Skeleton, Strip } from './controls.ts'
import { Dialog } from './dialog.ts'
import { list } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { maskWords } from './rule-conditions.ts'
import { unsaved } from './router.ts'
import { SearchField } from './search-field.ts'
import { maySave, noteFault } from './state.ts'
import { showToast } from './toast.ts'
import { t } from './text.ts'
import './text-rules-ru.ts'

type Entry = CallerListReply['entries'][number]

interface Deed {
  readonly text: string
  readonly undo?: () => Promise<unknown>
  /** A field tells what went wrong: no toast does. */
  readonly quiet?: boolean
}

/** A change of the lists: does it, loads them again, tells it. Resolves to what went wrong. */
type Run = (work: () => Promise<unknown>, deed: Deed) => Promise<string | undefined>

interface ListProps {
  readonly list: CallerListReply
  readonly run: Run
  readonly search: string
}

/** What to call a list: the one of blocked callers has the same name everywhere. */
function nameOf(each: CallerListReply): string {
  return each.id === 'blocked' ? t('callers.blocked') : each.name
}

function EntryForm(props: ListProps): VNode {
  const [mask, setMask] = useState('')
  const [name, setName] = useState('')
  const [fault, setFault] = useState<string | undefined>(undefined)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (mask.trim() === '') {
      setFault(t('callers.needMask'))
      return
    }
    const problem = await props.run(() => rulesApi.addCaller(props.list.id, mask.trim(),
      name.trim()),
      { text: t('callers.added', { name: name.trim() || mask.trim() }), quiet: true })
    setFault(problem)
    if (problem === undefined) {
      setMask('')
      setName('')
    }
  }
  return html`<form class="entry-form" ...${unsaved(mask + name !== '')} onSubmit=${(event: Event) => void submit(event)}>
    <${Field} label=${t('callers.mask')} value=${mask} fault=${fault} maxLength=${64}
      inputMode="tel"
      placeholder=${t('callers.maskExample')} hint=${t('callers.maskHint')}
      onInput=${(text: string) => { setMask(text); setFault(undefined) }} />
    <${Field} label=${t('callers.name')} value=${name} maxLength=${64}
      placeholder=${t('callers.nameExample')} onInput=${setName} />
    <${Button} type="submit" icon="plus" disabled=${!maySave.value}>${t('callers.add')}<//></form>`
}

function EntryRow(props: ListProps & { readonly entry: Entry }): VNode {
  const { entry, run, list: { id } } = props
  const who = maskWords(entry.mask)
  const name = entry.name === '' ? who : entry.name
  const remove = (): void => {
    void run(() => rulesApi.removeCaller(id, entry.mask), {
      text: t('callers.removed', { name }),
      undo: () => rulesApi.addCaller(id, entry.mask, entry.name),
    })
  }
  return html`<li class="entry"><span class="entry-name">${name}</span>
    <span class="soft num">${entry.name === '' ? '' : who}</span><${Button} kind="quiet"
      small=${true}
      icon="close" label=${t('callers.remove', { name })} onClick=${remove} /></li>`
}

/** Entries whose name or digits contain the text. */
export function matchingEntries(entries: readonly Entry[], text: string): readonly Entry[] {
  const wanted = text.trim().toLocaleLowerCase()
  const digits = wanted.replace(/\D/g, '').replace(/^8(?=\d{3})/, '7')
  return wanted === '' ? entries : entries.filter(({ mask, name }) =>
    name.toLocaleLowerCase().includes(wanted) || (digits !== '' && mask.includes(digits)))
}

const shownAtFirst = 10

function Entries(props: ListProps): VNode {
  const [all, setAll] = useState(false)
  const found = matchingEntries(props.list.entries, props.search)
  const shown = all || props.search !== '' ? found : found.slice(0, shownAtFirst)
  if (found.length === 0) {
    return html`<p class="soft entry-none">${
      t(props.search === '' ? 'callers.noEntries' : 'callers.nothing')}</p>`
  }
  return html`<div><ul class="entries">${shown.map((entry) => html`<${EntryRow} key=${entry.mask}
    ...${props} entry=${entry} />`)}</ul>
    ${shown.length < found.length && html`<button type="button" class="link entry-none"
      onClick=${() => setAll(true)}>${t('callers.showAll', { n: found.length })}</button>`}</div>`
}

function ListActions(props: ListProps & { readonly onRename: () => void }): VNode {
  const [kept, setKept] = useState(false)
  const { list: { id, name, entries, usedBy }, run } = props
  const draft = { name, entries: entries.map((each) => ({ mask: each.mask, name: each.name })) }
  const remove = (): void => {
    if (usedBy.length > 0) setKept(true)
    else {
      void run(() => rulesApi.deleteCallerList(id),
        { text: t('callers.deleted', { name }), undo: () => rulesApi.addCallerList(draft) })
    }
  }
  const title = t('callers.keptTitle', { name })
  return html`<span class="row-actions"><${Button} kind="quiet" small=${true} icon="pencil"
    label=${t('callers.rename', { name })} onClick=${props.onRename} />
    <${Button} kind="quiet" small=${true} icon="trash" label=${`${t('common.delete')}: ${name}`}
      onClick=${remove} />
    ${kept && html`<${Dialog} label=${title} onClose=${() => setKept(false)}><h2>${title}</h2>
      <p>${t('callers.keptText',
        { rules: list(usedBy.map((each) => t('common.quoted', { name: each }))) })}</p>
      <div class="dialog-actions"><${Button} onClick=${() => setKept(false)}>${
        t('numbers.understood')}<//></div><//>`}</span>`
}

function ListCard(props: ListProps): VNode {
  const { list: each, run } = props
  const [renaming, setRenaming] = useState(false)
  const blocked = each.id === 'blocked'
  const rename = (name: string): void => {
    setRenaming(false)
    void run(() => rulesApi.renameCallerList(each.id, name),
      { text: t('callers.renamed', { name }), undo: () => rulesApi.renameCallerList(each.id, each.name) })
  }
  const use = blocked ? t('callers.blockedText')
    : each.usedBy.length === 0 ? t('callers.unused')
      : t('callers.usedBy',
        { rules: list(each.usedBy.map((name) => t('common.quoted', { name }))) })
  return html`<section class=${blocked ? 'card caller-list blocked' : 'card caller-list'}
    aria-label=${nameOf(each)}><div class="list-head">
    ${blocked && html`<${Icon} name="block" />`}<div
      class="list-words"><h2>${nameOf(each)} ${' '}<span
      class="soft count">${each.entries.length}</span></h2><p class="soft">${use}</p></div>
    ${!blocked && html`<${ListActions} ...${props} onRename=${() => setRenaming(true)} />`}</div>
    <${Entries} ...${props} /><${EntryForm} ...${props} />
    ${renaming && html`<${NameDialog} title=${t('callers.rename', { name: each.name })}
      name=${each.name} onName=${rename} onClose=${() => setRenaming(false)} />`}</section>`
}

function NameDialog(props: {
  readonly title: string; readonly name: string
  readonly onName: (name: string) => void; readonly onClose: () => void
}): VNode {
  const [name, setName] = useState(props.name)
  const submit = (event: Event): void => {
    event.preventDefault()
    if (name.trim() !== '') props.onName(name.trim())
  }
  return html`<${Dialog} label=${props.title} onClose=${props.onClose}><h2>${props.title}</h2>
    <form class="number-form" onSubmit=${submit}
      ...${unsaved(name.trim() !== props.name)}><${Field} label=${t('callers.listName')}
      value=${name}
      maxLength=${64} autofocus=${true} placeholder=${t('callers.listExample')}
        onInput=${setName} />
      <div class="form-actions"><${Button} kind="primary" type="submit"
        disabled=${name.trim() === ''}>${t('common.save')}<//>
        <${Button} kind="quiet" onClick=${props.onClose}>${t('common.cancel')}<//></div></form><//>`
}

interface Loaded {
  readonly lists: readonly CallerListReply[] | undefined
  readonly fault: string | undefined
  readonly load: () => Promise<void>
  readonly run: Run
}

function useLists(): Loaded {
  const [lists, setLists] = useState<readonly CallerListReply[] | undefined>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const load = async (): Promise<void> => {
    try {
      setLists(await rulesApi.callerLists())
      setFault(undefined)
    } catch (problem) {
      noteFault(problem)
      setFault(problemText(problem))
    }
  }
  const run: Run = async (work, { text, undo, quiet }) => {
    try {
      await work()
    } catch (problem) {
      noteFault(problem)
      if (quiet !== true) showToast({ text: problemText(problem), bad: true })
      return problemText(problem)
    }
    await load()
    showToast({
      text, undo: undo === undefined ? undefined : () => void run(undo, { text: t('undo.done') }),
    })
    return undefined
  }
  useEffect(() => { void load() }, [])
  return { lists, fault, load, run }
}

/** The page. */
export function Callers(): VNode {
  const { lists, fault, load, run } = useLists()
  const [search, setSearch] = useState('')
  const [making, setMaking] = useState(false)
  document.title = `${t('nav.callers')} · ${t('app.name')}`
  if (lists === undefined) {
    return fault === undefined ? html`<${Skeleton} />`
      : html`<${Strip} kind="bad" text=${t('error.load', { reason: fault })} alert=${true}
        action=${html`<${Button} small=${true}
          onClick=${() => void load()}>${t('common.retry')}<//>`} />`
  }
  const count = lists.reduce((sum, each) => sum + each.entries.length, 0)
  const make = (name: string): void => {
    setMaking(false)
    void run(() => rulesApi.addCallerList({ name, entries: [] }),
      { text: t('callers.made', { name }) })
  }
  // Own lists first; the blocked ones are the last resort.
  const ordered = [...lists].sort((a, b) => Number(a.id === 'blocked') - Number(b.id === 'blocked'))
  return html`<div class="page callers"><div class="page-head"><div><h1>${t('nav.callers')}</h1>
    <p>${t('callers.lead')}</p></div><div class="page-tools">
      ${count > shownAtFirst && html`<${SearchField} label=${t('callers.search')} value=${search}
        onInput=${setSearch} />`}
      <${Button} kind="primary" icon="plus" disabled=${!maySave.value}
        onClick=${() => setMaking(true)}>${t('callers.newList')}<//></div></div>
    ${ordered.length === 1 && html`<p class="soft callers-start">${t('callers.start')}</p>`}
    ${ordered.map((each) => html`<${ListCard} key=${each.id} list=${each} run=${run}
      search=${search} />`)}
    ${making && html`<${NameDialog} title=${t('callers.newList')} name="" onName=${make}
      onClose=${() => setMaking(false)} />`}</div>`
}
