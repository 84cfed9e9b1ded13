/**
 * The words of a warning about a rule: by its code, numbers as people write them. A code without
 * words is left out by whoever shows warnings. Pure.
 */
import { formatPhone } from './format.ts'
import { known, t } from './text.ts'
import './text-rules-ru.ts'

export interface CodedWarning {
  readonly code: string
  readonly details: Readonly<Record<string, string | number>>
}

/** The words, beginning in lower case: they go on after the rule's name. */
export function warningWords({ code, details }: CodedWarning): string | undefined {
  const key = `warning.${code}`
  if (!known(key)) return undefined
  const { address } = details
  return t(key, typeof address === 'string' ? { ...details, address: formatPhone(address) } : details)
}
