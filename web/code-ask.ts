/**
 * The question for a code of the second factor, wherever a request wants one: `api.ts` asks here,
 * the dialog in `code-dialog.ts` answers, and the request is repeated with the code.
 */
import { signal } from '@preact/signals'

export interface CodeQuestion {
  /** The code before did not fit. */
  readonly wrong: boolean
  /** undefined: the user gave up. */
  readonly answer: (code: string | undefined) => void
}

export const codeQuestion = signal<CodeQuestion | undefined>(undefined)

/** Resolves to what was typed, undefined when the user gave up. */
export function askCode(wrong: boolean): Promise<string | undefined> {
  return new Promise((done) => {
    // Two requests that want a code at once: the one before gives up.
    codeQuestion.value?.answer(undefined)
    codeQuestion.value = {
      wrong,
      answer: (code) => {
        codeQuestion.value = undefined
        done(code)
      },
    }
  })
}
