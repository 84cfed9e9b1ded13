/**
 * What people's pages decide without a server: what is missing in a request, what is said of a
 * password while it is typed, which countries a text finds, what a number costs in words.
 */
import t from 'tap'
import { isCode } from '../../web/code-field.ts'
import { passwordHint } from '../../web/new-password.ts'
import { priceWords } from '../../web/number-price.ts'
import { faultsOfDraft } from '../../web/register-draft.ts'
import { matchingCountries } from '../../web/settings-limits.ts'
import { speak } from '../../web/text.ts'

const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ')

t.test('what a request for a number still needs', async (t) => {
  const draft = {
    first: 'Анна', last: 'Ковалёва', phone: '8 925 418-66-02', email: 'anna@example.ru', wish: '', consent: true,
    from: '', formKey: 'k'.repeat(32),
  }
  const rows = [
    ['nothing', {}, []], ['a name of blanks', { first: '  ' }, ['first']], ['no family name', { last: '' }, ['last']],
    ['no number', { phone: ' ' }, ['phone']], ['no address', { email: '' }, ['email']],
    ['half an address', { email: 'anna@example' }, ['email']], ['two words', { email: 'a b@example.ru' }, ['email']],
    ['no consent', { consent: false }, ['consent']],
  ] as const
  for (const [name, patch, wanted] of rows) t.strictSame(Object.keys(faultsOfDraft({ ...draft, ...patch })), wanted, name)
})

t.test('what is said of a password while it is typed', async (t) => {
  for (const [text, wanted] of [
    ['', 'Не короче 12 знаков, лучше несколько слов.'], ['гора', 'Ещё 8 знаков.'], ['гора река п', 'Ещё 1 знак.'],
    ['гора река по', 'Длины хватает. Ещё одно слово сделает его надёжнее.'],
    ['гора река поле и дорога', 'Длинный, такой подобрать трудно.'],
  ] as const) t.equal(passwordHint(text), wanted, text)
})

t.test('a code may be written in groups', async (t) => {
  for (const [text, wanted] of [['123456', true], ['123 456', true], ['abcd-efgh', true], ['12345', false], ['1 2 3-4', false]] as const) {
    t.equal(isCode(text), wanted, text)
  }
})

t.test('countries by any part of the name, those that begin with it first', async (t) => {
  const codes = ['GR', 'GE', 'DE', 'CY', 'AE', 'BY']
  t.strictSame(matchingCountries(codes, 'гр'), ['GR', 'GE'])
  t.strictSame(matchingCountries(codes, 'ГЕР'), ['DE'])
  t.strictSame(matchingCountries(codes, 'cy'), ['CY'], 'by its code')
  t.strictSame(matchingCountries(codes, 'марс'), [])
  t.equal(matchingCountries(codes, '').length, codes.length)
  await speak('en')
  t.strictSame(matchingCountries(codes, 'ger'), ['DE'])
  await speak('ru')
})

t.test('what a minute costs', async (t) => {
  const mobile = { kopecksPerMinute: 190, connectionKopecks: 0, name: 'Россия, мобильные', included: false }
  const rows = [
    [{ price: mobile }, '1,90 ₽/мин, Россия, мобильные'],
    [{ price: { ...mobile, included: true } }, '1,90 ₽/мин, Россия, мобильные'],
    [{ price: { ...mobile, kopecksPerMinute: 1300, connectionKopecks: 100, name: 'Греция' } }, '13 ₽/мин, Греция, соединение 1 ₽'],
    [{ price: { ...mobile, kopecksPerMinute: 0, name: '' } }, 'бесплатно'],
    [{ price: null }, 'В тарифе нет цены: сюда не звоним.'],
    [{}, ''],
  ] as const
  for (const [phone, wanted] of rows) t.equal(plain(priceWords(phone)), wanted)
})
