/**
 * The API over an own database without a socket, and clients that keep their cookie like a browser.
 */
import type { Test } from 'tap'
import { createApi } from '../../src/api/app.ts'
import { defaultBrand } from '../../src/api/brand.ts'
import { createChangeHub } from '../../src/api/change-hub.ts'
import type { ApiDeps } from '../../src/api/context.ts'
import type { Clock } from '../../src/clock.ts'
import { systemClock } from '../../src/clock.ts'
import { addManager } from '../../src/store/accounts.ts'
import { hashPassword } from '../../src/store/password.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import type { NewSubscriber } from '../../src/store/subscribers.ts'
import { silentLog, testDatabase } from './database.ts'
import type { TestDatabase } from './database.ts'

export interface Reply {
  readonly status: number
  readonly headers: Headers
  /** Parsed JSON, for assertions. */
  // oxlint-disable-next-line no-explicit-any -- replies of every shape, looked into by tests only
  readonly body: any
}

export interface Client {
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply>
  get(path: string): Promise<Reply>
  post(path: string, body?: unknown): Promise<Reply>
  put(path: string, body?: unknown): Promise<Reply>
  delete(path: string): Promise<Reply>
  readonly cookie: () => string
}

export interface TestApi {
  readonly app: ReturnType<typeof createApi>
  readonly database: TestDatabase
  readonly clock: Clock & { wallAheadMs: number }
  /** A browser that is not logged in. */
  client(): Client
  /** A new subscriber with login and password of the same name, and his browser, logged in. */
  subscriber(
    login: string,
    more?: Partial<NewSubscriber>,
  ): Promise<Client & { readonly id: string }>
  /** A new manager with login and password of the same name, and his browser, logged in. */
  manager(login: string): Promise<Client & { readonly id: string }>
}

let subscribers = 0

/** Further parts of the API; a function when they need its database. */
type More = Partial<ApiDeps> | ((given: Pick<TestApi, 'database' | 'clock'>) => Partial<ApiDeps>)

/** An API of its own for one test. `wallAheadMs` of its clock moves the calendar. */
export async function testApi(test: Test, more: More = {}): Promise<TestApi> {
  const database = await testDatabase(test)
  const clock = { ...systemClock, wallAheadMs: 0, wallMs: () => Date.now() + clock.wallAheadMs }
  const hub = createChangeHub(database.kysely, clock, silentLog)
  test.teardown(() => hub.stop())
  const app = createApi({
    database,
    clock,
    log: silentLog,
    hub,
    brand: defaultBrand,
    behindProxy: false,
    ...(typeof more === 'function' ? more({ database, clock }) : more),
  })
  const client = () => createClient(app)
  const subscriber = async (login: string, rest: Partial<NewSubscriber> = {}) => {
    const number = `+7499${String(++subscribers).padStart(7, '0')}`
    const passwordHash = await hashPassword(login)
    const id = await createSubscriber(
      database.kysely,
      { name: login, number, login, passwordHash, balanceKopecks: 100_00, ...rest },
      clock.wallMs(),
    )
    const browser = client()
    const reply = await browser.post('/api/login', { login, password: login })
    if (reply.status !== 200) throw new Error(`login failed: ${JSON.stringify(reply.body)}`)
    return { ...browser, id }
  }
  const manager = async (login: string) => {
    const passwordHash = await hashPassword(login)
    const id = await addManager(database.kysely,
      { login, name: `Менеджер ${login}`, email: `${login}@desk.example`, passwordHash }, clock.wallMs())
    const browser = client()
    const reply = await browser.post('/api/login', { login, password: login })
    if (reply.status !== 200) throw new Error(`login failed: ${JSON.stringify(reply.body)}`)
    return { ...browser, id }
  }
  return { app, database, clock, client, subscriber, manager }
}

/** A file as it is. */
function isBytes(body: unknown): body is Uint8Array<ArrayBuffer> {
  return body instanceof Uint8Array
}

function createClient(app: ReturnType<typeof createApi>): Client {
  let cookie = ''
  const call: Client['call'] = async (method, path, body, headers = {}) => {
    const response = await app.request(path, {
      method,
      headers: {
        host: 'panel.test',
        ...(cookie === '' ? {} : { cookie }),
        ...(method === 'GET' || method === 'HEAD'
          ? {}
          : { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }),
        ...headers,
      },
      ...(method === 'GET' || method === 'HEAD'
        ? {}
        : { body: typeof body === 'string' || isBytes(body) ? body : JSON.stringify(body ?? {}) }),
    })
    const set = response.headers.get('set-cookie')
    if (set !== null) cookie = /Max-Age=0/i.test(set) ? '' : set.split(';')[0]!
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    }
  }
  return {
    call,
    cookie: () => cookie,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    delete: (path) => call('DELETE', path),
  }
}
