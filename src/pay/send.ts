/**
 * Sends a call to a payment system: within a time, to the address named and no other, and reads an
 * answer of bounded length. Nothing is tried again here: the poller does that.
 */
import type { HttpCall } from './http-call.ts'

export interface HttpAnswer {
  readonly status: number
  /** Parsed JSON; undefined when it is none. */
  readonly body: unknown
}

/** Rejects when no answer comes in time, or a redirect does. */
export type Send = (call: HttpCall) => Promise<HttpAnswer>

/** The longest that people wait before a button, and far more than these systems take. */
const usualTimeoutMs = 10_000
/** A payment object has some 2 kB. */
const longestAnswer = 256 * 1024

/** A sender that gives up after `timeoutMs`. */
export function createSend(timeoutMs: number = usualTimeoutMs): Send {
  return async ({ method, url, headers, body }) => {
    const response = await fetch(url, {
      method, headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body }),
    })
    return { status: response.status, body: parse(await readText(response)) }
  }
}

async function readText(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > longestAnswer) throw new Error('the answer is too long')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
