/** The order of rules by any sequence of wishes: always the winning order, priorities only rise. */
import fc from 'fast-check'
import t from 'tap'
import { addNumber } from '../../src/store/numbers.ts'
import { addRule, listRules, orderRules } from '../../src/store/rules.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import { testDatabase } from '../support/database.ts'

const wallMs = Date.UTC(2026, 10, 23)
let made = 0

t.test('a wished order becomes the winning order', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const shuffled = fc
    .array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 6 })
    .chain((priorities) =>
      fc.record({
        priorities: fc.constant(priorities),
        wishes: fc.array(
          fc.shuffledSubarray(
            priorities.map((_, i) => i),
            { minLength: priorities.length },
          ),
          { minLength: 1, maxLength: 3 },
        ),
      }),
    )
  await fc.assert(
    fc.asyncProperty(shuffled, async ({ priorities, wishes }) => {
      const one = ++made
      const subscriberId = await createSubscriber(
        db,
        { name: 'x', number: `+7499${1_000_000 + one}`, login: `u${one}`, passwordHash: '' },
        wallMs,
      )
      const targetId = await addNumber(
        db,
        subscriberId,
        { address: '+79160000001', description: '' },
        wallMs,
      )
      const ids: string[] = []
      for (const priority of priorities) {
        const { id } = await addRule(
          db,
          subscriberId,
          {
            name: 'x',
            enabled: true,
            priority,
            blocks: [],
            mode: 'parallel',
            waitSeconds: 30,
            targets: [{ targetId, ringSeconds: undefined }],
            noAnswer: { action: 'hangUp' },
          },
          wallMs,
        )
        ids.push(id)
      }
      for (const wish of wishes) {
        const before = await listRules(db, subscriberId)
        const wished = wish.map((index) => ids[index]!)
        const raised = await orderRules(db, subscriberId, wished)
        const after = await listRules(db, subscriberId)
        if (after.map((rule) => rule.id).join() !== wished.join()) return false
        for (const rule of after) {
          const old = before.find((other) => other.id === rule.id)!
          const rose = raised.find((other) => other.id === rule.id)
          if (rule.priority < old.priority) return false
          if ((rose !== undefined) !== rule.priority > old.priority) return false
          if (rule.version !== old.version + (rose === undefined ? 0 : 1)) return false
          // No more than needed: as high as the highest below it, and never above the highest there was.
          const below = after
            .slice(after.indexOf(rule) + 1)
            .map((other) => before.find((o) => o.id === other.id)!.priority)
          if (rose !== undefined && rule.priority !== Math.max(...below)) return false
        }
        const again = await orderRules(db, subscriberId, wished)
        if (again.length > 0) return false
      }
      return true
    }),
    { numRuns: 25, seed: 20261123 },
  )
  t.pass('25 sets of rules')
})
