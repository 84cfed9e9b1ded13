/**
 * From a request to a rule as the store takes it, or as the engine reads it before it is stored.
 * The shape is the schema's matter, references are the store's; what is left to check here is that
 * dates and hours make sense and masks can be read.
 */
import { parseMask } from '../call/caller-match.ts'
import type { CallerCondition } from '../call/caller-list.ts'
import { readNumber } from '../call/number.ts'
import type { ScheduleBlock } from '../call/rule.ts'
import type { StoredRuleTarget, StoredTarget } from '../store/rule-set.ts'
import type { RuleDraft, StoredRule } from '../store/rules.ts'
import { ApiError } from './errors.ts'
import type { RuleRequest } from './schema.ts'

/** Throws ApiError 422 invalid, naming the field, 422 bad_mask with the reason. */
export function readDraft(request: RuleRequest): RuleDraft {
  const { reaction = 'ring', callers, dialled = [], busy, unreachable, record, decline } = request
  // A rule that rings nobody needs no phones.
  if (reaction === 'ring' && request.targets.length === 0)
    throw new ApiError(400, 'invalid', { field: 'targets' })
  return {
    name: request.name,
    enabled: request.enabled,
    priority: request.priority,
    blocks: request.blocks.map(readBlock),
    mode: request.mode,
    waitSeconds: request.waitSeconds,
    targets: request.targets.map(({ targetId, ringSeconds, delaySeconds, confirm, callerId }) => ({
      targetId,
      ringSeconds: ringSeconds ?? undefined,
      ...(delaySeconds === undefined || delaySeconds === null || delaySeconds === 0
        ? {} : { delaySeconds }),
      ...(confirm === undefined || confirm === null ? {} : { confirm }),
      ...(callerId === undefined || callerId === null ? {} : { callerId }),
    })),
    noAnswer: request.noAnswer,
    ...(reaction === 'ring' ? {} : { reaction }),
    ...(callers === undefined || callers === null ? {} : { callers: readCallers(callers) }),
    ...(dialled.length === 0 ? {} : { dialled: dialled.map(readDialled) }),
    ...(busy === undefined || busy === null ? {} : { busy }),
    ...(unreachable === undefined || unreachable === null ? {} : { unreachable }),
    ...(decline === undefined || decline === 'here' ? {} : { decline }),
    ...(record === undefined || record === null ? {} : { record }),
    ...(request.greetingId === undefined || request.greetingId === null
      ? {} : { greetingId: request.greetingId }),
  }
}

/**
 * The rule that a draft would be, rung phones from `numbers`; phones that are not there are left
 * out.
 */
export function ruleOfDraft(
  draft: RuleDraft,
  place: { readonly id: string; readonly position: number; readonly version: number },
  numbers: ReadonlyMap<string, StoredTarget>,
): StoredRule {
  const targets = draft.targets.flatMap(
    ({ targetId, ringSeconds, ...own }): StoredRuleTarget[] => {
      const number = numbers.get(targetId)
      if (number === undefined) return []
      const target = { ...number, ringSeconds, ...own }
      return [Object.keys(own).length === 0 ? target : { ...target, own }]
    },
  )
  return { ...draft, ...place, targets }
}

/** Throws ApiError 422 bad_mask, with the reason in `details.why`. */
export function readMask(text: string, field: string): string {
  const reading = parseMask(text)
  if (!reading.ok) throw new ApiError(422, 'bad_mask', { field, details: { why: reading.why } })
  return reading.mask
}

function readCallers(callers: NonNullable<RuleRequest['callers']>): CallerCondition {
  const { lists, masks, anonymous, unknown, except } = callers
  return {
    lists: [...new Set(lists)],
    masks: [...new Set(masks.map((text, index) => readMask(text, `callers.masks.${index}`)))],
    anonymous,
    unknown,
    except,
  }
}

function readDialled(text: string, index: number): string {
  const reading = readNumber(text)
  if (!reading.ok) throw refused(`dialled.${index}`)
  return reading.address
}

function readBlock(block: RuleRequest['blocks'][number], index: number): ScheduleBlock {
  for (const [at, { from, to }] of block.dates.entries()) {
    // Local dates as text compare like dates.
    if (from !== null && to !== null && from > to) throw refused(`blocks.${index}.dates.${at}`)
    if (!isDate(from) || !isDate(to)) throw refused(`blocks.${index}.dates.${at}`)
  }
  for (const [at, { from }] of block.hours.entries()) {
    // 24:00 is an end only.
    if (from === 1440) throw refused(`blocks.${index}.hours.${at}.from`)
  }
  const dayKinds = [...new Set(block.dayKinds ?? [])]
  return {
    weekdays: [...new Set(block.weekdays)].sort(),
    dates: block.dates.map(({ from, to }) => ({ from: from ?? undefined, to: to ?? undefined })),
    hours: block.hours,
    ...(dayKinds.length === 0 ? {} : { dayKinds }),
  }
}

/** The schema has looked at the form; 31 February has a good form. */
export function isDate(text: string | null): boolean {
  if (text === null) return true
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

function refused(field: string): ApiError {
  return new ApiError(422, 'invalid', { field })
}
