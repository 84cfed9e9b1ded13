/**
 * Rules over HTTP: they are read from requests by rule-draft.ts and kept by the store. Replies tell
 * what each rule does at this moment.
 */
import { Hono } from 'hono'
import { StoreError } from '../store/errors.ts'
import { addRule, deleteRule, orderRules, replaceRule, setRuleEnabled } from '../store/rules.ts'
import type { StoredRule } from '../store/rules.ts'
import { nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { previewRule } from './preview.ts'
import { readDraft } from './rule-draft.ts'
import { loadRuleReplies } from './rule-reply.ts'
import { enabledRequest, orderRequest, ruleRequest } from './schema.ts'
import type { OrderReply, RuleDeletedReply, RuleReply } from './schema.ts'
import { previewRequest } from './schema-rules.ts'

/** /api/rules: list, read, preview, add, replace under a version, switch, order, delete. */
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
    .post('/preview', async (c) => {
      const { subscriberId } = c.get('session')
      return c.json(await previewRule(deps, subscriberId, await readBody(c, previewRequest)))
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
