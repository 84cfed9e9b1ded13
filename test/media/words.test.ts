/** Arguments as words: blanks part them, single quotes hold them together. */
import t from 'tap'
import { splitWords } from '../../src/media/words.ts'

const cases: readonly (readonly [string, readonly string[]])[] = [
  ['', []],
  ['   ', []],
  ['file.wav', ['file.wav']],
  ['file.wav 60 200 3', ['file.wav', '60', '200', '3']],
  ['  two   words\n', ['two', 'words']],
  ["'/my files/a.wav' 60", ['/my files/a.wav', '60']],
  ["1 1 '/my files/a.wav!/b.wav' x", ['1', '1', '/my files/a.wav!/b.wav', 'x']],
  ["it's file", ["it's", 'file']],
  ["'open to the end", ['open to the end']],
  ["''", []],
]
for (const [argument, words] of cases) {
  t.strictSame(splitWords(argument), words, JSON.stringify(argument))
}
