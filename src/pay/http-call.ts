/** A call to a payment system's API as data; whoever sends it bounds its time and retries. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}
