/** The demo data of a first start. */
import t from 'tap'
import { planCall } from '../../src/call/plan.ts'
import { seedDemo } from '../../src/store/demo.ts'
import { checkPassword } from '../../src/store/password.ts'
import { findAccount } from '../../src/store/sessions.ts'
import { createSubscriberFinder } from '../../src/store/subscribers.ts'
import { listTrunks } from '../../src/store/trunks.ts'
import { testDatabase } from '../support/database.ts'

const wallMs = Date.UTC(2026, 10, 23, 9)

t.test('the demo: two phones ring at any time of the week', async (t) => {
  const database = await testDatabase(t)
  const db = database.kysely
  const folder = t.testdir()
  const options = { file: `${folder}/demo.json`, trunkPort: 5099, wallMs }
  const access = await seedDemo(db, options)
  t.match(access, { login: 'demo', number: '+74996740782', password: /^[\w-]{12}$/ })
  t.strictSame(await seedDemo(db, options), access, 'the next start shows the same')
  const account = await findAccount(db, 'demo')
  t.ok(await checkPassword(access?.password ?? '', account?.passwordHash ?? ''))
  const subscriber = (await createSubscriberFinder(database, 2000)(access!.number))!
  t.match(subscriber, {
    name: 'Михаил Миронов',
    balanceKopecks: 38_000,
    defaultTarget: { description: 'Мобильный' },
  })
  t.match(await listTrunks(db), [
    { host: '127.0.0.1', port: 5099, inboundNets: ['127.0.0.0/8', '::1/128'] },
  ])
  t.strictSame(
    subscriber.rules.map((rule) => rule.name),
    ['Дома', 'Звонок в рабочее время', 'На даче', 'Звонки во время отпуска'],
  )
  const seen = new Set<string>()
  for (let hour = 0; hour < 24 * 45; hour++) {
    const plan = planCall(subscriber, wallMs + hour * 3_600_000)
    if (plan.kind !== 'rule' || plan.rule.mode !== 'parallel' || plan.rule.targets.length !== 2)
      t.fail(`hour ${hour}: ${plan.kind}`)
    else seen.add(plan.rule.name)
  }
  t.strictSame([...seen].sort(), ['Дома', 'Звонок в рабочее время', 'На даче'])

  const lost = await seedDemo(db, { ...options, file: `${folder}/other.json` })
  const renewed = await findAccount(db, 'demo')
  t.ok(
    await checkPassword(lost?.password ?? '', renewed?.passwordHash ?? ''),
    'a lost file means a new password',
  )
  await db.deleteFrom('accounts').execute()
  t.equal(await seedDemo(db, options), undefined, 'a database with other people is left alone')
})
