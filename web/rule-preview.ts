/**
 * What the server says of a rule that is not saved yet: asked a moment after the last change, an
 * older question is given up. The browser itself computes neither who wins nor what is surprising.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { PreviewReply } from '../src/api/schema-rules.ts'
import { ApiProblem, problemText } from './api.ts'
import { rulesApi } from './api-rules.ts'
import { requestOf } from './rule-form.ts'
import type { RuleForm } from './rule-form.ts'
import { noteFault, online, today, zone } from './state.ts'
import { addDays, startOfDay } from './zone.ts'

/** How long the form must rest before it is asked about, milliseconds. */
const restMs = 300

export interface Preview {
  /** The last answer; stays while a newer one is under way. undefined before the first. */
  readonly reply: PreviewReply | undefined
  /** The answer is that of the form as it is now. */
  readonly fresh: boolean
  /** No answer is to be had: without connection, or the server failed. */
  readonly failed: boolean
  /** What the server would refuse, in words. */
  readonly refused: string | undefined
  /** Asks once more. */
  readonly again: () => void
}

/** The seven days that the picture shows: today and on, as the warnings look ahead. */
function week(): { from: number; to: number } {
  return {
    from: startOfDay(today.value, zone.value), to: startOfDay(addDays(today.value, 7), zone.value),
  }
}

/**
 * Hook: the server's view of the form. Nothing is asked while the form has faults that the server
 * would refuse (`askable` false): the last answer stays, marked as not fresh.
 */
export function usePreview(form: RuleForm, ruleId: string | undefined, askable: boolean): Preview {
  const [reply, setReply] = useState<PreviewReply | undefined>(undefined)
  const [answered, setAnswered] = useState('')
  const [failed, setFailed] = useState(false)
  const [refused, setRefused] = useState<string | undefined>(undefined)
  const [turn, setTurn] = useState(0)
  const request = requestOf({ ...form, name: form.name.trim() === '' ? '…' : form.name })
  const key = JSON.stringify(request)
  const first = useRef(true)
  const connected = online.value
  useEffect(() => {
    if (!askable || !connected) return undefined
    const abort = new AbortController()
    const timer = setTimeout(() => {
      rulesApi.preview({
        rule: request, ...week(), ...(ruleId === undefined ? {} : { id: ruleId }),
      }, abort.signal).then((answer) => {
        setReply(answer)
        setAnswered(key)
        setFailed(false)
        setRefused(undefined)
      }, (fault: unknown) => {
        if (abort.signal.aborted) return
        noteFault(fault)
        const own = fault instanceof ApiProblem && fault.status >= 400 && fault.status < 500
        setRefused(own ? problemText(fault) : undefined)
        setFailed(!own)
      })
    }, first.current ? 0 : restMs)
    first.current = false
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [key, askable, connected, turn])
  return {
    reply, fresh: answered === key, failed: failed || !connected, refused,
    again: () => setTurn(turn + 1),
  }
}
