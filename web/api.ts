/**
 * The panel's one door to the server: typed requests, failures as `ApiProblem` with a stable code.
 * Knows paths and shapes; keeps no state.
 */
import type {
  CallsReply, LoginRequest, Me, NumberReply, NumberRequest, OverviewReply, Problem, RuleReply,
  RuleRequest,
} from '../src/api/schema.ts'
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

async function send(method: Method, path: string, body?: unknown): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(`/api${path}`, {
      method, credentials: 'same-origin', signal: AbortSignal.timeout(requestTimeoutMs),
      headers: method === 'GET' ? {} : { 'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    })
  } catch (fault) {
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

/** What the journal asks for. */
export interface CallsQuery {
  readonly outcome: '' | 'answered' | 'missed' | 'voicemail'
  readonly q: string
  /** The last call seen: its start in milliseconds since 1970, and its id. */
  readonly before: number | undefined
  readonly beforeId: string | undefined
}

function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

export const api = {
  me: () => send('GET', '/me') as Promise<Me>,
  login: (body: LoginRequest) => send('POST', '/login', body) as Promise<Me>,
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
  calls: (ask: CallsQuery) => send('GET', `/calls${query({ limit: 50, ...ask })}`) as Promise<CallsReply>,
  call: (id: string) => send('GET', `/calls/${id}`) as Promise<Call>,
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
