/**
 * The product that `make run` has started, as the tools at its side find it: the note it has written
 * and the panel's API as the demo subscriber sees it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CallsReply } from '../../src/api/schema.ts'
import type { SettingsReply } from '../../src/api/schema-media.ts'
import type { RunNote } from '../../src/launcher/product.ts'

export type Call = CallsReply['calls'][number]

/** What we need of the note that `make run` writes when it is up. */
export type RunFile = Pick<RunNote, 'panelUrl' | 'sip' | 'demoTrunkPort' | 'recordings'> & {
  readonly demo: NonNullable<RunNote['demo']>
}

/** For what never comes: a machine that is busy elsewhere may take seconds. */
export const patienceMs = 20_000

/** Why the call could not be placed, in words for the person at the terminal. */
export class CannotCall extends Error {}

/** Reads and checks `run.json`; throws CannotCall. */
export function readRunFile(dataDir: string): RunFile {
  const file = join(dataDir, 'run.json')
  let run: Partial<RunNote>
  try {
    run = JSON.parse(readFileSync(file, 'utf8')) as Partial<RunNote>
  } catch {
    throw new CannotCall(`The product does not run here (no ${file}).\n`
      + 'Start it with "make run" in another terminal, then try again.')
  }
  const { panelUrl, sip, demo, demoTrunkPort, recordings } = run
  if (panelUrl === undefined || sip === undefined || demoTrunkPort === undefined || recordings === undefined) {
    throw new CannotCall(
      `${file} is of another version. Stop the product, start it again with "make run".`)
  }
  if (!demo) {
    throw new CannotCall('There is no demo subscriber (PN_DEMO=no?), so there is no number to call.')
  }
  return { panelUrl, sip, demo, demoTrunkPort, recordings }
}

/** The panel's API. Everything throws CannotCall when the panel does not answer or refuses. */
export class Panel {
  readonly url: string
  #cookie = ''

  constructor(url: string) {
    this.url = url
  }

  async login(credentials: { readonly login: string; readonly password: string }): Promise<void> {
    const { login, password } = credentials
    const reply = await this.#fetch('POST', '/api/login', { login, password })
    this.#cookie = reply.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ')
  }

  async get<T>(path: string): Promise<T> {
    return await (await this.#fetch('GET', path)).json() as T
  }

  async send<T>(method: 'PUT' | 'POST', path: string, body: object): Promise<T> {
    return await (await this.#fetch(method, path, body)).json() as T
  }

  async octets(path: string): Promise<Uint8Array> {
    return new Uint8Array(await (await this.#fetch('GET', path)).arrayBuffer())
  }

  async #fetch(method: string, path: string, body?: object): Promise<Response> {
    let reply: Response
    try {
      reply = await fetch(`${this.url}${path}`, {
        method, signal: AbortSignal.timeout(patienceMs),
        headers: { cookie: this.#cookie, origin: this.url, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch {
      throw new CannotCall(
        `The panel at ${this.url} does not answer.\nIs "make run" still running?`)
    }
    if (!reply.ok) {
      throw new CannotCall(`The panel refuses ${path}: ${reply.status} ${await reply.text()}`)
    }
    return reply
  }
}

/** The journal's row of the call with this Call-ID, closed; undefined when it does not come. */
export async function findRow(panel: Panel, sipCallId: string): Promise<Call | undefined> {
  return await within(patienceMs, async () => {
    const { calls } = await panel.get<CallsReply>('/api/calls?limit=10')
    const row = calls.find((call) => call.sipCallId === sipCallId)
    return row?.endedAt ? row : undefined
  })
}

/** Looks every 100 ms; undefined when it was not there within `ms`. */
export async function within<T>(ms: number, look: () => Promise<T | undefined>): Promise<T | undefined> {
  for (const until = performance.now() + ms;;) {
    const found = await look()
    if (found !== undefined || performance.now() > until) return found
    await new Promise((done) => setTimeout(done, 100))
  }
}

/**
 * Runs `work` with other settings of the demo subscriber and puts the old ones back, also when it
 * fails. Throws CannotCall when no media server works.
 */
export async function withSettings<T>(
  panel: Panel, calls: Partial<SettingsReply['calls']>, work: () => Promise<T>,
): Promise<T> {
  const before = await panel.get<SettingsReply>('/api/settings')
  if (!before.media) {
    throw new CannotCall('No media server works, so nothing can be recorded. What does "make run" say of it?')
  }
  const changed = Object.keys(calls) as (keyof typeof calls)[]
  const old = Object.fromEntries(changed.map((name) => [name, before.calls[name]]))
  const { greetingId } = before.audio
  // The standard greeting: of it we know how long it takes.
  if (greetingId !== null) await panel.send('PUT', '/api/settings/audio', { greetingId: null })
  await panel.send('PUT', '/api/settings', { calls })
  try {
    return await work()
  } finally {
    await panel.send('PUT', '/api/settings', { calls: old })
    if (greetingId !== null) await panel.send('PUT', '/api/settings/audio', { greetingId })
  }
}
