/**
 * A call to a payment system's API as data: drivers make it, whoever sends it bounds its time and
 * retries. No socket here.
 */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}
