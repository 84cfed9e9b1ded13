/**
 * What can go wrong in the store. StoreError is a refusal the user can do something about and has a
 * stable code; faults of the database itself are told apart by what helps: try again, or give up.
 */

export type StoreErrorCode =
  | 'not_found'
  | 'limit'
  | 'number_in_use'
  | 'number_is_default'
  | 'rule_changed'
  | 'rules_changed'
  | 'unknown_number'
  | 'unknown_rule'
  | 'login_taken'
  | 'number_taken'
  | 'errand_running'
  | 'call_over'
  | 'settings_changed'
  | 'audio_in_use'
  | 'unknown_audio'
  | 'unknown_list'
  | 'unknown_dialled'
  | 'list_in_use'
  | 'list_taken'
  | 'code_gone'
  | 'code_too_soon'
  | 'wrong_code'
  | 'bad_tariff'
  | 'form_reused'
  | 'too_many_payments'
  | 'not_refundable'
  | 'balance_low'
  | 'no_address'
  | 'too_many_trials'
  | 'status_refused'
  | 'bad_country'
  | 'bad_limit'
  | 'second_factor_on'
  | 'link_expired'
  | 'link_used'
  | 'request_changed'
  | 'request_claimed'
  | 'number_assigned'
  | 'subscriber_changed'
  | 'status_changed'
  | 'tariff_changed'
  | 'tariff_not_valid'
  | 'trunk_changed'
  | 'trunk_taken'
  | 'trunk_password'
  | 'trunk_off'
  | 'correction_decided'
  | 'same_manager'
  | 'last_number'

/** A change the store refused; `details` are facts for the message, `field` the faulty field. */
export class StoreError extends Error {
  readonly code: StoreErrorCode
  readonly details: Readonly<Record<string, unknown>>
  readonly field: string | undefined
  constructor(
    code: StoreErrorCode,
    details: Readonly<Record<string, unknown>> = {},
    field?: string,
  ) {
    super(code)
    this.code = code
    this.details = details
    this.field = field
  }
}

/** The database did not answer within the time allowed. */
export class DatabaseTimeout extends Error {
  readonly code = 'DATABASE_TIMEOUT'
}

/** Conflicts a whole transaction may be tried again for: deadlock, lock wait, Galera, TiDB. */
const conflicts = new Set([1213, 1205, 1180, 8002, 8022, 9007])
/** The server is going, gone, read-only or not part of its cluster. */
const outages = new Set([
  1040, 1047, 1053, 1152, 1158, 1159, 1160, 1161, 1203, 1290, 1836, 1927, 2006, 2013,
])
const lostCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'DATABASE_TIMEOUT',
])

/** The transaction lost a race and was rolled back: the whole of it may be run again. */
export function isConflict(fault: unknown): boolean {
  const { errno } = fault as { errno?: unknown }
  return typeof errno === 'number' && conflicts.has(errno)
}

/** The same transaction may succeed at once or after a short wait. */
export function isRetryable(fault: unknown): boolean {
  const { errno, code, fatal, message } = fault as Record<string, unknown>
  if (isConflict(fault) || (typeof errno === 'number' && outages.has(errno))) return true
  if (typeof code === 'string' && lostCodes.has(code)) return true
  // mysql2 has no code for a command given to a connection that has just been closed.
  return fatal === true && typeof message === 'string' && message.includes('in closed state')
}

/**
 * The row itself is what the database cannot take (SQLSTATE classes 22 and 23): trying again is
 * vain.
 */
export function isBadData(fault: unknown): boolean {
  const { sqlState, errno } = fault as { sqlState?: unknown; errno?: unknown }
  return (
    errno === 1366 ||
    (typeof sqlState === 'string' && (sqlState.startsWith('22') || sqlState.startsWith('23')))
  )
}

/** A row with that key exists already. */
export function isDuplicate(fault: unknown): boolean {
  return (fault as { errno?: unknown }).errno === 1062
}
