/**
 * Sending what must not be there twice: the same words sent again, because no answer came to the
 * first time, go under the same key and are one message to the server. Other words, or the same
 * ones after an answer, are new.
 */
import { newKey, send } from './api.ts'

let unanswered = { wish: '', key: '' }

/** POSTs `body` with a key. Throws ApiProblem. */
export async function sendOnce(path: string, body: object): Promise<unknown> {
  const wish = JSON.stringify([path, body])
  if (unanswered.wish !== wish) unanswered = { wish, key: newKey() }
  const reply = await send('POST', path, { ...body, key: unanswered.key })
  unanswered = { wish: '', key: '' }
  return reply
}
