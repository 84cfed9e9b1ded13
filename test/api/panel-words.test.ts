/**
 * Numbers for the panel's words: code and dictionaries agree on them, and keys that are put together
 * while the panel runs are still found.
 */
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { numberWords } from '../../src/api/panel-words.ts'

const sources = {
  'text-ru.ts': `export const ru = {
  'app.name': 'Номер', 'app.calls': { one: 'звонок', other: 'звонки' },
  'error.load': 'Не открылось', 'error.full': 'Места нет',
  'kind.call': 'Звонок', 'call.tone': 'Гудок', 'call.tone.music': 'Музыка', 'leg.busy': 'занято',
}
`,
  'text-more-ru.ts': `export const ruMore = {
  'more.title': 'Ещё',
}
`,
  'text-en.ts': `export const en = {
  'app.name': 'Number', 'app.calls': { one: 'call', other: 'calls' },
  'error.load': 'Did not open', 'error.full': 'No room',
  'kind.call': 'Call', 'call.tone': 'Tone', 'call.tone.music': 'Music', 'leg.busy': 'busy',
  'more.title': 'More',
}
`,
  'page.ts': `const said = [t('app.name'), t('app.calls'), t('more.title'), t('error.load'), t('kind.call'),
  html\`<b title="call.tone" />\`, t(\`error.\${code}\`), t(\`call.\${of}.\${value}\`), word('leg', code)]
`,
}

/** What a dictionary of the bundle holds. */
function read(code: string): unknown {
  const words: unknown = runInNewContext(code.replace(/export const \w+ = /, ''))
  return JSON.parse(JSON.stringify(words))
}

t.test('words', async (t) => {
  const folder = t.testdir(sources)
  const rewrite = await numberWords(folder, Object.keys(sources))
  const made = (name: keyof typeof sources): string => rewrite(join(folder, name), sources[name])
  t.match(made('page.ts'), "[t(1), t(2), t(5), t('error.load'), t(3),\n  html`<b title=4 />`, t(`error.${code}`)",
    'keys that code names are numbers, from 1')
  t.strictSame(read(made('text-ru.ts')), {
    1: 'Номер', 2: { one: 'звонок', other: 'звонки' }, 3: 'Звонок', 4: 'Гудок',
    'error.load': 'Не открылось', 'error.full': 'Места нет', 'call.tone.music': 'Музыка', 'leg.busy': 'занято',
  }, 'keys that are put together stay')
  t.strictSame(read(made('text-more-ru.ts')), { 5: 'Ещё' }, 'each part goes on where the one before ends')
  t.match(read(made('text-en.ts')), { 1: 'Number', 4: 'Tone', 5: 'More', 'leg.busy': 'busy' })
})

t.test('a key of two dictionaries is refused: one phrase would hide the other', async (t) => {
  const twice = { ...sources, 'text-more-ru.ts': `export const ruMore = {\n  'more.title': 'Ещё', 'app.name': 'Имя',\n}\n` }
  const folder = t.testdir(twice)
  await t.rejects(numberWords(folder, Object.keys(twice)), /app\.name/)
})
