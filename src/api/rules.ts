/**
 * Rules over HTTP. The shape is the schema's matter, references are the store's; what is left to
 * check here is that dates and hours make sense. Replies tell what each rule does at this moment.
 */
import { Hono } from 'hono'
import type { ScheduleBlock } from '../call/rule.ts'
import { StoreError } from '../store/errors.ts'
import { addRule, deleteRule, orderRules, replaceRule, setRuleEnabled } from '../store/rules.ts'
import type { RuleDraft, StoredRule } from '../store/rules.ts'
import { nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { loadRuleReplies } from './rule-reply.ts'
import { enabledRequest, orderRequest, ruleRequest } from './schema.ts'
import type { OrderReply, RuleDeletedReply, RuleReply, RuleRequest } from './schema.ts'

/** /api/rules: list, read, add, replace under a version, switch, order, delete. */
export function ruleRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', async (c) => c.json(await loadRuleReplies(deps, c.get('session').subscriberId)))
    .post('/', async (c) => {
      const { subscriberId } = c.get('session')
      const draft = readDraft(await readBody(c, ruleRequest))
      const { id } = await addRule(db, subscriberId, draft, nowMs(deps))
      return c.json(await reply(deps, c, id), 201)
    })
    .post('/order', async (c) => {
      const { subscriberId } = c.get('session')
      const raised = await orderRules(db, subscriberId, (await readBody(c, orderRequest)).ids)
      return c.json({
        rules: await loadRuleReplies(deps, subscriberId),
        raised,
      } satisfies OrderReply)
    })
    .get('/:id', async (c) => c.json(await reply(deps, c, readId(c))))
    .put('/:id', async (c) => {
      const id = readId(c)
      const request = await readBody(c, ruleRequest)
      try {
        await replaceRule(
          db,
          c.get('session').subscriberId,
          id,
          request.version,
          readDraft(request),
        )
      } catch (fault) {
        throw await withNewerRule(deps, c, fault)
      }
      return c.json(await reply(deps, c, id))
    })
    .delete('/:id', async (c) => {
      const unlinked = await deleteRule(db, c.get('session').subscriberId, readId(c))
      return c.json({ unlinked } satisfies RuleDeletedReply)
    })
    .post('/:id/enabled', async (c) => {
      const id = readId(c)
      await setRuleEnabled(
        db,
        c.get('session').subscriberId,
        id,
        (await readBody(c, enabledRequest)).enabled,
      )
      return c.json(await reply(deps, c, id))
    })
}

async function reply(deps: ApiDeps, c: ApiContext, id: string): Promise<RuleReply> {
  const found = (await loadRuleReplies(deps, c.get('session').subscriberId)).find(
    (rule) => rule.id === id,
  )
  if (!found) throw new ApiError(404, 'not_found')
  return found
}

/** A version conflict is answered with the rule as it is now, so that the panel can show both. */
async function withNewerRule(deps: ApiDeps, c: ApiContext, fault: unknown): Promise<unknown> {
  if (!(fault instanceof StoreError) || fault.code !== 'rule_changed') return fault
  const current = fault.details['rule'] as StoredRule
  return new ApiError(409, 'rule_changed', {
    details: { version: current.version, name: current.name },
    rule: await reply(deps, c, current.id),
  })
}

/** Throws ApiError 422 invalid, naming the field. */
function readDraft(request: RuleRequest): RuleDraft {
  return {
    name: request.name,
    enabled: request.enabled,
    priority: request.priority,
    blocks: request.blocks.map(readBlock),
    mode: request.mode,
    waitSeconds: request.waitSeconds,
    targets: request.targets.map(({ targetId, ringSeconds }) => ({
      targetId,
      ringSeconds: ringSeconds ?? undefined,
    })),
    noAnswer: request.noAnswer,
  }
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
  return {
    weekdays: [...new Set(block.weekdays)].sort(),
    dates: block.dates.map(({ from, to }) => ({ from: from ?? undefined, to: to ?? undefined })),
    hours: block.hours,
  }
}

/** The schema has looked at the form; 31 February has a good form. */
function isDate(text: string | null): boolean {
  if (text === null) return true
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

function refused(field: string): ApiError {
  return new ApiError(422, 'invalid', { field })
}
