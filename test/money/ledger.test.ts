/** The ledger: balances follow from entries, wrong amounts are refused, damage is found. */
import fc from 'fast-check'
import t from 'tap'
import { LedgerError, ledgerFaults, nextEntry } from '../../src/money/ledger.ts'
import type { Entry, NewEntry } from '../../src/money/ledger.ts'

function entry(key: string, kopecks: number, kind: NewEntry['kind'] = 'correction'): NewEntry {
  return { key, kind, kopecks, atMs: 0, text: '' }
}

t.test('each entry carries the balance after it', async (t) => {
  const first = nextEntry(undefined, entry('payment:1', 10_000, 'payment'))
  const second = nextEntry(first, entry('call:1', -183, 'call'))
  t.match(first, { number: 1, balanceKopecks: 10_000 })
  t.match(second, { number: 2, balanceKopecks: 9817 })
})

t.test('amounts that cannot be right are refused', async (t) => {
  const rows: [string, NewEntry][] = [
    ['a fraction', entry('x', 0.5)], ['not a number', entry('x', Number.NaN)],
    ['a payment that takes', entry('x', -1, 'payment')],
    ['a bonus that takes', entry('x', -1, 'bonus')],
    ['a call that gives', entry('x', 1, 'call')],
    ['a fee that gives', entry('x', 1, 'monthlyFee')],
    ['a refund that gives', entry('x', 1, 'refund')],
  ]
  for (const [name, one] of rows) t.throws(() => nextEntry(undefined, one), LedgerError, name)
  const rich = nextEntry(undefined, entry('x', Number.MAX_SAFE_INTEGER))
  t.throws(() => nextEntry(rich, entry('y', 1)), LedgerError, 'out of range')
  t.equal(nextEntry(undefined, entry('x', 0, 'call')).balanceKopecks, 0, 'zero is an amount')
})

t.test('a whole ledger is its sum, and every kind of damage is found', async (t) => {
  const amounts = fc.array(fc.integer({ min: -5000, max: 5000 }), { minLength: 2, maxLength: 30 })
  fc.assert(fc.property(amounts, (some) => {
    const book = bookOf(some)
    const sum = some.reduce((total, one) => total + one, 0)
    return ledgerFaults(book).length === 0 && book.at(-1)?.balanceKopecks === sum
  }))
  const book = bookOf([100, -20, 30])
  const without = book.toSpliced(1, 1)
  t.match(ledgerFaults(without), [{ number: 3, fault: 'gap' }, { number: 3, fault: 'balance' }])
  const altered = book.with(1, { ...book[1]!, kopecks: -10 })
  t.same(ledgerFaults(altered), [{ number: 2, fault: 'balance' }])
  const doubled = book.with(2, { ...book[2]!, key: book[0]!.key })
  t.same(ledgerFaults(doubled), [{ number: 3, fault: 'repeatedKey' }])
})

function bookOf(amounts: readonly number[]): Entry[] {
  const book: Entry[] = []
  for (const [index, kopecks] of amounts.entries()) {
    book.push(nextEntry(book.at(-1), entry(`k${index}`, kopecks)))
  }
  return book
}
