/**
 * What the subscriber does to rules and numbers, each with its undo: do it, load the result, tell it
 * in a toast (design principle 5). No drawing here.
 */
import type { NumberReply, RuleReply } from '../src/api/schema.ts'
import { api, problemText } from './api.ts'
import { phoneName } from './format.ts'
import { requestOfReply } from './stored-rule.ts'
import { me, noteFault, numbers, overview, refresh } from './state.ts'
import { showToast } from './toast.ts'
import { t } from './text.ts'

interface Done {
  readonly text: string
  readonly undo?: () => Promise<unknown>
}

/**
 * Runs a change, then reloads and shows its toast; a failure is told in the toast instead.
 * Resolves to whether it was done.
 */
export async function change(work: () => Promise<unknown>, done: Done): Promise<boolean> {
  try {
    await work()
  } catch (fault) {
    noteFault(fault)
    showToast({ text: problemText(fault), bad: true })
    return false
  }
  await refresh()
  const undo = done.undo
  showToast({
    text: done.text,
    ...(undo === undefined ? {} : { undo: () => void change(undo, { text: t('undo.done') }) }),
  })
  return true
}

/** Switches a rule on or off. */
export function switchRule(rule: RuleReply): Promise<boolean> {
  const enabled = !rule.enabled
  return change(() => api.enableRule(rule.id, enabled), {
    text: t(enabled ? 'rule.turnedOn' : 'rule.turnedOff', { name: rule.name }),
    undo: () => api.enableRule(rule.id, !enabled),
  })
}

const branches = ['noAnswer', 'busy', 'unreachable'] as const

/** Where a rule goes on to another one: at no answer, when busy, when unreachable. */
function branchesTo(rule: RuleReply, nextId: string): (typeof branches)[number][] {
  return branches.filter((name) => {
    const next = rule[name]
    return next?.action === 'rule' && next.ruleId === nextId
  })
}

/** Other rules that lead to this one. */
export function rulesLeadingTo(rule: RuleReply): RuleReply[] {
  return (overview.value?.rules ?? []).filter((each) =>
    each.id !== rule.id && branchesTo(each, rule.id).length > 0)
}

function ruleIds(): string[] {
  return (overview.value?.rules ?? []).map((rule) => rule.id)
}

/** Leads rules to a stored-again rule where they led to it before: deleting had cut them off. */
async function linkAgain(leading: readonly RuleReply[], oldId: string, newId: string): Promise<void> {
  for (const before of leading) {
    const current = overview.value?.rules.find((each) => each.id === before.id)
    if (current === undefined) continue
    const old = requestOfReply(before)
    const links = branchesTo(before, oldId).map((name) => {
      const next = old[name]
      return [name, next?.action === 'rule' ? { ...next, ruleId: newId } : next]
    })
    await api.changeRule(before.id,
      { ...requestOfReply(current), ...Object.fromEntries(links), version: current.version })
  }
}

/** Deletes a rule; undo stores it again in its place (under a new id), with what led to it. */
export function deleteRule(rule: RuleReply): Promise<boolean> {
  const order = ruleIds()
  const leading = rulesLeadingTo(rule)
  return change(() => api.deleteRule(rule.id), {
    text: t('rule.deleted', { name: rule.name }),
    undo: async () => {
      const again = await api.addRule(requestOfReply(rule))
      await linkAgain(leading, rule.id, again.id)
      await api.orderRules(order.map((id) => id === rule.id ? again.id : id))
    },
  })
}

/** Puts a rule in another place of the list. The toast tells when this raises its priority. */
export async function moveRule(rule: RuleReply, to: number): Promise<boolean> {
  const before = overview.value?.rules ?? []
  const from = before.findIndex((each) => each.id === rule.id)
  if (from < 0 || to < 0 || to >= before.length || from === to) return false
  const order = before.map((each) => each.id)
  order.splice(from, 1)
  order.splice(to, 0, rule.id)
  const restore = async (): Promise<void> => {
    // An order alone cannot lower a priority again: rules that were raised are stored as they were.
    for (const each of before) {
      const current = overview.value?.rules.find((rule_) => rule_.id === each.id)
      if (current !== undefined && current.priority !== each.priority) {
        // Only the priority: what was changed meanwhile stays.
        await api.changeRule(each.id,
          { ...requestOfReply(current), priority: each.priority, version: current.version })
      }
    }
    await api.orderRules(before.map((each) => each.id))
  }
  const done = await change(() => api.orderRules(order), {
    text: t('rule.moved', { name: rule.name }), undo: restore,
  })
  const raised = overview.value?.rules.find((each) => each.id === rule.id)
  if (done && raised !== undefined && raised.priority !== rule.priority) {
    showToast({
      text: t('rule.raised', { name: rule.name, n: raised.priority }),
      undo: () => void change(restore, { text: t('undo.done') }),
    })
  }
  return done
}

/** Makes a number the default one, or none. */
export function chooseDefault(id: string | null): Promise<boolean> {
  const before = me.value?.defaultTargetId ?? null
  const chosen = numbers.value?.find((each) => each.id === id)
  return change(() => api.setDefaultNumber(id), {
    text: chosen === undefined ? t('numbers.defaultCleared')
      : t('numbers.defaultSet', { name: phoneName(chosen) }),
    undo: () => api.setDefaultNumber(before),
  })
}

/** Deletes a number that no rule uses; undo adds it again, as the default one if it was that. */
export function deleteNumber(phone: NumberReply): Promise<boolean> {
  return change(async () => {
    // The server keeps a default number from being deleted unseen.
    if (phone.isDefault) await api.setDefaultNumber(null)
    await api.deleteNumber(phone.id)
  }, {
    text: t('numbers.deleted', { name: phoneName(phone) }),
    undo: async () => {
      const { address, description, confirm, callerId } = phone
      const again = await api.addNumber({ address, description, confirm, callerId })
      if (phone.isDefault) await api.setDefaultNumber(again.id)
    },
  })
}
