/**
 * The API with managers at their desk: accounts that are logged in, tariffs, what the log says.
 */
import type { Test } from 'tap'
import { demoTariff } from '../../src/store/demo-tariff.ts'
import { addManager } from '../../src/store/accounts.ts'
import { hashPassword } from '../../src/store/password.ts'
import { addTariff } from '../../src/store/tariffs.ts'
import { testApi } from './panel-api.ts'
import type { Client, TestApi } from './panel-api.ts'

export interface DeskWorld extends TestApi {
  /** A manager with login and password of the same name, logged in. */
  manager(login: string): Promise<Client & { readonly id: string }>
  /** A tariff like the demo's under this name; answers its id. */
  tariff(name: string): Promise<string>
  /** What the log has, the oldest first: 'olga subscriber.look'. */
  audit(): Promise<readonly string[]>
}

export async function deskWorld(test: Test, more?: Parameters<typeof testApi>[1]): Promise<DeskWorld> {
  return asDesk(await testApi(test, more))
}

/** Managers for an API that is there. */
export function asDesk<T extends TestApi>(api: T): T & DeskWorld {
  const { kysely } = api.database
  return {
    ...api,
    async manager(login) {
      const passwordHash = await hashPassword(login)
      const id = await addManager(
        kysely, { login, name: `Менеджер ${login}`, email: `${login}@example.org`, passwordHash },
        api.clock.wallMs())
      const browser = api.client()
      const reply = await browser.post('/api/login', { login, password: login })
      if (reply.status !== 200) throw new Error(JSON.stringify(reply.body))
      return { ...browser, id }
    },
    tariff: (name) => addTariff(kysely, { ...demoTariff, name }, api.clock.wallMs()),
    async audit() {
      const rows = await kysely.selectFrom('audit_log').select(['actor', 'action']).orderBy('id').execute()
      return rows.map(({ actor, action }) => `${actor} ${action}`)
    },
  }
}
