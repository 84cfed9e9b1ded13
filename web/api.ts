/**
 * The panel's one door to the server: typed requests, failures as `ApiProblem` with a stable code.
 * Knows paths and shapes; keeps no state.
 */
import type {
  CallsReply, LoginRequest, MeReply, NumberReply, NumberRequest, OverviewReply, Problem, RuleReply,
  RuleRequest,
} from '../src/api/schema.ts'
import type { LoginReply } from '../src/api/schema-people.ts'
import { askCode } from './code-ask.ts'
import { known, t } from './text.ts'

export type Call = CallsReply['calls'][number]

/** A request that failed. `code` is the server's, or 'network' when it did not answer. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | undefined
  readonly details: Readonly<Record<string, string | number>>
  /** With code rule_changed: the rule as it is now. */
  readonly rule: RuleReply | undefined

  constructor(status: number, problem: Problem) {
    super(problem.message)
    this.status = status
    this.code = problem.code
    this.field = problem.field
    this.details = problem.details ?? {}
    this.rule = problem.rule
  }
}

/** A wait longer than this is no answer: the strip offers to repeat. */
const requestTimeoutMs = 15_000

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/**
 * One request to the API; `path` begins behind `/api`. Parts of the panel with requests of their own
 * (`api-rules.ts` …) build on it. Where the server wants a code of the second factor, the user is
 * asked for it and the request repeated. An aborted request throws the signal's reason.
 */
export async function send(
  method: Method, path: string, body?: unknown, signal?: AbortSignal,
): Promise<unknown> {
  let code: string | undefined
  for (;;) {
    try {
      return await sendOnce(method, path, body, signal, code)
    } catch (fault) {
      const wrong = fault instanceof ApiProblem && fault.code === 'wrong_code' && code !== undefined
      const wanted = fault instanceof ApiProblem && fault.code === 'second_factor_required'
      if (!wrong && !wanted) throw fault
      code = await askCode(wrong)
      if (code === undefined) throw fault
    }
  }
}

async function sendOnce(
  method: Method, path: string, body: unknown, signal: AbortSignal | undefined,
  code: string | undefined,
): Promise<unknown> {
  let response: Response
  const timeout = AbortSignal.timeout(requestTimeoutMs)
  try {
    response = await fetch(`/api${path}`, {
      method, credentials: 'same-origin',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      headers: {
        ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
        ...(code === undefined ? {} : { 'x-second-factor': code }),
      },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    })
  } catch (fault) {
    signal?.throwIfAborted()
    throw new ApiProblem(0, { code: 'network', message: String(fault) })
  }
  const text = await response.text()
  const reply = parse(text)
  if (response.ok) return reply
  throw new ApiProblem(response.status, isProblem(reply) ? reply
    : { code: response.status === 401 ? 'unauthorized' : 'unknown', message: '' })
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function isProblem(reply: unknown): reply is Problem {
  return typeof reply === 'object' && reply !== null && 'code' in reply && 'message' in reply
}

/** The part of an address behind its path: '?a=1&b=2', empty values left out, '' for none. */
export function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

export const api = {
  me: () => send('GET', '/me') as Promise<MeReply>,
  login: (body: LoginRequest) => send('POST', '/login', body) as Promise<LoginReply>,
  logout: () => send('POST', '/logout'),
  overview: (from: number, to: number) =>
    send('GET', `/overview${query({ from, to })}`) as Promise<OverviewReply>,
  numbers: () => send('GET', '/numbers') as Promise<readonly NumberReply[]>,
  addNumber: (body: NumberRequest) => send('POST', '/numbers', body) as Promise<NumberReply>,
  changeNumber: (id: string, body: NumberRequest) =>
    send('PUT', `/numbers/${id}`, body) as Promise<NumberReply>,
  deleteNumber: (id: string) => send('DELETE', `/numbers/${id}`),
  setDefaultNumber: (targetId: string | null) =>
    send('PUT', '/settings/default-number', { targetId }),
  rule: (id: string) => send('GET', `/rules/${id}`) as Promise<RuleReply>,
  addRule: (body: RuleRequest) => send('POST', '/rules', body) as Promise<RuleReply>,
  changeRule: (id: string, body: RuleRequest) =>
    send('PUT', `/rules/${id}`, body) as Promise<RuleReply>,
  deleteRule: (id: string) => send('DELETE', `/rules/${id}`),
  enableRule: (id: string, enabled: boolean) => send('POST', `/rules/${id}/enabled`, { enabled }),
  orderRules: (ids: readonly string[]) => send('POST', '/rules/order', { ids }),
}

/**
 * A key for a form, by which the same form sent twice is one request. 128 bits: nobody's two forms
 * are alike. `randomUUID` is there on https only.
 */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The words for a failure: by its code, else the server's own sentence, else an honest default. */
export function problemText(fault: unknown): string {
  if (!(fault instanceof ApiProblem)) return t('error.unknown')
  const why = `error.${fault.code}.${fault.details['why'] ?? ''}`
  if (known(why)) return t(why, fault.details)
  const key = `error.${fault.code}`
  if (known(key)) return t(key, fault.details)
  return fault.message === '' ? t('error.unknown') : fault.message
}
